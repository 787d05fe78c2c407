"""Cells of money to whole minor units, under a decimal style that the whole column decided.

A cell is read rightly or not at all: grouping must be well formed, one sign at most, ASCII digits
only, and no more decimals than the currency has (unless they are zeros).
"""

import re
from collections.abc import Sequence
from typing import Final

from app.core.money import MAX_MINOR
from app.services.statements.errors import Fault, shown

DECIMALS: Final = (".", ",", "minor")
"""Decimal point, decimal comma, or whole figures that count minor units (pence, cents)."""

_SPACES = " \u00a0\u2009\u202f"
_DASH = "-\u2013\u2014"  # in place of decimals: 1.000,-
_MINUS = "-\u2212\u2013"
_LONGEST = 60  # characters of a cell that can be an amount
_CACHE_LIMIT = 50_000

# Signs of currencies and the codes they may stand for.
_SYMBOLS: Final[dict[str, frozenset[str]]] = {
    sign: frozenset(codes.split())
    for sign, codes in {
        "€": "EUR",
        "£": "GBP GIP FKP SHP EGP SYP LBP SDG SSP",
        "$": "USD CAD AUD NZD SGD HKD MXN TWD ARS CLP COP BRL BBD BSD BZD BMD FJD JMD NAD TTD XCD",
        "US$": "USD",
        "C$": "CAD NIO",
        "CA$": "CAD",
        "A$": "AUD",
        "AU$": "AUD",
        "NZ$": "NZD",
        "S$": "SGD",
        "HK$": "HKD",
        "R$": "BRL",
        "¥": "JPY CNY",
        "₹": "INR",
        "Rs.": "INR PKR LKR NPR MUR",
        "Rs": "INR PKR LKR NPR MUR",
        "Fr.": "CHF",
        "SFr.": "CHF",
        "kr.": "DKK SEK NOK ISK",
        "kr": "DKK SEK NOK ISK",
        "zł": "PLN",
        "Kč": "CZK",
        "Ft": "HUF",
        "lei": "RON MDL",
        "₽": "RUB",
        "₺": "TRY",
        "₴": "UAH",
        "₪": "ILS",
        "₩": "KRW",
        "₫": "VND",
        "฿": "THB",
        "₱": "PHP",
        "₦": "NGN",
    }.items()
}
_FOLDED: Final = {sign.casefold(): codes for sign, codes in _SYMBOLS.items()}
_SIGNED = "|".join(re.escape(s) for s in sorted(_SYMBOLS, key=len, reverse=True))
_CURRENCY = rf"(?:{_SIGNED}|[A-Za-z]{{3}}(?![A-Za-z]))"
_WORDS = {"CR": 1, "DR": -1, "H": 1, "S": -1}


def _number(decimal: str) -> str:
    """The digits of a cell: plain, grouped by threes with one separator, or the Indian way."""
    if decimal == "minor":
        return "(?P<whole>[0-9]+)(?P<fraction>)"
    other = "," if decimal == "." else r"\."
    grouped = (
        rf"[1-9][0-9]{{0,2}}(?P<sep>[{other}'\u2019{_SPACES}])[0-9]{{3}}(?:(?P=sep)[0-9]{{3}})*"
    )
    indian = r"|[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}" if decimal == "." else ""
    fraction = rf"(?:{re.escape(decimal)}(?P<fraction>[0-9]+|[{re.escape(_DASH)}]{{1,2}}))"
    return rf"(?=[0-9]|{re.escape(decimal)}[0-9])(?P<whole>[0-9]+|{grouped}{indian})?{fraction}?"


def _cell(decimal: str) -> re.Pattern[str]:
    """One cell; possessive white space keeps the cost of any cell to its length."""
    sign = rf"[+{re.escape(_MINUS)}]"
    return re.compile(
        rf"\s*+(?P<open>\()?\s*+(?P<s1>{sign})?\s*+(?P<c1>{_CURRENCY})?\s*+(?P<s2>{sign})?\s*+"
        rf"{_number(decimal)}"
        rf"\s*+(?P<c2>{_CURRENCY})?\s*+(?P<close>\))?\s*+"
        rf"(?:(?P<s3>{sign})|(?P<word>CR|DR|H|S)\b\.?)?\s*+(?P<c3>{_CURRENCY})?\s*+",
        re.IGNORECASE,
    )


_CELL: Final = {decimal: _cell(decimal) for decimal in DECIMALS}
# A whole column of everyday cells in one match; possessive, so a failing column fails at once.
_PLAIN: Final = {
    ".": re.compile(r"(?:[+-]?(?:[0-9]{1,12}+|[1-9][0-9]{0,2}(?:,[0-9]{3}){1,3})\.[0-9]{2}\n)*+"),
    ",": re.compile(r"(?:[+-]?(?:[0-9]{1,12}+|[1-9][0-9]{0,2}(?:\.[0-9]{3}){1,3}),[0-9]{2}\n)*+"),
}
_DROP = re.compile(r"[^0-9]")


def fits(cell: str, decimal: str) -> bool:
    """Say whether the cell is a well-formed amount under the decimal style."""
    return len(cell) <= _LONGEST and _CELL[decimal].fullmatch(cell) is not None


def plain_column(cells: Sequence[str], decimal: str) -> bool:
    """Say whether every cell is an everyday amount with exactly two decimals in the style."""
    return bool(_PLAIN[decimal].fullmatch("\n".join(cells) + "\n"))


def code_of(text: str) -> str:
    """Return the currency code a cell names: upper case, a sign turned to its only code."""
    codes = _FOLDED.get(text.strip().casefold(), frozenset())
    return next(iter(codes)) if len(codes) == 1 else text.strip().upper()


class Figures(dict[str, "int | Fault"]):
    """Reads the cells of one money column to minor units, remembering the cells it has seen.

    ``positive`` is the sign that a figure without a minus gets: 1 where it means money in, -1 where
    it means money out. CR and DR say the direction themselves; with ``words=False`` they are
    refused, for columns whose direction is told elsewhere. An empty cell is ``blank``.
    """

    def __init__(
        self,
        decimal: str,
        digits: int,
        currency: str | None = None,
        *,
        positive: int = 1,
        words: bool = True,
        blank: int | None = None,
    ) -> None:
        """Fix the style of the column; ``digits`` is how many minor-unit digits the result has."""
        super().__init__()
        self._decimal, self._digits, self._currency = decimal, digits, currency
        self._positive, self._words, self._blank = positive, words, blank

    def column(self, cells: Sequence[str]) -> "list[int | Fault]":
        """Return one value or Fault per cell; one match reads a whole column of plain cells."""
        if len(self) > _CACHE_LIMIT:
            self.clear()
        return self._plain(cells) or list(map(self.__getitem__, cells))

    def _plain(self, cells: Sequence[str]) -> "list[int | Fault] | None":
        if self._digits < 2 or self._decimal not in _PLAIN:
            return None
        text = "\n".join(cells) + "\n"
        if not _PLAIN[self._decimal].fullmatch(text):
            return None
        values = list(map(int, text.replace(".", "").replace(",", "").split()))
        if len(values) != len(cells):  # a cell with a line break in it
            return None
        factor = self._positive * 10 ** (self._digits - 2)
        return [value * factor for value in values] if factor != 1 else [*values]

    def __missing__(self, cell: str) -> "int | Fault":
        """Read a cell that was not seen before."""
        value = self._read(cell)
        if len(cell) <= _LONGEST:
            self[cell] = value
        return value

    def _read(self, cell: str) -> "int | Fault":
        match = _CELL[self._decimal].fullmatch(cell) if len(cell) <= _LONGEST else None
        if not match:
            return self._unreadable(cell)
        minor = self._minor(match["whole"] or "0", match["fraction"] or "")
        sign = self._sign(match)
        wrong = self._foreign(match)
        if minor is None:
            return Fault(f"The amount {shown(cell)} has more decimals than its currency has.")
        if sign is None:
            return Fault(f"The amount {shown(cell)} has more than one sign.")
        if wrong:
            return Fault(
                f"The amount {shown(cell)} is not in {self._currency}, the row's currency."
            )
        if minor > MAX_MINOR:
            return Fault(f"The amount {shown(cell)} is too large.")
        return sign * minor

    def _unreadable(self, cell: str) -> "int | Fault":
        if not cell.strip():
            return Fault("The amount is empty.") if self._blank is None else self._blank
        style = {".": "point", ",": "comma"}
        other = next((d for d in style if d != self._decimal and fits(cell, d)), None)
        if other and self._decimal in style:
            return Fault(
                f"The amount {shown(cell)} is not written with a decimal {style[self._decimal]}."
            )
        return Fault(f"{shown(cell)} is not an amount.")

    def _minor(self, whole: str, fraction: str) -> int | None:
        """Return the magnitude in minor units, None where surplus decimals are not zero."""
        digits = 0 if self._decimal == "minor" else self._digits
        fraction = fraction.strip(_DASH)
        if fraction[digits:].strip("0"):
            return None
        text = _DROP.sub("", whole).lstrip("0") + fraction[:digits].ljust(digits, "0")
        return int(text or "0")

    def _sign(self, match: re.Match[str]) -> int | None:
        """Return the sign of the result, None where the cell has two signs or half a bracket."""
        marks = [mark for mark in (match["s1"], match["s2"], match["s3"]) if mark]
        bracket, word = bool(match["open"]), (match["word"] or "").upper()
        if bracket != bool(match["close"]) or len(marks) + bracket + bool(word) > 1:
            return None
        if word:
            return _WORDS[word] if self._words else None
        return -self._positive if bracket or (marks and marks[0] in _MINUS) else self._positive

    def _foreign(self, match: re.Match[str]) -> bool:
        """Say whether the cell names a currency other than the row's, or two."""
        named = [name for name in (match["c1"], match["c2"], match["c3"]) if name]
        if len(named) > 1:
            return True
        return any(self._currency and self._currency not in self._codes(name) for name in named)

    @staticmethod
    def _codes(name: str) -> frozenset[str]:
        return _FOLDED.get(name.casefold(), frozenset((name.upper(),)))
