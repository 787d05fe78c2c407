"""The guard against formulas: nothing dangerous passes, nothing is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.spreadsheet import guard, unguard

nasty = st.text(alphabet="'=+-@\t\r ab1", max_size=8)


@given(st.text() | nasty)
def test_every_text_comes_back(text: str) -> None:
    assert unguard(guard(text)) == text


@given(st.text() | nasty)
def test_no_guarded_text_starts_a_formula(text: str) -> None:
    assert guard(text)[:1] not in {"=", "+", "-", "@", "\t", "\r"}


@pytest.mark.parametrize("text", ["", "Bread", "1+1", "a=b", "'quoted'", "Café"])
def test_harmless_text_is_left_alone(text: str) -> None:
    assert guard(text) == text


@pytest.mark.parametrize("text", ["=1+1", "+49 30", "-5", "@SUM(A1)", "\tx", "\rx", "'=1", "''-"])
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    assert guard(text) == f"'{text}"
