"""Exact money: integer minor units and an ISO 4217 currency, decimal strings at every border.

Minor-unit digits come from Unicode CLDR through Babel: two for EUR, none for JPY, three for KWD.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import cache

from babel.core import get_global
from babel.numbers import get_currency_precision, list_currencies

MAX_MINOR = 10**15
"""Largest absolute amount of one row, in minor units; keeps every sum within 64 bits."""

MAX_SUM = 10**17
"""Largest absolute balance or total, in minor units; a CHECK holds it in the database."""

_PLAIN_DECIMAL = re.compile(r"-?[0-9]{1,16}(\.[0-9]{1,6})?", re.ASCII)


class MoneyError(ValueError):
    """An amount that money cannot be made of; the message is for a person."""


@cache
def currencies() -> tuple[str, ...]:
    """Return the ISO 4217 codes in use today, sorted."""
    in_use = {
        code
        for entries in get_global("territory_currencies").values()
        for code, start, end, tender in entries
        if end is None and tender
    }
    return tuple(sorted(in_use & list_currencies()))


@cache
def digits(currency: str) -> int:
    """Return how many minor-unit digits ``currency`` has. KeyError when there is no such code."""
    if currency not in currencies():
        raise KeyError(currency)
    return get_currency_precision(currency)


def parse_decimal(text: str) -> Decimal:
    """Read ``-12.34``: ASCII digits and one dot, no exponent, no grouping. MoneyError otherwise."""
    if not _PLAIN_DECIMAL.fullmatch(text):
        raise MoneyError("Not an amount. Write it like 12.34.")
    return Decimal(text)


def decimal_string(minor: int, places: int) -> str:
    """Write ``minor`` units with ``places`` decimals: ``decimal_string(-5, 2) == "-0.05"``."""
    if not places:
        return str(minor)
    digits_only = str(abs(minor)).rjust(places + 1, "0")
    return f"{'-' if minor < 0 else ''}{digits_only[:-places]}.{digits_only[-places:]}"


_SIX_DIGITS = Context(prec=6, rounding=ROUND_HALF_EVEN)


def implied_rate(minor: int, currency: str, to_minor: int, to_currency: str) -> str:
    """Return how many of ``to_currency`` one of ``currency`` came to, as a decimal string.

    ``to_amount / amount`` with six significant digits, half to even, without zeros at its end:
    3250 JPY for 20.00 EUR are ``162.5``.
    """
    left, arrived = (
        Decimal(one).scaleb(-digits(code))
        for one, code in ((minor, currency), (to_minor, to_currency))
    )
    return f"{_SIX_DIGITS.divide(arrived, left).normalize():f}"


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An exact amount: ``minor`` units (an int, never a float) of ``currency``."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError("Money counts whole minor units.")
        digits(self.currency)

    @classmethod
    def of(cls, amount: Decimal, currency: str) -> "Money":
        """Make money of a decimal. MoneyError when it has more decimals than the currency."""
        places = digits(currency)
        scaled = amount.scaleb(places)
        if scaled != scaled.to_integral_value():
            raise MoneyError(_too_fine(currency, places))
        if abs(scaled) > MAX_MINOR:
            raise MoneyError("That amount is too large.")
        return cls(int(scaled), currency)

    def __add__(self, other: "Money") -> "Money":
        self._same_currency(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._same_currency(other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __str__(self) -> str:
        return decimal_string(self.minor, digits(self.currency))

    def split(self, weights: Sequence[int]) -> list["Money"]:
        """Share out by ``weights`` without losing a cent, by the largest-remainder method.

        ValueError when no weight is positive or one is negative.
        """
        total = sum(weights)
        if total <= 0 or min(weights) < 0:
            raise ValueError("weights must be zero or more, and one of them positive")
        sign = -1 if self.minor < 0 else 1
        exact = [divmod(abs(self.minor) * weight, total) for weight in weights]
        missing = abs(self.minor) - sum(whole for whole, _ in exact)
        by_remainder = sorted(range(len(exact)), key=lambda i: -exact[i][1])
        lucky = set(by_remainder[:missing])
        return [
            Money(sign * (whole + (i in lucky)), self.currency)
            for i, (whole, _) in enumerate(exact)
        ]

    def _same_currency(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise TypeError(f"{self.currency} and {other.currency} do not add up.")


def _too_fine(currency: str, places: int) -> str:
    if not places:
        return f"{currency} has no decimals."
    return f"{currency} has {places} decimals, no more."
