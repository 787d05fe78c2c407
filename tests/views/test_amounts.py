"""Amounts as people type them."""

import pytest

from app.views.amounts import Unclear, plain_decimal


@pytest.mark.parametrize(
    ("typed", "locale", "currency", "plain"),
    [
        ("12,34", "de_DE", "EUR", "12.34"),
        ("1.234,56", "de_DE", "EUR", "1234.56"),
        ("1234,56", "de_DE", "EUR", "1234.56"),
        ("1.234", "de_DE", "EUR", "1234"),
        ("12.34", "de_DE", "EUR", "12.34"),
        ("12.3", "de_DE", "EUR", "12.3"),
        ("0.500", "de_DE", "EUR", "0.500"),
        ("1.234.567,8", "de_DE", "EUR", "1234567.8"),
        (" -5,00 ", "de_DE", "EUR", "-5.00"),
        ("\u22125", "de_DE", "EUR", "-5"),
        ("1,234.56", "en_US", "USD", "1234.56"),
        ("12.34", "en_US", "USD", "12.34"),
        ("12.345", "en_US", "KWD", "12.345"),
        ("1 234,56", "fr_FR", "EUR", "1234.56"),
        ("1\u202f234,56", "fr_FR", "EUR", "1234.56"),
        ("1'234.56", "de_CH", "CHF", "1234.56"),
        ("1\u2019234.56", "de_CH", "CHF", "1234.56"),
        ("12,34,567.89", "en_IN", "INR", "1234567.89"),
        ("1234", "ja_JP", "JPY", "1234"),
    ],
)
def test_read(typed: str, locale: str, currency: str, plain: str) -> None:
    assert plain_decimal(typed, locale, currency) == plain


@pytest.mark.parametrize(
    ("typed", "locale", "currency"),
    [
        ("12,34", "en_US", "USD"),
        ("1.234", "de_DE", "KWD"),
        ("1.23,4", "de_DE", "EUR"),
        ("1,234,56", "en_US", "USD"),
        ("12,34,567", "en_US", "USD"),
        ("1..2", "en_US", "USD"),
        ("1,2,3", "de_DE", "EUR"),
        ("", "de_DE", "EUR"),
        ("abc", "de_DE", "EUR"),
        ("1e5", "en_US", "USD"),
        ("--5", "en_US", "USD"),
        ("5-", "en_US", "USD"),
        ("NaN", "en_US", "USD"),
        ("\u0661\u0662", "ar_EG", "EGP"),
        ("12 €", "de_DE", "EUR"),
    ],
)
def test_never_guessed(typed: str, locale: str, currency: str) -> None:
    with pytest.raises(Unclear):
        plain_decimal(typed, locale, currency)


@pytest.mark.parametrize(
    ("locale", "currency", "example"),
    [("de_DE", "EUR", "1234,56."), ("en_US", "JPY", "1234."), ("en_US", "KWD", "1234.567.")],
)
def test_the_message_shows_how(locale: str, currency: str, example: str) -> None:
    with pytest.raises(Unclear, match=f"Write it like {example}"):
        plain_decimal("x", locale, currency)
