"""What a batch of records says, column by column; shared by the check of a file and its parsing."""

from collections.abc import Iterable, Sequence
from operator import itemgetter, mul, sub
from typing import cast

from app.services.statements.amounts import Figures
from app.services.statements.errors import Fault, shown
from app.services.statements.mapping import Mapping

Values = list[int | Fault]
Row = Sequence[str]


def pick(rows: Iterable[Row], index: int) -> list[str]:
    """Return one column of the rows."""
    return list(map(itemgetter(index), rows))


def has_faults(values: Iterable[object]) -> bool:
    """Say whether any cell could not be read."""
    return Fault in set(map(type, values))


class Shape:
    """Brings records to one width: blank cells beyond it are cut, all else is a fault.

    ``wide`` is the number of columns the header names, ``width`` how many of them rows must have.
    """

    def __init__(self, width: int, wide: int) -> None:
        """Fix both numbers."""
        self._width, self._wide = width, wide

    def fit(self, rows: list[list[str]]) -> tuple[list[list[str]], dict[int, Fault]]:
        """Return rows of equal width, and the faults by position (their rows are blank)."""
        if set(map(len, rows)) == {self._wide}:
            return rows, {}
        checked = [self._one(row) for row in rows]
        faults = {i: x for i, x in enumerate(checked) if isinstance(x, Fault)}
        blank = [""] * self._wide
        return [blank if isinstance(x, Fault) else x for x in checked], faults

    def _one(self, row: list[str]) -> list[str] | Fault:
        if len(row) < self._width:
            return Fault(f"The row has {len(row)} cells, {self._width} were expected.")
        if any(map(str.strip, row[self._wide :])):
            return Fault(f"The row has {len(row)} cells, {self._wide} were expected.")
        return [*row[: self._wide], *[""] * (self._wide - len(row))]


class Words(dict[str, "int | Fault"]):
    """The words of a direction column: money in is 1, money out -1, any other word a Fault."""

    def __init__(self, out_words: Iterable[str], in_words: Iterable[str]) -> None:
        """Take the words in any case."""
        super().__init__()
        self._signs = {w.strip().casefold(): -1 for w in out_words}
        self._signs.update({w.strip().casefold(): 1 for w in in_words})

    def __missing__(self, cell: str) -> "int | Fault":
        """Read a cell that was not seen before; a wrong column may have many, so few are kept."""
        fault = Fault(f"{shown(cell)} says neither money in nor money out.")
        value = self._signs.get(cell.strip().casefold(), fault)
        if len(self) < 1000:
            self[cell] = value
        return value


class Booked(dict[str, "Fault | None"]):
    """The words of a status column: None for a booked row, a Fault for any other."""

    def __init__(self, words: Iterable[str]) -> None:
        """Take the words in any case."""
        super().__init__()
        self._words = {w.strip().casefold() for w in words}

    def __missing__(self, cell: str) -> "Fault | None":
        """Read a cell that was not seen before."""
        booked = cell.strip().casefold() in self._words
        value = None if booked else Fault(f"Not booked yet ({cell.strip()[:60] or 'no status'}).")
        if len(self) < 1000:
            self[cell] = value
        return value


class Money:
    """Reads what moved in each row, as signed minor units, in one currency."""

    def __init__(self, mapping: Mapping, digits: int, currency: str | None = None) -> None:
        """Take a mapping whose decimal style is decided; an open sign is read as positive = in."""
        self._mapping = mapping
        decimal, sign = mapping.decimal or ".", -1 if mapping.positive_means == "out" else 1
        directed = mapping.direction is not None
        self._amounts = Figures(
            decimal, digits, currency, positive=1 if directed else sign, words=not directed
        )
        self._outs, self._ins, self._fees = (
            Figures(decimal, digits, currency, positive=s, words=False, blank=0)
            for s in (sign, 1, 1)
        )
        self._balances = Figures(decimal, digits, currency)
        self._words = Words(mapping.out_words, mapping.in_words)

    def moved(self, rows: Sequence[Row]) -> Values:
        """Return the signed amount of each row, or why there is none."""
        m = self._mapping
        if m.amount is None:
            return self._split(rows)
        values = self._amounts.column(pick(rows, m.amount))
        if m.direction is not None:
            values = self._directed(values, pick(rows, m.direction))
        if m.fee is not None:
            values = _less(values, self._fees.column(pick(rows, m.fee)))
        return values

    def balances(self, rows: Sequence[Row]) -> Values:
        """Return the running balance behind each row, or why there is none."""
        if self._mapping.balance is None:
            return []
        return self._balances.column(pick(rows, self._mapping.balance))

    def _directed(self, values: Values, words: list[str]) -> Values:
        signs = list(map(self._words.__getitem__, words))
        if has_faults(values) or has_faults(signs):
            return list(map(_direct, values, signs, words))
        figures = cast("list[int]", values)
        if min(figures, default=0) < 0:
            return list(map(_direct, values, signs, words))
        return list(map(mul, figures, cast("list[int]", signs)))

    def _split(self, rows: Sequence[Row]) -> Values:
        m = self._mapping
        outs: Values = [0] * len(rows)
        ins: Values = [0] * len(rows)
        if m.money_out is not None:
            outs = self._outs.column(pick(rows, m.money_out))
        if m.money_in is not None:
            ins = self._ins.column(pick(rows, m.money_in))
        return list(map(_either, outs, ins))


def _direct(value: int | Fault, sign: int | Fault, word: str) -> int | Fault:
    if isinstance(value, Fault):
        return value
    if isinstance(sign, Fault):
        return sign
    if value < 0:
        return Fault(f"The amount has a minus although {shown(word)} says its direction already.")
    return value * sign


def _either(out: int | Fault, into: int | Fault) -> int | Fault:
    if isinstance(out, Fault):
        return out
    if isinstance(into, Fault):
        return into
    if out and into:
        return Fault("Both money out and money in are filled.")
    return out or into


def _less(values: Values, fees: Values) -> Values:
    """Take the fees off the amounts."""
    if has_faults(values) or has_faults(fees):
        return [_minus(value, fee) for value, fee in zip(values, fees, strict=True)]
    return list(map(sub, cast("list[int]", values), cast("list[int]", fees)))


def _minus(value: int | Fault, fee: int | Fault) -> int | Fault:
    if isinstance(value, Fault):
        return value
    return fee if isinstance(fee, Fault) else value - fee
