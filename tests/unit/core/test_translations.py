"""Which language somebody is written to in."""

import pytest

from app.core.translations import languages, spoken, translations


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("de", "de"), ("de_AT", "de_AT"), ("de-CH", "de_CH"), ("fr_CA", "fr_CA"),
        ("en", "en"), ("en_GB", "en_GB"), ("en-US", "en_US"),
        ("pt_BR", "en_001"), ("sv_SE", "en_SE"), ("zh_Hans_CN", "en_001"),
        (None, "en"), ("", "en"), ("xx", "en"), ("xx_YY", "en"), ("de_", "en"), ("../de", "en"),
    ],
)  # fmt: skip
def test_people_are_written_to_in_their_language_or_english(
    locale: str | None, expected: str
) -> None:
    assert str(spoken(locale)) == expected


def test_english_needs_no_catalogue() -> None:
    assert languages()[0] == "en"
    assert translations("en").gettext("Confirm the address") == "Confirm the address"


def test_words_are_found_and_counted() -> None:
    words = translations("de")
    assert words.gettext("Confirm the address") == "Adresse bestätigen"
    assert words.gettext("Something nobody says") == "Something nobody says"
