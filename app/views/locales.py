"""Locales to choose from, and what amounts and dates look like in them."""

from functools import cache

from babel import Locale
from babel.dates import format_skeleton
from babel.languages import get_official_languages
from babel.localedata import locale_identifiers

from app.core.locales import DEFAULT_LOCALE, english
from app.core.money import digits
from app.views.formatting import today, written

_SAMPLE = "123456789"


def locale_choices(chosen: str) -> list[tuple[str, str]]:
    """Return (locale, name) of each region's official languages, and of what is ``chosen``."""
    known = _names()
    rare = {} if chosen in known else {chosen: _name(chosen)}
    return [*rare.items(), *known.items()]


def sample(locale: str, currency: str) -> str:
    """Return an amount and the present date as they are written in a locale."""
    minor = int(_SAMPLE[: 4 + digits(currency)])
    date = format_skeleton("yMMMEd", today(), locale=english(locale))
    return f"{written(minor, currency, locale)} · {date}"


@cache
def _names() -> dict[str, str]:
    found = {name: _name(name) for name in locale_identifiers() if _is_usual(name)}
    by_name = sorted(found.items(), key=lambda one: one[1])
    return {DEFAULT_LOCALE: "English", **dict(by_name)}


def _name(locale: str) -> str:
    return Locale.parse(locale).get_display_name(DEFAULT_LOCALE) or locale


def _is_usual(locale: str) -> bool:
    language, _, territory = locale.partition("_")
    return len(territory) == 2 and language in get_official_languages(
        territory, regional=True, de_facto=True
    )
