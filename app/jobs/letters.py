"""Composing mails: from what a row tells of to text and HTML in its reader's language.

A kind of mail is two templates, ``templates/mail/<kind>.txt`` with the subject and ``.html``. Both
may use, beside the names Python gives them in ``_context``, everything of Jinja's i18n extension.
"""

import datetime as dt
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_datetime
from babel.support import NullTranslations
from flask import current_app
from flask_mail import Message
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape

from app.controllers.mail_work import Letter
from app.core.translations import spoken, translations
from app.services import links
from config import Settings


def compose(letter: Letter) -> Message:
    """Return a mail as text and as HTML, in its reader's language and time zone.

    The Message-ID is the same at every try, so that a mail sent twice is seen as one.
    """
    mail = letter.mail
    locale = spoken(letter.user.locale if letter.user else mail.details.get("locale"))
    environment = _environment(str(current_app.template_folder), locale.language)
    return written(letter, environment, locale)


def written(letter: Letter, environment: Environment, locale: Locale) -> Message:
    """Return a mail in the words of an environment, with dates the way of a locale."""
    mail, context = letter.mail, _context(letter, locale)
    text = environment.get_template(f"mail/{mail.kind}.txt")
    html = environment.get_template(f"mail/{mail.kind}.html")
    subject = _subject(text, context)
    message = Message(
        subject=subject,
        recipients=[mail.recipient],
        body=text.render(context),
        html=html.render(context, subject=subject),
        date=mail.created_at.timestamp(),
        extra_headers={"Auto-Submitted": "auto-generated", "Content-Language": locale.language},
    )
    message.msgId = f"<{mail.id}.{mail.created_at:%Y%m%d%H%M%S%f}@{_host()}>"
    return message


def environment_with(words: NullTranslations, folder: str) -> Environment:
    """Return what renders the templates in a folder in these words.

    It knows nothing of pages and requests. What a template needs and does not get is an error:
    the mail waits, with the reason, instead of leaving with a gap.
    """
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    # Values go into translated words by name, after the words are chosen, and escaped in HTML.
    environment.install_gettext_callables(  # type: ignore[attr-defined] # the extension's
        words.gettext, words.ngettext, newstyle=True
    )
    return environment


@cache
def _environment(folder: str, language: str) -> Environment:
    return environment_with(translations(language), folder)


def _context(letter: Letter, locale: Locale) -> dict[str, Any]:
    mail, user = letter.mail, letter.user
    zone = ZoneInfo(user.timezone if user else "UTC")

    def moment(instant: dt.datetime) -> str:
        return format_datetime(instant, "long", tzinfo=zone, locale=locale)

    return {
        "lang": locale.language,
        "recipient": mail.recipient,
        "when": moment(mail.created_at),
        "details": mail.details,
        "user": user,
        "token": letter.token,
        "lifetime": links.LIFETIMES.get(mail.kind),
        "until": moment(letter.until) if letter.until else None,
        "site": _link(""),
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
