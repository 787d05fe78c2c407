"""Sums that people type: what they come to, and what is none."""

import ast
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.arithmetic import ArithmeticFault, total
from app.views.amounts import Unclear, summed


@pytest.mark.parametrize(
    ("typed", "locale", "amount"),
    [
        ("12.50+3*2", "en", "18.5"),
        ("12,50 + 3 * 2", "de", "18.5"),
        ("1.234,50-34,50", "de", "1200"),
        ("(1+2)*3.5", "en", "10.5"),
        ("10/4", "en", "2.5"),
        ("10÷4×2", "en", "5"),
        ("-(2-5)", "en", "3"),
        ("2--3", "en", "5"),
        ("7", "en", "7"),
        ("-7.25", "en", "-7.25"),
        ("1 000 + 1", "fr", "1001"),
    ],
)
def test_what_a_sum_comes_to(typed: str, locale: str, amount: str) -> None:
    assert Decimal(summed(typed, locale, "EUR")) == Decimal(amount)


@pytest.mark.parametrize(
    "typed",
    [
        "1+", "*2", "1//2", "2**8", "1/0", "10/3", "(1", "1)", "()", "1+a", "__import__('os')",
        "1e5+1", "NaN+1", "1_0+1", "(" * 50 + "1" + ")" * 50, "1+" * 500 + "1", "1+\x00", "+1+1",
        "1" * 5000 + "+1", "*".join(["9" * 100] * 50),
    ],
)  # fmt: skip
def test_what_is_no_sum(typed: str) -> None:
    with pytest.raises(Unclear):
        summed(typed, "en", "EUR")


numbers = st.integers(0, 10**6).map(lambda cents: f"{cents // 100}.{cents % 100:02}")
sums = st.recursive(
    numbers,
    lambda parts: st.tuples(parts, st.sampled_from("+-*"), parts).map(lambda p: f"({''.join(p)})"),
    max_leaves=6,
)


def _exactly(node: ast.expr) -> Fraction:
    if isinstance(node, ast.Constant):
        return Fraction(str(node.value))
    assert isinstance(node, ast.BinOp)
    left, right = _exactly(node.left), _exactly(node.right)
    kinds = {ast.Add: left + right, ast.Sub: left - right, ast.Mult: left * right}
    return kinds[type(node.op)]


@given(typed=sums)
def test_sums_are_those_of_exact_arithmetic(typed: str) -> None:
    exact = _exactly(ast.parse(typed, mode="eval").body)
    try:
        assert Fraction(summed(typed, "en", "EUR")) == exact
    except Unclear:
        assert (exact * 10**6).denominator != 1


def test_nothing_is_no_sum() -> None:
    with pytest.raises(ArithmeticFault):
        total([])
