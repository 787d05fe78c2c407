"""Sums as people type them into a field for an amount: parsed and added up, never evaluated."""

from collections.abc import Sequence
from fractions import Fraction

OPERATORS = frozenset("+-*/()")
MOST_TOKENS = 100
_DEEPEST = 20
_PLACES = 6
"""Decimals that a result may have."""


class ArithmeticFault(ValueError):
    """What was typed is no sum; the message is for a person."""


def total(tokens: Sequence[Fraction | str]) -> str:
    """Return what numbers and operators come to, as a plain decimal such as ``-12.5``.

    Multiplication and division bind stronger than addition and subtraction, brackets strongest.
    ArithmeticFault where that is no sum, or its result has no end or too many decimals.
    """
    if len(tokens) > MOST_TOKENS:
        raise ArithmeticFault("This is too long to be added up.")
    parser = _Parser(tokens)
    result = parser.sum(0)
    if not parser.is_done:
        raise ArithmeticFault("This sum cannot be read.")
    return _decimal(result)


def _decimal(value: Fraction) -> str:
    scaled = value * 10**_PLACES
    if scaled.denominator != 1:
        raise ArithmeticFault("This does not come out even. Type the amount itself.")
    sign, units = "-" if scaled < 0 else "", abs(scaled.numerator)
    whole, decimals = divmod(units, 10**_PLACES)
    return f"{sign}{whole}.{decimals:0{_PLACES}}".rstrip("0").rstrip(".")


class _Parser:
    """Recursive descent over tokens; one method for each strength of binding."""

    def __init__(self, tokens: Sequence[Fraction | str]) -> None:
        self._tokens = [*tokens, ""]
        self._at = 0

    @property
    def is_done(self) -> bool:
        return self._at == len(self._tokens) - 1

    def sum(self, depth: int) -> Fraction:
        value = self._product(depth)
        while (operator := self._taken("+", "-")) is not None:
            other = self._product(depth)
            value = value + other if operator == "+" else value - other
        return value

    def _product(self, depth: int) -> Fraction:
        value = self._factor(depth)
        while (operator := self._taken("*", "/")) is not None:
            other = self._factor(depth)
            if operator == "/" and not other:
                raise ArithmeticFault("Nothing can be divided by zero.")
            value = value * other if operator == "*" else value / other
        return value

    def _factor(self, depth: int) -> Fraction:
        if depth > _DEEPEST:
            raise ArithmeticFault("There are too many brackets in this.")
        if self._taken("-") is not None:
            return -self._factor(depth + 1)
        if self._taken("(") is not None:
            value = self.sum(depth + 1)
            if self._taken(")") is None:
                raise ArithmeticFault("A bracket is not closed.")
            return value
        token = self._tokens[self._at]
        if not isinstance(token, Fraction):
            raise ArithmeticFault("This sum cannot be read.")
        self._at += 1
        return token

    def _taken(self, *operators: str) -> str | None:
        token = self._tokens[self._at]
        if isinstance(token, str) and token in operators:
            self._at += 1
            return token
        return None
