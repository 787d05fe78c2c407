"""Mails in the language of their readers, as a real mail server takes them."""

import datetime as dt
from email.message import EmailMessage
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from app.core.uow import unit_of_work
from app.models.base import session
from app.models.mails import Mail
from app.models.users import User
from app.services import mails
from tests.factories.callers import Api
from tests.factories.fixtures import Work
from tests.factories.mails import Inbox, html_of, text_of

INSTANT = dt.datetime(2026, 3, 4, 20, 30, tzinfo=dt.UTC)
HOSTILE = "%(token)s %s %d {{ 7 * 7 }} {0} <b>x</b> \"'&"


def _read(mail: EmailMessage) -> str:
    return text_of(mail).replace("\u202f", " ").replace("\u00a0", " ")


def _post_to_reader(
    api: Api, kind: str, details: dict[str, Any] | None = None, **reader: Any
) -> None:
    """Store a mail to the caller, of whom more is known, at a certain moment."""
    with api.app.app_context(), unit_of_work() as unit:
        user = session.get_one(User, api.person.id)
        for name, value in ({"email_verified_at": INSTANT} | reader).items():
            setattr(user, name, value)
        assert mails.post(unit, kind, recipient=user.email, user=user, details=details)
    _date_back(api.app)


def _post_to_address(app: Flask, kind: str, details: dict[str, Any]) -> None:
    """Store a mail to an address that nobody here has."""
    with app.app_context(), unit_of_work() as unit:
        assert mails.post(unit, kind, recipient="guest@example.com", details=details)
    _date_back(app)


def _date_back(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        session.execute(update(Mail).values(created_at=INSTANT))


def test_a_german_reader_gets_a_german_mail_with_the_time_where_they_are(
    api: Api, work: Work, inbox: Inbox
) -> None:
    _post_to_reader(api, "password_changed", locale="de_AT", timezone="Asia/Tokyo")
    work()
    [mail] = inbox.mails
    assert mail["Subject"] == "Ihr Passwort wurde geändert"
    assert mail["Content-Language"] == "de"
    assert f"Das Passwort von {api.person.email} wurde geändert (5. März 2026" in _read(mail)
    assert "05:30:00" in _read(mail)
    assert "Sie erhalten diese E-Mail, weil Sie ein Konto bei http" in _read(mail)
    html = html_of(mail)
    assert '<html lang="de">' in html
    assert "<title>Ihr Passwort wurde geändert</title>" in html
    assert "5. März 2026" in html


@pytest.mark.parametrize(
    ("locale", "subject", "days"),
    [
        ("de", "Ist das Ihre Adresse?", "innerhalb von 7 Tagen"),
        ("fr_CA", "Est-ce bien votre adresse ?", "dans un délai de 7 jours"),
        ("es_MX", "¿Es esta su dirección?", "en el plazo de 7 días"),
        ("it_CH", "È questo il suo indirizzo?", "entro 7 giorni"),
        ("nl_BE", "Is dit uw adres?", "binnen 7 dagen"),
        ("en_GB", "Is this your address?", "within 7 days"),
        ("pt_BR", "Is this your address?", "within 7 days"),
    ],
)
def test_every_language_reaches_the_mailbox(
    api: Api, work: Work, inbox: Inbox, locale: str, subject: str, days: str
) -> None:
    _post_to_reader(api, "verify_email", locale=locale, email_verified_at=None)
    work()
    [mail] = inbox.mails
    assert str(mail["Subject"]).replace("\u00a0", " ") == subject
    assert days in _read(mail)
    assert days in html_of(mail)


def test_one_day_is_not_many(api: Api, work: Work, inbox: Inbox) -> None:
    _post_to_reader(api, "confirm_address", locale="de_DE", pending_email=api.person.email)
    work()
    assert "innerhalb eines Tages" in _read(inbox.mails[0])


@pytest.mark.parametrize(
    ("locale", "date"),
    [("pt_BR", "4 March 2026"), ("haw_US", "March 4, 2026")],
)
def test_where_there_are_no_words_mails_are_english_with_the_dates_of_the_region(
    api: Api, work: Work, inbox: Inbox, locale: str, date: str
) -> None:
    _post_to_reader(api, "password_changed", locale=locale)
    work()
    [mail] = inbox.mails
    assert mail["Content-Language"] == "en"
    assert mail["Subject"] == "Your password was changed"
    assert date in _read(mail)


@pytest.mark.parametrize(
    ("locale", "language"),
    [("de_DE", "de"), ("nl-BE", "nl"), ("xx_YY", "en"), ("../../etc", "en"), (None, "en")],
)
def test_a_mail_to_an_address_speaks_as_it_was_told(
    app: Flask, work: Work, inbox: Inbox, locale: str | None, language: str
) -> None:
    _post_to_address(app, "password_changed", {"locale": locale} if locale else {})
    work()
    [mail] = inbox.mails
    assert (mail["To"], mail["Content-Language"]) == ("guest@example.com", language)


@pytest.mark.parametrize("locale", ["en", "de", "fr"])
@pytest.mark.parametrize(
    ("kind", "name"), [("address_changed", "new"), ("tokens_reused", "device")]
)
def test_names_are_neither_html_nor_formats(
    api: Api, work: Work, inbox: Inbox, locale: str, kind: str, name: str
) -> None:
    _post_to_reader(api, kind, {name: HOSTILE}, locale=locale)
    work()
    [mail] = inbox.mails
    assert HOSTILE in text_of(mail)
    assert "<b>" not in html_of(mail)
    assert "%(token)s %s %d {{ 7 * 7 }} {0} &lt;b&gt;x&lt;/b&gt; &#34;&#39;&amp;" in html_of(mail)
