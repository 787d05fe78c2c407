"""Where a locale is from, and English as it is written there.

Figures follow a person's own locale. Words are English, so dates are written the English way of
the person's region.
"""

from functools import lru_cache

from babel import Locale
from babel.core import get_global
from babel.localedata import exists

DEFAULT_LOCALE = "en"


@lru_cache(maxsize=64)
def territory_of(locale: str) -> str | None:
    """Return the region a locale is most likely from: DE for ``de`` as for ``de_DE``."""
    parsed = Locale.parse(locale)
    if parsed.territory:
        return parsed.territory
    likely = get_global("likely_subtags").get(parsed.language, "")
    region = likely.rpartition("_")[2]
    return region or None


@lru_cache(maxsize=64)
def english(locale: str) -> Locale:
    """Return English as it is written where ``locale`` is from, or international English."""
    if locale == DEFAULT_LOCALE:
        return Locale.parse(DEFAULT_LOCALE)
    name = f"en_{territory_of(locale)}"
    return Locale.parse(name if exists(name) else "en_001")
