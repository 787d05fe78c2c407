"""Date cells to dates, under one of a closed set of formats that the whole column decided."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable
from typing import Final

from app.services.statements.errors import Fault, shown

_FIRST_YEAR, _LAST_YEAR = 1900, 2200
_PIVOT = 70  # two-digit years 70 to 99 are 1970 to 1999, 00 to 69 are 2000 to 2069
_LONGEST = 60  # characters of a cell that can be a date
_DIGIT = re.compile("[0-9]")
_CACHE_LIMIT = 20_000

_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "jan january",
            "feb february",
            "mar march",
            "apr april",
            "may",
            "jun june",
            "jul july",
            "aug august",
            "sep sept september",
            "oct october",
            "nov november",
            "dec december",
        ),
        1,
    )
    for name in names.split()
}
_ZONE = r"\s*+(?:Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2})?\s*+(?:\[[^\]]{0,40}\])?"
_CLOCK = r"[0-9]{1,2}:?[0-9]{2}(?::?[0-9]{2}(?:[.,][0-9]{1,9})?)?(?:\s?[AP]\.?M\.?)?"
_PARTS = {
    "YYYY": r"(?P<y>[0-9]{4})",
    "YY": r"(?P<y>[0-9]{2})",
    "MMM": r"(?P<m>[A-Z]{3,9})\.?",
    "MM": r"(?P<m>[0-9]{1,2})",
    "DD": r"(?P<d>[0-9]{1,2})",
}


def _names() -> list[str]:
    """All format names: any usual separator; a point never stands for month first in any locale."""
    names = ["YYYYMMDD"]
    for sep in "-/. ":
        names.append(sep.join(("YYYY", "MM", "DD")))
        for year in ("YYYY", "YY"):
            names.append(sep.join(("DD", "MM", year)))
            names.extend([sep.join(("MM", "DD", year))] if sep in "-/" else [])
            names.extend([sep.join(("DD", "MMM", year))] if sep in "- " else [])
    return [*names, "MMM DD, YYYY"]


def _pattern(name: str) -> re.Pattern[str]:
    if name == "YYYYMMDD":
        body, gap = r"(?P<y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})", r"(?:T|,?\s*)"
    else:
        body = "".join(
            _PARTS.get(part, re.escape(part)) for part in re.findall(r"[A-Z]+|[^A-Z]+", name)
        )
        body = body.replace(r",\ ", r",?\s+")
        gap = r"\.?(?:T|,?\s+)" if "." in name else r"(?:T|,?\s+)"
    tail = rf"(?:{gap}{_CLOCK}{_ZONE})?" + (r"\.?" if "." in name else "")
    return re.compile(rf"\s*+{body}{tail}\s*+", re.IGNORECASE | re.ASCII)


FORMATS: Final[dict[str, re.Pattern[str]]] = {name: _pattern(name) for name in _names()}
"""The closed set of date formats by name; each tolerates a time of day and zone behind the date."""


def order(date_format: str) -> str:
    """Return how people call a format's order: day first, month first or year first."""
    return {"D": "day first", "M": "month first", "Y": "year first"}[date_format[0]]


def long_date(date: dt.date) -> str:
    """Return a date as it is said in a sentence: 3 Jan 2026."""
    return f"{date.day} {date:%b %Y}"


def looks_like_date(cell: str) -> bool:
    """Say whether the cell is a date in any format."""
    return bool(_DIGIT.search(cell)) and any(type(_read(cell, name)) is dt.date for name in FORMATS)


def _read(cell: str, date_format: str) -> dt.date | Fault:
    match = FORMATS[date_format].fullmatch(cell) if len(cell) <= _LONGEST else None
    if not match:
        return Fault(
            f"The date {shown(cell)} is not written as {date_format}."
            if cell.strip()
            else "The date is empty."
        )
    month = match["m"]
    number = int(month) if month.isdigit() else _MONTHS.get(month.lower(), 0)
    try:
        date = dt.date(_year(match["y"]), number, int(match["d"]))
    except ValueError:
        return Fault(f"The date {shown(cell)} does not exist ({date_format}).")
    if _FIRST_YEAR <= date.year <= _LAST_YEAR:
        return date
    return Fault(f"The date {shown(cell)} lies outside {_FIRST_YEAR} to {_LAST_YEAR}.")


def _year(text: str) -> int:
    year = int(text)
    if len(text) == 4:
        return year
    return year + (1900 if year >= _PIVOT else 2000)


class Dates(dict[str, "dt.date | Fault"]):
    """Reads the cells of one date column, remembering the cells it has seen."""

    def __init__(self, date_format: str) -> None:
        """Fix the format, one of FORMATS."""
        super().__init__()
        self._format = date_format

    def column(self, cells: Iterable[str]) -> "list[dt.date | Fault]":
        """Return one date or Fault per cell."""
        if len(self) > _CACHE_LIMIT:
            self.clear()
        return list(map(self.__getitem__, cells))

    def __missing__(self, cell: str) -> "dt.date | Fault":
        """Read a cell that was not seen before."""
        value = _read(cell, self._format)
        if len(cell) <= _LONGEST:
            self[cell] = value
        return value


class DateTally:
    """Counts, over all rows, which formats the cells of a date column fit."""

    def __init__(self, candidates: Iterable[str] = ()) -> None:
        """Start with the formats that are possible; none given means all."""
        self._names = tuple(candidates) or tuple(FORMATS)
        self._fits: Counter[frozenset[str]] = Counter()
        self._apart: dict[frozenset[str], str] = {}

    def see(self, cells: Iterable[str]) -> None:
        """Count a batch of cells; formats that fit none of the first batch are not tried again."""
        for cell, times in Counter(cells).items():
            self._see(cell, times)
        alive = frozenset().union(*self._fits)
        self._names = tuple(name for name in self._names if name in alive) or self._names

    def _see(self, cell: str, times: int) -> None:
        dates = {name: date for name in self._names if type(date := _read(cell, name)) is dt.date}
        if not dates:
            return
        fitting = frozenset(dates)
        self._fits[fitting] += times
        if len(set(dates.values())) > 1:
            self._apart.setdefault(fitting, cell)

    def verdict(self) -> tuple[str | None, list[str], str]:
        """Return the format decided on or None, the formats to ask about, and an example cell.

        A format is out when at most one row in twenty needs it. Formats that are left are asked
        about, unless every row reads as the same date under all of them.
        """
        scores: Counter[str] = Counter()
        for names, times in self._fits.items():
            scores.update(dict.fromkeys(names, times))
        ranked = sorted(filter(scores.get, FORMATS), key=lambda name: -scores[name])
        left = [name for name in ranked if self._serious(name, ranked[0], scores)]
        cells = (cell for names, cell in self._apart.items() if len(names & set(left)) > 1)
        example = next(cells, "")
        if len(left) > 1 and (example or not self._same(left)):
            return None, left, example
        return (left[0] if left else None), [], ""

    def _serious(self, name: str, best: str, scores: Counter[str]) -> bool:
        """Say whether a format explains as much as the best one, or too much besides it."""
        alone = sum(n for names, n in self._fits.items() if name in names and best not in names)
        return scores[name] == scores[best] or alone * 20 > scores[best]

    def _same(self, names: list[str]) -> bool:
        """Say whether all these formats fit all the same rows."""
        return all(not (set(names) & fitting) or set(names) <= fitting for fitting in self._fits)
