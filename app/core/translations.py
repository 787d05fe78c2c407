"""Words in other languages: gettext catalogues, read as they are and never compiled.

A catalogue is ``app/translations/<language>/LC_MESSAGES/messages.po``; English is in the source.
"""

from functools import cache
from io import BytesIO
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

from app.core.locales import DEFAULT_LOCALE, english

FOLDER = Path(__file__).resolve().parent.parent / "translations"
SOURCE = "en"


@cache
def languages() -> tuple[str, ...]:
    """Return the languages there are words in: English, and those with a catalogue."""
    found = sorted(path.parts[-3] for path in FOLDER.glob("*/LC_MESSAGES/messages.po"))
    return (SOURCE, *found)


def path_of(language: str) -> Path:
    """Return where the catalogue of a language is."""
    return FOLDER / language / "LC_MESSAGES" / "messages.po"


@cache
def translations(language: str) -> NullTranslations:
    """Return the words of one of the languages; what they lack stays English."""
    if language == SOURCE:
        return NullTranslations()
    with path_of(language).open("rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


def spoken(locale: str | None) -> Locale:
    """Return what to write in for a reader with this locale, which may be missing or unknown.

    That is the locale itself where there are words in its language, else English as it is written
    where the locale is from.
    """
    try:
        own = Locale.parse((locale or DEFAULT_LOCALE).replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        own = Locale.parse(DEFAULT_LOCALE)
    has_words = own.language != SOURCE and own.language in languages()
    return own if has_words else english(str(own))
