"""Money: exact, in its own currency's digits, shared out without losing a cent."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.money import (
    MAX_MINOR,
    Money,
    MoneyError,
    currencies,
    decimal_string,
    digits,
    parse_decimal,
)

minors = st.integers(-MAX_MINOR, MAX_MINOR)
weights = st.lists(st.integers(0, 10**6), min_size=1, max_size=20).filter(any)


@given(minors, weights)
def test_shares_add_up_to_the_whole(minor: int, shares: list[int]) -> None:
    parts = Money(minor, "EUR").split(shares)
    assert sum(part.minor for part in parts) == minor


@given(minors, weights)
def test_no_share_is_a_cent_off_what_is_fair(minor: int, shares: list[int]) -> None:
    for part, weight in zip(Money(minor, "EUR").split(shares), shares, strict=True):
        assert abs(part.minor * sum(shares) - minor * weight) < sum(shares)


@given(minors, weights)
def test_who_has_no_weight_gets_nothing(minor: int, shares: list[int]) -> None:
    parts = Money(minor, "EUR").split([*shares, 0])
    assert parts[-1].minor == 0


@given(minors, weights)
def test_a_debt_is_split_like_a_gain(minor: int, shares: list[int]) -> None:
    there = Money(minor, "EUR").split(shares)
    back = Money(-minor, "EUR").split(shares)
    assert [part.minor for part in there] == [-part.minor for part in back]


@given(minors, st.integers(1, 50))
def test_equal_weights_differ_by_one_cent_at_most(minor: int, people: int) -> None:
    parts = sorted(part.minor for part in Money(minor, "EUR").split([1] * people))
    assert parts[-1] - parts[0] <= 1


@given(minors, weights)
def test_a_larger_weight_gets_no_less(minor: int, shares: list[int]) -> None:
    parts = Money(abs(minor), "EUR").split(shares)
    by_weight = sorted(zip(shares, (part.minor for part in parts), strict=True))
    for (small, less), (large, more) in pairwise(by_weight):
        assert small == large or less <= more


def test_ten_among_three() -> None:
    assert [str(part) for part in Money(1000, "EUR").split([1, 1, 1])] == ["3.34", "3.33", "3.33"]


@pytest.mark.parametrize("shares", [[], [0], [0, 0], [1, -1], [-1]])
def test_nobody_to_split_among(shares: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        Money(100, "EUR").split(shares)


@given(minors, st.sampled_from(["EUR", "JPY", "KWD", "USD"]))
def test_what_is_written_is_read_back(minor: int, currency: str) -> None:
    written = str(Money(minor, currency))
    assert Money.of(parse_decimal(written), currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("12.34", "EUR", 1234),
        ("12.3", "EUR", 1230),
        ("12", "EUR", 1200),
        ("-0.05", "EUR", -5),
        ("12", "JPY", 12),
        ("12.000", "JPY", 12),
        ("1.234", "KWD", 1234),
        ("0.001", "KWD", 1),
    ],
)
def test_minor_units_follow_the_currency(amount: str, currency: str, minor: int) -> None:
    assert Money.of(parse_decimal(amount), currency).minor == minor


@pytest.mark.parametrize(
    ("amount", "currency"),
    [("12.345", "EUR"), ("0.5", "JPY"), ("0.0001", "KWD"), ("10000000000000.01", "EUR")],
)
def test_too_fine_or_too_large_is_refused(amount: str, currency: str) -> None:
    with pytest.raises(MoneyError):
        Money.of(parse_decimal(amount), currency)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "NaN", "Infinity", "-Infinity", "1e5", "1E5", "1_000", "１２", "12,34", "1,000.00",
        "+5", "--5", "5-", ".5", "5.", "0x10", "12.34 ", " 12", "1\n", "٣", "1.2.3", "12.3456789",
        "12345678901234567", "€5",
    ],
)  # fmt: skip
def test_what_is_no_plain_decimal_is_refused(text: str) -> None:
    with pytest.raises(MoneyError):
        parse_decimal(text)


@given(st.text())
def test_any_text_is_a_decimal_or_refused(text: str) -> None:
    try:
        amount = parse_decimal(text)
    except MoneyError:
        return
    assert amount == Decimal(text)
    assert text.isascii()


@pytest.mark.parametrize("minor", [12.0, Decimal(12), "12", True, None])
def test_minor_units_are_whole_numbers(minor: object) -> None:
    with pytest.raises(TypeError):
        Money(minor, "EUR")  # type: ignore[arg-type]


@pytest.mark.parametrize("currency", ["EURO", "eur", "XXX", "DEM", ""])
def test_no_money_without_a_currency_in_use(currency: str) -> None:
    with pytest.raises(KeyError):
        Money(1, currency)


def test_currencies_do_not_mix() -> None:
    with pytest.raises(TypeError, match="EUR and USD"):
        Money(1, "EUR") + Money(1, "USD")
    with pytest.raises(TypeError, match="EUR and USD"):
        Money(1, "EUR") - Money(1, "USD")


def test_sums_and_differences() -> None:
    assert Money(150, "EUR") + Money(-50, "EUR") == Money(100, "EUR")
    assert Money(150, "EUR") - Money(200, "EUR") == -Money(50, "EUR")


def test_digits_of_the_currencies() -> None:
    assert (digits("EUR"), digits("JPY"), digits("KWD")) == (2, 0, 3)
    assert {"EUR", "USD", "JPY", "KWD", "CHF", "GBP"} <= set(currencies())


@pytest.mark.parametrize(
    ("minor", "places", "text"),
    [
        (-5, 2, "-0.05"),
        (0, 2, "0.00"),
        (7, 0, "7"),
        (-7, 0, "-7"),
        (1, 3, "0.001"),
        (100, 2, "1.00"),
    ],
)
def test_decimal_strings(minor: int, places: int, text: str) -> None:
    assert decimal_string(minor, places) == text
