"""Mails speak every language they claim to, with every value in its place."""

import datetime as dt
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from babel import Locale
from babel.messages import Catalog
from babel.messages.pofile import read_po
from babel.support import NullTranslations
from flask import Flask
from flask_mail import Message

from app.controllers.mail_work import Letter
from app.core.translations import SOURCE, languages, path_of
from app.jobs.letters import compose, environment_with, written
from app.models.mails import Mail
from app.models.members import LEDGER_ROLES
from app.models.users import User
from tools.messages import ROOT, extract, forms, unfinished, updated

FOLDER = ROOT / "templates"
KINDS = sorted(path.stem for path in (FOLDER / "mail").glob("[!_]*.txt"))
TRANSLATED = sorted({*languages()} - {SOURCE})
NOW = dt.datetime(2026, 3, 4, 20, 30, tzinfo=dt.UTC)

# What mails tell of, where that is more than whom they are to and when: every case of it.
_CHANGES = re.findall(r"'(\w+)':", (FOLDER / "mail" / "_second_factor.html").read_text("utf-8"))
DETAILS: dict[str, list[dict[str, Any]]] = {
    "password_changed": [{"tokens": 0}, {"tokens": 2}],
    "address_changed": [{"new": "new@example.com"}],
    "ledger_invitation": [
        {"expires_at": NOW.isoformat(), "inviter": "Zoë", "ledger": "Haus", "role": role}
        for role in LEDGER_ROLES
    ],
    "registration_invitation": [{"expires_at": NOW.isoformat()}],
    "second_factor_changed": [{"change": change} for change in _CHANGES],
    "tokens_reused": [{"device": "Firefox, Linux"}, {"device": ""}],
}


def _letters(locale: str) -> Iterator[Letter]:
    """Every mail there is, to a reader with a locale."""
    user = User(email="reader@example.com", locale=locale, timezone="Europe/Berlin")
    for kind in KINDS:
        for details in DETAILS.get(kind, [{}]):
            mail = Mail(id=1, kind=kind, recipient=user.email, details=details, created_at=NOW)
            yield Letter(mail, user, "a-token")


def _catalogue(language: str) -> Catalog:
    with path_of(language).open("rb") as file:
        return read_po(file, locale=language)


def _values(words: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)s", words))


# The catalogues


def test_there_are_the_languages_that_are_promised() -> None:
    assert set(TRANSLATED) >= {"de", "fr", "es", "it", "nl"}


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_sentence_is_translated(language: str) -> None:
    """Otherwise: make messages, then write what is empty or marked fuzzy in the catalogue."""
    template = extract()
    assert len(template) >= 39
    assert unfinished(updated(language, template)) == []
    known = {message.id for message in _catalogue(language)}
    assert known == {message.id for message in template}


def test_a_sentence_that_changed_counts_as_missing() -> None:
    template = extract()
    template.add("Your password was changed twice")
    assert "Your password was changed twice" in unfinished(updated("de", template))


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_hold_the_same_values(language: str) -> None:
    catalogue = _catalogue(language)
    for message in catalogue:
        if message.id:
            expected = [_values(words) for words in forms(message.id)]
            said = forms(message.string)
            assert len(said) == (catalogue.num_plurals if message.pluralizable else 1)
            assert all(_values(words) in expected for words in said), message.id
            assert _values(said[-1]) == expected[-1], message.id
    assert list(catalogue.check()) == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_what_is_said_is_plain_text(language: str) -> None:
    """The same words go into text and HTML, and % stands before the name of a value only."""
    for message in _catalogue(language):
        if message.id:
            for words in (*forms(message.id), *forms(message.string)):
                assert not re.search(r"[<>&{}]|\s\s|^\s|\s$|%(?!\(\w+\)s|%)", words), words


# The mails


class _Marked(NullTranslations):
    """Marks what it is asked to translate."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"⟦{msgid1 if n == 1 else msgid2}⟧"


def _said(message: Message) -> list[str]:
    """What the reader of a mail sees: its subject, its text, its HTML."""
    assert message.subject
    assert message.body
    assert message.html
    return [message.subject, message.body, unescape(re.sub(r"<[^>]*>", " ", message.html))]


def _unmarked(words: str) -> list[str]:
    """The words that stand outside of marks, but for addresses and the program's name."""
    while "⟦" in words:
        words, before = re.sub(r"⟦[^⟦⟧]*⟧", "", words), words
        assert words != before
    return re.findall(r"[^\W\d_]+", re.sub(r"https?://\S+|\bOutlay\b", "", words))


def _lines(message: Message) -> set[str]:
    """The lines of a mail, but for addresses and the program's name."""
    lines = {line.strip() for words in _said(message) for line in words.splitlines()}
    return {line for line in lines - {"", "--", "Outlay"} if not line.startswith("http")}


def test_every_word_of_every_mail_can_be_translated(app: Flask) -> None:
    environment = environment_with(_Marked(), str(FOLDER))
    with app.app_context():
        for letter in _letters("en"):
            message = written(letter, environment, Locale("en"))
            for words in _said(message):
                assert _unmarked(words) == [], letter.mail.kind


@pytest.mark.parametrize("language", languages())
def test_every_mail_says_all_in_every_language(app: Flask, language: str) -> None:
    with app.app_context():
        for letter in _letters(language):
            message = compose(letter)
            assert (message.extra_headers or {})["Content-Language"] == language
            assert f'<html lang="{language}">' in str(message.html)
            for words in _said(message):
                assert not re.search(r"%\(|\{[{%]|\bNone\b", words), letter.mail.kind


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_line_of_a_mail_stays_english(app: Flask, language: str) -> None:
    with app.app_context():
        for letter, english in zip(_letters(language), _letters("en"), strict=True):
            assert _lines(compose(letter)) & _lines(compose(english)) == set(), letter.mail.kind
