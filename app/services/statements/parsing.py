"""Turn the records of a file that was read into rows for the books, in batches, losing none.

Every data record comes out exactly once: as a row, or rejected with its line and the reason.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, NamedTuple, TypeVar, cast

from app.core.money import MAX_MINOR
from app.services.statements.amounts import code_of
from app.services.statements.columns import Booked, Money, Shape, Values, has_faults, pick
from app.services.statements.dates import Dates
from app.services.statements.errors import Fault, shown
from app.services.statements.mapping import Mapping
from app.services.statements.reading import Reading
from app.services.statements.tables import records
from app.services.statements.texts import LONGEST_TEXT, Texts

T = TypeVar("T")

_RAW_LENGTH = 500
_NUL: Final = Fault("The row holds a NUL character.")
_NO_TEXT: Final = Fault("The row holds bytes that are no text in the file's encoding.")
_NO_BALANCE: Final = Fault("The file has no running balance.")
_UNREADABLE = re.compile("[\x00\ud800-\udfff]")
_DESTROYED = re.compile("[\x00\ud800-\udfff\ufffd]")


class StatementRow(NamedTuple):
    """One booked row: ``amount`` in signed minor units of ``currency``, negative for money out.

    ``line`` is where it begins in the file, from 1. ``identity`` tells duplicates: the bank's id,
    or date, amount, currency, text and balance; equal rows of one file have equal identities.
    ``tags``, ``lines`` and ``to_amount`` are as Outlay's own file has them.
    """

    line: int
    date: dt.date
    amount: int
    currency: str
    description: str
    payee: str
    notes: str
    category: str | None
    account: str | None
    identity: str
    tags: str = ""
    lines: str = ""
    to_amount: str = ""


# What StatementRow._make does, at a quarter of its price: rows are made by the hundred thousand.
_new_row: Final = cast(
    "Callable[[tuple[object, ...]], StatementRow]", partial(tuple.__new__, StatementRow)
)


class RejectedRow(NamedTuple):
    """One record that is not imported: its line, the reason for a person, its text cut short."""

    line: int
    reason: str
    raw: str


@dataclass(frozen=True)
class Batch:
    """The outcome of some consecutive records, about ``batch_size`` of them."""

    rows: list[StatementRow]
    rejected: list[RejectedRow]


def parse(
    content: bytes,
    reading: Reading,
    *,
    currency: str,
    digits: Callable[[str], int],
    batch_size: int = 5000,
) -> Iterator[Batch]:
    """Stream the rows of a file as ``reading`` (of the same content) says.

    ``currency`` is the account's, used where the file names none; ``digits`` gives the minor-unit
    digits of a currency code and raises KeyError for an unknown one. Raises ValueError where the
    reading still has questions.
    """
    if reading.mapping is None or reading.questions:
        raise ValueError("The reading has questions that nobody answered.")
    parser = _Parser(reading, reading.mapping, currency, digits, nuls=_has_nuls(content, reading))
    found = records(content, reading.encoding, reading.delimiter, reading.data_line)
    batch = Batch([], [])
    for lines, rows in found:
        parser.parse(lines, rows, into=batch)
        if len(batch.rows) + len(batch.rejected) >= batch_size:
            yield batch
            batch = Batch([], [])
    if batch.rows or batch.rejected:
        yield batch


def _has_nuls(content: bytes, reading: Reading) -> bool:
    return b"\0" in content or "16" in reading.encoding or "32" in reading.encoding


class _Parser:
    """Parses batches of one file; keeps what it learnt about cells from batch to batch."""

    def __init__(
        self,
        reading: Reading,
        mapping: Mapping,
        currency: str,
        digits: Callable[[str], int],
        *,
        nuls: bool,
    ) -> None:
        self._reading, self._mapping, self._digits = reading, mapping, digits
        self._dirt = _DESTROYED if reading.damaged else _UNREADABLE if nuls else None
        named = reading.currency if mapping.currency is None else None
        self._currency = named or currency
        self._shape = Shape(reading.width, len(reading.headers))
        self._dates = Dates(mapping.date_format or "")
        self._booked = Booked(mapping.booked_words)
        self._money: dict[str, Money | Fault] = {}
        self._faults: dict[int, Fault] = {}

    def parse(self, lines: list[int], found: list[list[str]], into: Batch) -> None:
        """Parse some records; the first thing wrong with a row is its reason."""
        rows, self._faults = self._shape.fit(found)
        self._note_dirt(found)
        self._note_status(rows)
        dates = self._note(self._dates.column(pick(rows, self._mapping.date)), dt.date.min)
        codes = self._codes(rows)
        amounts, balances = self._amounts(rows, codes)
        texts = Texts(self._mapping, rows, verbatim=self._reading.guarded)
        texts.settle(amounts)
        self._note_at(texts.too_long(), f"A text is longer than {LONGEST_TEXT:,} characters.")
        identities = self._references(rows) or _identities(
            dates, amounts, codes, texts.keys(self._mapping.text_columns), balances
        )
        made = map(
            _new_row,
            zip(
                lines,
                dates,
                amounts,
                codes,
                texts.description,
                texts.payee,
                texts.notes,
                texts.category,
                texts.account,
                identities,
                texts.tags,
                texts.lines,
                texts.to_amount,
                strict=True,
            ),
        )
        self._sort_out(list(made), lines, found, into)

    def _note(self, values: list[T | Fault], instead: T) -> list[T]:
        """Remember the faults among values and put something else in their place."""
        if not has_faults(values):
            return cast("list[T]", values)
        for i, value in enumerate(values):
            if isinstance(value, Fault):
                self._faults.setdefault(i, value)
        return [instead if isinstance(value, Fault) else value for value in values]

    def _note_at(self, positions: Iterable[int], reason: str) -> None:
        for i in positions:
            self._faults.setdefault(i, Fault(reason))

    def _note_dirt(self, found: list[list[str]]) -> None:
        if self._dirt is None:
            return
        for i, row in enumerate(found):
            if dirt := self._dirt.search("\n".join(row)):
                self._faults.setdefault(i, _NUL if dirt[0] == "\0" else _NO_TEXT)

    def _note_status(self, rows: list[list[str]]) -> None:
        if self._mapping.status is not None:
            self._note([self._booked[cell] for cell in pick(rows, self._mapping.status)], None)

    def _codes(self, rows: list[list[str]]) -> list[str]:
        """Return the currency of each row, upper case."""
        if self._mapping.currency is None:
            return [self._currency] * len(rows)
        cells = pick(rows, self._mapping.currency)
        code = {cell: code_of(cell) or self._currency for cell in set(cells)}
        return [code[cell] for cell in cells]

    def _amounts(self, rows: list[list[str]], codes: list[str]) -> tuple[list[int], Values]:
        """Return what moved in each row and the balance behind it, in the row's currency."""
        places: dict[str, list[int]] = {}
        for i, code in enumerate(codes):
            places.setdefault(code, []).append(i)
        if len(places) == 1:
            amounts, balances = self._in_one_currency(rows, codes[0])
        else:
            amounts, balances = [0] * len(rows), [0] * len(rows)
            for code, at in places.items():
                some = self._in_one_currency([rows[i] for i in at], code)
                for i, amount, balance in zip(at, *some, strict=True):
                    amounts[i], balances[i] = amount, balance
        return self._plausible(self._note(amounts, 0)), balances

    def _in_one_currency(self, rows: list[list[str]], code: str) -> tuple[Values, Values]:
        money = self._money.get(code) or self._money_in(code)
        self._money[code] = money
        if isinstance(money, Fault):
            return [money] * len(rows), [0] * len(rows)
        return money.moved(rows), money.balances(rows) or [_NO_BALANCE] * len(rows)

    def _money_in(self, code: str) -> Money | Fault:
        try:
            return Money(self._mapping, self._digits(code), code)
        except KeyError:
            return Fault(f"{shown(code)} is not a currency that Outlay knows.")

    def _plausible(self, amounts: list[int]) -> list[int]:
        """Note the rows in which nothing moved, and those in which too much did."""
        if 0 in amounts:
            nothing = [i for i, amount in enumerate(amounts) if amount == 0]
            self._note_at(nothing, "The amount is zero: nothing moved.")
        if max(amounts) > MAX_MINOR or min(amounts) < -MAX_MINOR:
            huge = [i for i, amount in enumerate(amounts) if abs(amount) > MAX_MINOR]
            self._note_at(huge, "The amount is too large.")
        return amounts

    def _references(self, rows: list[list[str]]) -> list[str]:
        """Return the bank's ids where every row of the file has one of its own, else nothing."""
        if self._mapping.reference is None or not self._reading.reference_unique:
            return []
        return [f"id:{cell.strip()}" for cell in pick(rows, self._mapping.reference)]

    def _sort_out(
        self, rows: list[StatementRow], lines: list[int], found: list[list[str]], into: Batch
    ) -> None:
        """Part the rows for the books from the rejected ones."""
        faults = self._faults
        into.rows.extend([row for i, row in enumerate(rows) if i not in faults] if faults else rows)
        for i in sorted(faults):
            raw = _raw(found[i], self._reading.delimiter)
            into.rejected.append(RejectedRow(lines[i], str(faults[i]), raw))


def _identities(
    dates: list[dt.date], amounts: list[int], codes: list[str], keys: list[str], balances: Values
) -> list[str]:
    days = map(dt.date.isoformat, dates)
    after = ["" if isinstance(b, Fault) else b for b in balances]
    parts = zip(days, amounts, codes, keys, after, strict=True)
    return [f"{day}|{moved}|{code}|{key}|{balance}" for day, moved, code, key, balance in parts]


def _raw(row: Sequence[str], delimiter: str) -> str:
    """Return a record as it may be stored and shown."""
    text = delimiter.join(cell[:_RAW_LENGTH] for cell in row)[:_RAW_LENGTH]
    return _UNREADABLE.sub("\N{REPLACEMENT CHARACTER}", text)
