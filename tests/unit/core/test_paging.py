"""Cursors: what is written is read back, and nothing else is."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import Invalid
from app.core.paging import Cursor, Page

keys = st.lists(st.text(max_size=20) | st.integers(-(2**63), 2**63 - 1), max_size=4).map(tuple)


@given(st.text(max_size=10), keys, st.booleans())
def test_a_cursor_is_read_back(sort: str, key: tuple[str | int, ...], backwards: bool) -> None:
    cursor = Cursor(sort, key, backwards)
    assert Cursor.decode(cursor.encode()) == cursor


@given(st.text(max_size=10), keys)
def test_a_cursor_needs_no_quoting_in_an_address(sort: str, key: tuple[str | int, ...]) -> None:
    text = Cursor(sort, key).encode()
    assert text.isascii()
    assert text.replace("-", "").replace("_", "").isalnum()


@given(st.text())
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        Cursor.decode(text)
    assert set(refusal.value.errors) == {"cursor"}


def _encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "value",
    [
        None, 7, "text", {}, [], ["-date"], [1, False, 1], ["-date", 0, 1], ["-date", False, None],
        ["-date", False, 1.5], ["-date", False, True], ["-date", False, [1]],
        ["-date", False, {"a": 1}], ["-date", False, 2**63], ["-date", False, -(2**63) - 1],
        ["-date", "no", 1], {"sort": "-date"},
    ],
)  # fmt: skip
def test_json_of_another_shape_is_refused(value: object) -> None:
    with pytest.raises(Invalid):
        Cursor.decode(_encoded(value))


@pytest.mark.parametrize(
    "text", ["A", "====", "\N{EURO SIGN}", "YQ==\n", "a" * 401, _encoded("[" * 9)]
)
def test_broken_base64_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        Cursor.decode(text)


def test_deep_json_is_refused() -> None:
    deep = base64.urlsafe_b64encode(b"[" * 100_000).decode().rstrip("=")
    with pytest.raises(Invalid):
        Cursor.decode(deep)


@pytest.mark.parametrize(("total", "pages"), [(0, 1), (1, 1), (50, 1), (51, 2), (101, 3)])
def test_how_many_pages(total: int, pages: int) -> None:
    assert Page(items=[], per_page=50, total=total).pages == pages
