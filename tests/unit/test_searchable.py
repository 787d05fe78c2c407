"""What a search looks through is the same, however the words are spread over texts."""

import pytest

from app.models.transactions import LONGEST_WORD, searchable, words_of


@pytest.mark.parametrize(
    "texts",
    [
        ("Zoë’s Bäckerei", "", "Straße 12"),
        ("–", "North-Sea", "!!", "u\u0308ber"),
        ("a" * 70, "\u0301e", "ﬁn " + "b" * 70),
        ("İstanbul", "ΣΑΣ", "x_y"),
        ("", ""),
    ],
)
def test_words_have_one_space_between_them_whatever_text_they_are_of(
    texts: tuple[str, ...],
) -> None:
    words = words_of(" ".join(texts))
    assert searchable(*texts) == " ".join(words)
    assert all(0 < len(word) <= LONGEST_WORD for word in words)
