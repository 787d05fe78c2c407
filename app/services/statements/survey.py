"""Decide from all rows what a mapping leaves open, and ask where two readings fit."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from app.services.statements.amounts import fits, plain_column
from app.services.statements.columns import Row, pick
from app.services.statements.dates import FORMATS, Dates, DateTally, long_date
from app.services.statements.errors import shown
from app.services.statements.mapping import Mapping

_MINUS: Final = ("-", "\u2212", "\u2013", "(")
_DISTINCT_LIMIT = 50_000


@dataclass(frozen=True)
class Question:
    """What a person is asked because the file fits two readings.

    ``field`` is the mapping's field ("columns" for the mapping as a whole), ``choices`` are values
    for it, each with a label that shows an example from the file.
    """

    field: str
    text: str
    choices: tuple[tuple[str, str], ...]


class DecimalTally:
    """Counts which decimal styles the figures of the money columns fit."""

    def __init__(self) -> None:
        """Start without evidence."""
        self._only: Counter[str] = Counter()
        self._proofs: dict[str, str] = {}  # a figure that fits only this style
        self._either = ""  # a figure such as 1.000 that reads as two different amounts
        self._whole = ""  # a figure without any separator
        self._seen: set[str] = set()

    def see(self, cells: Sequence[str]) -> None:
        """Count a batch of cells."""
        for decimal in ".,":
            if plain_column(cells, decimal):
                self._only[decimal] += len(cells)
                self._proofs.setdefault(decimal, cells[0])
                return
        if len(self._seen) > _DISTINCT_LIMIT:
            self._seen.clear()
        new = [cell for cell in dict.fromkeys(cells) if cell not in self._seen]
        self._seen.update(new)
        for cell in new:
            self._see(cell)

    def _see(self, cell: str) -> None:
        point, comma = fits(cell, "."), fits(cell, ",")
        if point != comma:
            style = "." if point else ","
            self._only[style] += 1
            self._proofs.setdefault(style, cell)
        elif point and ("." in cell or "," in cell):
            self._either = self._either or cell.strip()
        elif point:
            self._whole = self._whole or cell.strip()

    def verdict(self, *, minor_possible: bool) -> tuple[str | None, Question | None]:
        """Return the style or the question; at most one figure in twenty may contradict a style."""
        ranked = self._only.most_common()
        if ranked and (len(ranked) == 1 or ranked[1][1] * 20 <= ranked[0][1]):
            return ranked[0][0], None
        if ranked or self._either:
            return None, self._ask_mark()
        return (None, self._ask_minor()) if minor_possible else (".", None)

    def _ask_mark(self) -> Question:
        labels = ((".", "Decimal point"), (",", "Decimal comma"))
        choices = tuple((mark, f"{name}{self._example(mark)}") for mark, name in labels)
        return Question("decimal", "How are decimals written in this file?", choices)

    def _example(self, mark: str) -> str:
        if mark in self._proofs:
            return f", as in {shown(self._proofs[mark])}"
        other = "," if mark == "." else "."
        read = self._either.replace(other, "").replace(mark, ".")
        return f": {shown(self._either)} is {read}" if self._either else ""

    def _ask_minor(self) -> Question:
        example = f"{shown(self._whole)} counts " if self._whole else "They count "
        text = "No amount in this file has decimals. What do the figures count?"
        choices = (
            (".", f"{example}whole units: pounds, euros, dollars"),
            ("minor", f"{example}the smallest unit: pence, cents"),
        )
        return Question("decimal", text, choices)


class SignTally:
    """Counts figures with and without a minus, and keeps an example of each."""

    def __init__(self) -> None:
        """Start without evidence."""
        self.minus: Counter[bool] = Counter()
        self._examples: dict[bool, str] = {}

    def see(self, cells: Iterable[str]) -> None:
        """Count a batch of cells; zeros and blanks say nothing."""
        for cell in cells:
            if cell.strip("0., "):
                minus = any(mark in cell for mark in _MINUS)
                self.minus[minus] += 1
                self._examples.setdefault(minus, cell.strip())

    def ask(self) -> Question:
        """Return the question what a figure without a minus means, the likelier answer first.

        Most rows of most statements are money out.
        """
        choices = (("in", self._label("in", "out")), ("out", self._label("out", "in")))
        likely = choices if self.minus[True] >= self.minus[False] else choices[::-1]
        return Question("positive_means", "Which of these is right?", likely)

    def _label(self, plain: str, minus: str) -> str:
        meant = {False: plain, True: minus}
        said = [
            f"{shown(cell)} is money {meant[key]}" for key, cell in sorted(self._examples.items())
        ]
        return ", ".join(said) or f"Amounts without a minus are money {plain}"


class Survey:
    """One pass over all rows for what the mapping leaves open."""

    def __init__(
        self, mapping: Mapping, date_formats: Sequence[str] = (), *, known: bool = False
    ) -> None:
        """Take a mapping and the date formats its bank may use (none given means any).

        The figures of a ``known`` bank never count the smallest unit, so that is not asked.
        """
        self._mapping, self._known = mapping, known
        self._dates = DateTally(date_formats) if mapping.date_format is None else None
        self._decimals = DecimalTally() if mapping.decimal is None else None
        self._signs = SignTally() if mapping.positive_means is None else None

    def see(self, rows: Sequence[Row]) -> None:
        """Take a batch of rows of full width."""
        m = self._mapping
        if self._dates:
            self._dates.see(pick(rows, m.date))
        if self._decimals:
            for index in m.money_columns:
                self._decimals.see(pick(rows, index))
        signed = m.amount if m.amount is not None else m.money_out
        if self._signs and signed is not None:
            self._signs.see(pick(rows, signed))

    def conclude(self) -> tuple[Mapping, list[Question]]:
        """Return the mapping with what all rows decide, and the questions for the rest.

        An open sign of a signed amount column stays open here: the running balance may decide it.
        """
        mapping, questions = self._mapping, []
        if self._dates:
            found, left, example = self._dates.verdict()
            mapping = replace(mapping, date_format=found)
            questions.extend([] if found else [_ask_date(left, example)])
        if self._decimals:
            decimal, question = self._decimals.verdict(minor_possible=not self._known)
            mapping = replace(mapping, decimal=decimal)
            questions.extend([question] if question else [])
        if self._signs:
            mapping = replace(mapping, positive_means=self._sign())
        return mapping, questions

    def _sign(self) -> str | None:
        """Return what needs no proof: words decide, or a money-out column with one sign."""
        m, signs = self._mapping, self._signs
        if m.direction is not None or (m.amount is None and m.money_out is None):
            return "in"
        if m.amount is not None or signs is None or len(signs.minus) == 2:
            return None
        return "in" if signs.minus[True] else "out"

    def sign_question(self) -> Question:
        """Return the question about the sign, for when the balance does not answer it."""
        return (self._signs or SignTally()).ask()


def _ask_date(formats: Sequence[str], example: str) -> Question:
    if not formats:
        names = tuple((name, name) for name in FORMATS)
        return Question("date_format", "How are the dates of this file written?", names)
    choices = tuple(
        (name, f"{name}: {shown(example)} is {_said(example, name)}" if example else name)
        for name in formats
    )
    return Question("date_format", "In which order are day, month and year written?", choices)


def _said(cell: str, date_format: str) -> str:
    date = Dates(date_format)[cell]
    return long_date(date) if isinstance(date, dt.date) else "no date"
