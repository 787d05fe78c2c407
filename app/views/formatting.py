"""Amounts and dates as the person who looks at them writes them.

Figures follow the person's own locale. Words are English, so dates are written the English way of
the person's region: ``de_DE`` reads 1.234,56 € and "Tue, 3 Nov", ``en_US`` reads $1,234.56 and
"Tue, Nov 3".
"""

import datetime as dt
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import format_currency, get_currency_name
from flask import Flask, g

from app.core import clock
from app.core.locales import DEFAULT_LOCALE, english
from app.core.money import currencies, decimal_string, digits
from app.models.users import Actor


def init_app(app: Flask) -> None:
    """Give templates the filters and globals that write amounts and dates."""
    for filter_ in (money, amount, day, full_date, month_name, moment, clock_time, typed):
        app.add_template_filter(filter_)
    for global_ in (words_tag, today):
        app.add_template_global(global_)


def money(minor: int, currency: str, sign: bool = False) -> str:
    """Write minor units with their currency; with ``sign``, an amount above zero gets a plus."""
    text = _money(minor, currency, _locale())
    return f"+{text}" if sign and minor > 0 else text


def amount(minor: int, currency: str) -> str:
    """Write minor units without their currency."""
    return _amount(minor, currency, _locale(), True)


def typed(minor: int, currency: str) -> str:
    """Write minor units the way they are typed into a field: without grouping."""
    return _amount(minor, currency, _locale(), False)


def written(minor: int, currency: str, locale: str) -> str:
    """Write minor units with their currency as they are written in ``locale``."""
    return _money(minor, currency, locale)


def day(date: dt.date) -> str:
    """Write a date as people say it: "Today", "Mon 3 Nov", "3 Nov 2024"."""
    now = today()
    if date in (now, now - dt.timedelta(days=1)):
        return "Today" if date == now else "Yesterday"
    skeleton = "MMMEd" if date.year == now.year else "yMMMd"
    return format_skeleton(skeleton, date, locale=_words())


def full_date(date: dt.date) -> str:
    """Write a date in full: "Monday, 3 November 2026"."""
    return format_date(date, "full", locale=_words())


def month_name(date: dt.date, year: bool | None = None) -> str:
    """Write a date's month; with its year unless that is the present one, or as ``year`` says."""
    with_year = date.year != today().year if year is None else year
    return format_date(date, "MMMM y" if with_year else "MMMM", locale=_words())


def moment(instant: dt.datetime) -> str:
    """Write an instant as a date and time of day where the person lives."""
    local = instant.astimezone(ZoneInfo(_timezone()))
    return f"{day(local.date())}, {clock_time(instant)}"


def clock_time(instant: dt.datetime) -> str:
    """Write the time of day of an instant where the person lives."""
    return format_time(instant.astimezone(ZoneInfo(_timezone())), "short", locale=_words())


def today() -> dt.date:
    """Return the present date where the person lives."""
    return clock.today(_timezone())


def words_tag() -> str:
    """Return the language of the pages as HTML writes it: English, of the person's region."""
    return str(_words()).replace("_", "-")


def number_locale() -> str:
    """Return the locale in which the person reads and types figures."""
    return _locale()


@lru_cache(maxsize=64)
def currency_names(locale: str = DEFAULT_LOCALE) -> dict[str, str]:
    """Return the names of all currencies in use by their codes."""
    return {code: get_currency_name(code, locale=locale) for code in currencies()}


@lru_cache(maxsize=4096)
def _money(minor: int, currency: str, locale: str) -> str:
    return format_currency(_decimal(minor, currency), currency, locale=locale)


@lru_cache(maxsize=4096)
def _amount(minor: int, currency: str, locale: str, grouped: bool) -> str:
    # A pattern without a sign for the currency, filled in with the currency's own decimals.
    pattern = Locale.parse(locale).decimal_formats[None].pattern
    value = _decimal(minor, currency)
    return format_currency(value, currency, pattern, locale, group_separator=grouped)


def _decimal(minor: int, currency: str) -> Decimal:
    return Decimal(decimal_string(minor, digits(currency)))


def _actor() -> Actor | None:
    found: Actor | None = g.get("actor")
    return found


def _locale() -> str:
    found = _actor()
    return found.locale if found else DEFAULT_LOCALE


def _timezone() -> str:
    found = _actor()
    return found.timezone if found else "UTC"


def _words() -> Locale:
    return english(_locale())
