"""Jobs of mails: composing what a row tells of, and handing it over."""

import datetime as dt
import smtplib
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from flask import current_app
from flask_mail import BadHeaderError, Message
from jinja2 import Template

from app import smtp
from app.controllers import mail_work
from app.controllers.mail_work import Letter, Refused
from app.core.locales import DEFAULT_LOCALE, english
from app.jobs.context import in_app
from config import Settings

PERMANENT = range(500, 600)
"""Answers of a mail server that another try would not change (RFC 5321, 4.2.1)."""


@in_app
def send(mail_id: int) -> None:
    """Send a mail, if it is due."""
    mail_work.send(mail_id, deliver)


def deliver(letter: Letter) -> None:
    """Compose a mail and hand it over. Refused when it will never be taken."""
    message = compose(letter)
    try:
        smtp.deliver(message, smtp.file_name(letter.mail.id, letter.mail.kind))
    except BadHeaderError as error:
        raise Refused("A header of this mail has more than one line.") from error
    except smtplib.SMTPRecipientsRefused as error:
        answers = list(error.recipients.values())
        raise _refusal(answers[0], all(code in PERMANENT for code, _ in answers)) from error
    except smtplib.SMTPResponseException as error:
        is_final = isinstance(error, smtplib.SMTPDataError) and error.smtp_code in PERMANENT
        raise _refusal((error.smtp_code, error.smtp_error), is_final) from error


def compose(letter: Letter) -> Message:
    """Return a mail as text and as HTML, in its reader's time zone and way to write dates.

    The Message-ID is the same at every try, so that a mail sent twice is seen as one.
    """
    mail = letter.mail
    context = _context(letter)
    text = current_app.jinja_env.get_template(f"mail/{mail.kind}.txt")
    html = current_app.jinja_env.get_template(f"mail/{mail.kind}.html")
    message = Message(
        subject=_subject(text, context),
        recipients=[mail.recipient],
        body=text.render(context),
        html=html.render(context),
        date=mail.created_at.timestamp(),
        extra_headers={"Auto-Submitted": "auto-generated"},
    )
    message.msgId = f"<{mail.id}.{mail.created_at:%Y%m%d%H%M%S%f}@{_host()}>"
    return message


def _context(letter: Letter) -> dict[str, Any]:
    user = letter.user
    locale = english(user.locale if user else DEFAULT_LOCALE)
    zone = ZoneInfo(user.timezone if user else "UTC")

    def moment(instant: dt.datetime) -> str:
        return format_datetime(instant, "long", tzinfo=zone, locale=locale)

    return {
        "mail": letter.mail,
        "details": letter.mail.details,
        "user": user,
        "token": letter.token,
        "link": _link,
        "moment": moment,
    }


def _subject(template: Template, context: Mapping[str, Any]) -> str:
    blocks = template.blocks["subject"](template.new_context(dict(context)))
    return " ".join("".join(blocks).split())


def _link(path: str, **query: str) -> str:
    """Return an address that works from outside: from the settings, never from a request."""
    return f"{_settings().base_url}{path}" + (f"?{urlencode(query)}" if query else "")


def _host() -> str:
    return urlsplit(_settings().base_url).hostname or "localhost"


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


def _refusal(answer: tuple[int, bytes | str], is_final: bool) -> Exception:
    code, said = answer
    words = said.decode(errors="replace") if isinstance(said, bytes) else said
    reason = f"The mail server said: {code} {words}"
    return Refused(reason) if is_final else OSError(reason)
