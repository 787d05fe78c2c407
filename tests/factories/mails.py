"""Mail servers to send to, and mails to read."""

import email
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from email.message import EmailMessage
from email.policy import default
from html import unescape
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask

from app import smtp
from config import Settings


@dataclass
class Inbox:
    """A handler of a real mail server: keeps what comes, or answers with ``refusal``."""

    mails: list[EmailMessage] = field(default_factory=list)
    refusal: str | None = None
    refused: int = 0

    async def handle_DATA(  # noqa: N802 - its name in aiosmtpd
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Take a mail, or refuse it."""
        if self.refusal:
            self.refused += 1
            return self.refusal
        self.mails.append(parsed(envelope.original_content or b""))
        return "250 Taken"


@contextmanager
def mail_server(inbox: Inbox) -> Iterator[str]:
    """Run a mail server that hands to ``inbox``; yields its address as a setting."""
    controller = Controller(inbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{controller.port}"
    finally:
        controller.stop()


@contextmanager
def hanging_server() -> Iterator[str]:
    """Run a server that takes connections and says nothing, ever."""
    taken: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            while True:
                try:
                    taken.append(listener.accept()[0])
                except OSError:
                    return

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield f"smtp://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)
    for connection in taken:
        connection.close()


@contextmanager
def sending_to(app: Flask, url: str | None) -> Iterator[None]:
    """Have ``app`` send its mails to the server at ``url``."""
    settings: Settings = app.extensions["settings"]
    kept = {name: app.config.pop(name) for name in list(app.config) if name.startswith("MAIL_")}
    try:
        app.extensions["settings"] = replace(settings, mail_url=url)
        smtp.init_app(app)
        yield
    finally:
        for name in [name for name in app.config if name.startswith("MAIL_")]:
            del app.config[name]
        app.config.update(kept)
        app.extensions["settings"] = settings
        smtp.init_app(app)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def parsed(content: bytes) -> EmailMessage:
    """Read a mail."""
    message = email.message_from_bytes(content, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def text_of(mail: EmailMessage) -> str:
    """What a mail says as text."""
    return _part(mail, "plain")


def html_of(mail: EmailMessage) -> str:
    """What a mail says as HTML."""
    return _part(mail, "html")


def link_in(mail: EmailMessage) -> str:
    """The address in a mail that proves something or lets in, in text and HTML the same."""
    links = set(re.findall(r"https?://\S+(?:token|invitation)=\S+", text_of(mail)))
    assert len(links) == 1, text_of(mail)
    link: str = links.pop()
    assert f'href="{link}"' in unescape(html_of(mail))
    return link


def token_in(mail: EmailMessage) -> str:
    """The token of that address."""
    return link_in(mail).partition("token=")[2]


def written(settings: Settings) -> list[EmailMessage]:
    """The mails in the data folder, in the order in which they were stored."""
    return [
        parsed(path.read_bytes()) for path in sorted((settings.data_dir / "mail").glob("*.eml"))
    ]


def _part(mail: EmailMessage, kind: str) -> str:
    body: Any = mail.get_body((kind,))
    assert body is not None
    content: str = body.get_content()
    return content
