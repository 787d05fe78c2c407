"""The way out for mails: a server over SMTP, or files in the data folder where there is none."""

import os
import smtplib
import ssl
from collections.abc import Callable, Iterable
from email.utils import parseaddr
from pathlib import Path
from types import TracebackType
from typing import Any, cast
from urllib.parse import unquote, urlsplit

from flask import Flask, current_app
from flask_mail import Connection, Message

from app.core import clock
from app.extensions import mail
from config import Settings

TIMEOUT = 10.0
"""Seconds that a server may take for each of its answers."""

PROBE_TIMEOUT = 1.5
"""Seconds that a server may take to say that it is there."""

TAKEN = range(200, 300)
"""Answers of a mail server that something is taken (RFC 5321, 4.2.1)."""

TEST_TEXT = """Somebody who runs this Outlay wanted to know whether its mails arrive.

This one did. There is nothing to do.
"""

PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


def init_app(app: Flask) -> None:
    """Tell Flask-Mail of the server in the settings."""
    settings: Settings = app.extensions["settings"]
    app.config.update(_config(settings))
    mail.init_app(app)


def leaves_by_server() -> bool:
    """Whether mails really leave; False where they become files."""
    return "MAIL_SERVER" in current_app.config


def folder() -> Path:
    """Return where mails are kept that do not leave."""
    settings: Settings = current_app.extensions["settings"]
    return settings.data_dir / "mail"


def deliver(message: Message, name: str) -> None:
    """Hand ``message`` to the server, or write it to the file ``name``.eml.

    Raises SMTPException or OSError when it could not be handed over.
    """
    if not leaves_by_server():
        _write(message, name)
        return
    with _Connection(current_app.extensions["mail"]) as connection:
        connection.send(message)


def forget(mail_ids: Iterable[int]) -> None:
    """Remove the files that mails with these ids became, where there was no server."""
    for mail_id in mail_ids:
        for file in folder().glob(f"{file_name(mail_id, '*')}.eml"):
            file.unlink(missing_ok=True)


def file_name(mail_id: int, kind: str) -> str:
    """Return what the file of a mail is called, without its ending."""
    return f"{mail_id:08}-{kind}"


def prober() -> Callable[[], bool]:
    """Return what says whether mails leave by a server, and raises when that does not answer.

    It may run outside of any app context.
    """
    config = current_app.config
    if not leaves_by_server():
        return lambda: False
    connect = smtplib.SMTP_SSL if config["MAIL_USE_SSL"] else smtplib.SMTP
    address = (config["MAIL_SERVER"], config["MAIL_PORT"])

    def answers() -> bool:
        with connect(*address, timeout=PROBE_TIMEOUT) as host:
            host.ehlo_or_helo_if_needed()
        return True

    return answers


def tester(recipient: str) -> Callable[[], str]:
    """Return what sends a mail to try the way out, and says what the server answered to it.

    Without a server it says where the file lies. It raises what :func:`deliver` does, and may run
    outside of any app context.
    """
    app = current_app._get_current_object()  # type: ignore[attr-defined]

    def send() -> str:
        with app.app_context():
            return _send_test(recipient)

    return send


def _send_test(recipient: str) -> str:
    message = Message("Outlay can send mails", [recipient], TEST_TEXT)
    if not leaves_by_server():
        name = f"test-{clock.now():%Y%m%d%H%M%S%f}"
        _write(message, name)
        return str(folder() / f"{name}.eml")
    with _Connection(current_app.extensions["mail"]) as connection:
        host = cast(smtplib.SMTP, connection.host)
        host.ehlo_or_helo_if_needed()
        _demand(host.mail(parseaddr(str(message.sender))[1]))
        _demand(host.rcpt(recipient))
        return _demand(host.data(message.as_bytes()))


def _demand(answer: tuple[int, bytes]) -> str:
    """Return a server's answer as text. Raises SMTPResponseException unless something was taken."""
    code, said = answer
    if code not in TAKEN:
        raise smtplib.SMTPResponseException(code, said)
    return f"{code} {said.decode(errors='replace')}"


class _Connection(Connection):
    """A connection that waits only so long, and believes only certificates that can be checked."""

    def configure_host(self) -> smtplib.SMTP:
        """Connect, encrypt and sign in as the settings say."""
        context = ssl.create_default_context()
        address = (self.mail.server, self.mail.port)
        if self.mail.use_ssl:
            host: smtplib.SMTP = smtplib.SMTP_SSL(*address, timeout=TIMEOUT, context=context)
        else:
            host = smtplib.SMTP(*address, timeout=TIMEOUT)
        if self.mail.use_tls:
            host.starttls(context=context)
        if self.mail.username:
            host.login(self.mail.username, self.mail.password or "")
        return host

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Hang up; once a mail is accepted, a goodbye that fails must not have it sent again."""
        try:
            if exc_type is None:
                cast(smtplib.SMTP, self.host).quit()
        except (OSError, smtplib.SMTPException):
            pass
        finally:
            cast(smtplib.SMTP, self.host).close()


def _config(settings: Settings) -> dict[str, Any]:
    config = {"MAIL_DEFAULT_SENDER": settings.mail_from, "MAIL_SUPPRESS_SEND": False}
    if settings.mail_url is None:
        return config
    parts = urlsplit(settings.mail_url)
    return config | {
        "MAIL_SERVER": parts.hostname,
        "MAIL_PORT": parts.port or PORTS[parts.scheme],
        "MAIL_USE_SSL": parts.scheme == "smtps",
        "MAIL_USE_TLS": parts.scheme.endswith("+starttls"),
        "MAIL_USERNAME": unquote(parts.username) if parts.username else None,
        "MAIL_PASSWORD": unquote(parts.password) if parts.password else None,
    }


def _write(message: Message, name: str) -> None:
    """Write the whole file or nothing; only this user may read what is in it."""
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    half = folder() / f".{name}.{os.getpid()}"
    half.touch(mode=0o600)
    half.write_bytes(message.as_bytes())
    half.replace(folder() / f"{name}.eml")
