"""Read a statement: what it is, what its columns mean, and what a person has to be asked."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from app.services.statements.audit import Audit
from app.services.statements.columns import Shape
from app.services.statements.dates import long_date, order
from app.services.statements.decoding import Decoding, chosen, detect, encoding_name, refuse_foreign
from app.services.statements.errors import StatementRefused, shown
from app.services.statements.guessing import Guess
from app.services.statements.layouts import LAYOUTS, header_currency
from app.services.statements.mapping import Mapping
from app.services.statements.survey import Question, Survey
from app.services.statements.tables import Records, Table, find_table, records

_SAMPLE_ROWS = 5
_SAMPLE_CELL = 200
_MEANS: Final = {1: "in", -1: "out", None: None}
_DELIMITER_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_DECIMAL_NAMES = {".": "decimal point", ",": "decimal comma", "minor": "amounts in smallest units"}


@dataclass(frozen=True)
class Reading:
    """How a file is read. Lines count from 1, columns from 0; ``rows`` counts data records.

    ``mapping`` is complete where ``questions`` is empty, and only then can the file be parsed;
    ``suggestion`` prefills the page where a person maps an unknown file. ``date_from``, ``date_to``
    and ``balance_proof`` ("proved", "broken" or None) are known where the mapping allows.
    ``currency`` is the one currency that the file itself names.
    """

    encoding: str
    damaged: bool
    delimiter: str
    header_line: int | None
    data_line: int
    headers: tuple[str, ...]
    width: int
    sample: tuple[tuple[str, ...], ...]
    layout: str | None
    layout_name: str | None
    guarded: bool
    mapping: Mapping | None
    suggestion: Mapping | None
    questions: tuple[Question, ...]
    rows: int
    by_person: bool = False
    date_from: dt.date | None = None
    date_to: dt.date | None = None
    balance_proof: str | None = None
    broken_balance_lines: tuple[int, ...] = ()
    currency: str | None = None
    reference_unique: bool = False

    @property
    def sentence(self) -> str:
        """What was read, in one sentence for a person."""
        return _sentence(self)


def read(
    content: bytes,
    *,
    mapping: Mapping | None = None,
    layout: str | None = None,
    encoding: str | None = None,
) -> Reading:
    """Read the bytes of an uploaded file; raise StatementRefused where they are no statement.

    ``mapping`` is a person's answer and outranks what was recognised; its open styles (None) are
    decided from all rows. ``layout`` demands one known layout, ``encoding`` one codec.
    """
    refuse_foreign(content)
    if layout is not None and layout not in {known.id for known in LAYOUTS}:
        raise StatementRefused(f"Outlay knows no layout called {shown(layout)}.")
    decoding = chosen(content, encoding) if encoding else detect(content)
    table = find_table(content, decoding.encoding, layout)
    return _Reader(content, decoding, table).read(mapping)


class _Reader:
    """Reads one file whose encoding and table are known."""

    def __init__(self, content: bytes, decoding: Decoding, table: Table) -> None:
        self._content, self._decoding, self._table = content, decoding, table
        self._rows = 0
        self._shape = Shape(table.width, len(table.headers))

    def read(self, mapping: Mapping | None) -> Reading:
        layout = self._table.layout
        given = mapping or (layout.mapping(self._table.headers) if layout else None)
        if given and given.last_column >= len(self._table.headers):
            return self._unmapped()
        suggestion = given or self._guess()
        if suggestion is None:
            return self._unmapped()
        decided, questions, audit = self._decide(suggestion)
        if given:
            reading = self._reading(decided, decided, questions, audit)
            return replace(reading, by_person=not self._is_layouts(given))
        if self._table.header_line is None and not audit.proved:
            # A balance that was only guessed from where it stands, and does not add up, is none.
            decided, questions, audit = self._decide(replace(suggestion, balance=None))
        return self._reading(None, decided, [self._ask_columns(), *questions], audit)

    def _is_layouts(self, mapping: Mapping) -> bool:
        """Whether a mapping takes the columns that the recognised layout takes."""
        layout = self._table.layout
        if layout is None:
            return False
        return _columns(layout.mapping(self._table.headers)) == _columns(mapping)

    def _unmapped(self) -> Reading:
        """Return what can be said without a mapping: rows are counted, columns asked for."""
        self._rows = sum(count for count, _, _ in self._batches())
        return self._reading(None, None, [self._ask_columns()])

    def _guess(self) -> Mapping | None:
        table = self._table
        rows, faults = self._shape.fit(table.sample)
        whole = [row for i, row in enumerate(rows) if i not in faults]
        return Guess(table.headers, whole, named=table.header_line is not None).mapping()

    def _decide(self, mapping: Mapping) -> tuple[Mapping, list[Question], Audit]:
        """Complete the mapping from all rows, as far as they decide, and check the file with it."""
        layout = self._table.layout
        questions: list[Question] = []
        survey = Survey(mapping, layout.date_formats if layout else (), known=layout is not None)
        if not mapping.complete:
            for _, _, rows in self._batches():
                survey.see(rows)
            mapping, questions = survey.conclude()
        audit = self._audit(mapping)
        if mapping.positive_means is None:
            sign = audit.proof.sign if audit.proof else None
            questions.extend([] if sign else [survey.sign_question()])
            mapping = replace(mapping, positive_means=_MEANS[sign])
        return mapping, questions, audit

    def _audit(self, mapping: Mapping) -> Audit:
        audit, self._rows = Audit(mapping), 0
        for count, lines, rows in self._batches():
            self._rows += count
            audit.see(lines, rows)
        return audit

    def _batches(self) -> Iterator[tuple[int, list[int], list[list[str]]]]:
        """Stream batches: the number of rows, then lines and cells of those of right width."""
        for lines, rows in self._records():
            fitted, faults = self._shape.fit(rows)
            if faults:
                kept = [i for i in range(len(rows)) if i not in faults]
                yield len(rows), [lines[i] for i in kept], [fitted[i] for i in kept]
            else:
                yield len(rows), lines, fitted

    def _records(self) -> Iterator[Records]:
        table = self._table
        return records(self._content, self._decoding.encoding, table.delimiter, table.data_line)

    def _ask_columns(self) -> Question:
        """Return the question for the mapping as a whole: every column with an example cell."""
        headers, rows = self._table.headers, self._table.sample
        cells = [_first(rows, i) for i in range(len(headers))]
        labels = (
            f"{name}: {shown(cell)}" if cell else name
            for name, cell in zip(headers, cells, strict=True)
        )
        text = "Which columns hold the date, the amount and the description?"
        return Question("columns", text, tuple((str(i), label) for i, label in enumerate(labels)))

    def _reading(
        self,
        mapping: Mapping | None,
        suggestion: Mapping | None,
        questions: list[Question],
        audit: Audit | None = None,
    ) -> Reading:
        table, proof = self._table, audit.proof if audit else None
        if self._rows == 0:
            raise StatementRefused("The file has a header but no rows.")
        return Reading(
            encoding=self._decoding.encoding,
            damaged=self._decoding.damaged,
            delimiter=table.delimiter,
            header_line=table.header_line,
            data_line=table.data_line,
            headers=table.headers,
            width=table.width,
            sample=tuple(tuple(map(_printable, row)) for row in table.sample[:_SAMPLE_ROWS]),
            layout=table.layout.id if table.layout else None,
            layout_name=table.layout.name if table.layout else None,
            guarded=table.layout is not None and table.layout.guarded,
            mapping=mapping,
            suggestion=suggestion,
            questions=tuple(questions),
            rows=self._rows,
            date_from=audit.date_from if audit else None,
            date_to=audit.date_to if audit else None,
            balance_proof=proof.verdict if proof else None,
            broken_balance_lines=proof.broken_lines if proof else (),
            currency=self._currency(suggestion, audit),
            reference_unique=audit is not None and audit.reference_unique,
        )

    def _currency(self, mapping: Mapping | None, audit: Audit | None) -> str | None:
        if mapping is None or audit is None:
            return None
        if mapping.currency is not None:
            return audit.currency
        return next(
            filter(None, (header_currency(self._table.headers[i]) for i in mapping.money_columns)),
            None,
        )


def _columns(mapping: Mapping) -> Mapping:
    return replace(mapping, date_format=None, decimal=None, positive_means=None)


def _first(rows: Sequence[Sequence[str]], index: int) -> str:
    return next((row[index] for row in rows if len(row) > index and row[index].strip()), "")


def _printable(cell: str) -> str:
    return "".join(c if c.isprintable() else " " for c in cell[:_SAMPLE_CELL])


def _sentence(reading: Reading) -> str:
    mapping = reading.mapping or reading.suggestion
    known = (
        f"Read as {reading.layout_name}"
        if reading.layout_name
        else "A file Outlay does not know yet"
    )
    start = "Read with your columns" if reading.by_person else known
    parts = [start, f"{reading.rows:,} row{'s' if reading.rows != 1 else ''}", _span(reading)]
    parts.append(
        "" if reading.layout_name else f"columns parted by {_DELIMITER_NAMES[reading.delimiter]}"
    )
    parts.extend(_styles(mapping) if mapping else [])
    parts.append(
        ""
        if reading.encoding.startswith("utf-8")
        else f"encoding {encoding_name(reading.encoding)}"
    )
    parts.append("some bytes are not readable" if reading.damaged else "")
    return ", ".join(filter(None, parts)) + _proof(reading)


def _span(reading: Reading) -> str:
    if reading.date_from is None or reading.date_to is None:
        return ""
    first, last = long_date(reading.date_from), long_date(reading.date_to)
    return first if first == last else f"{first} to {last}"


def _styles(mapping: Mapping) -> list[str]:
    decimal = _DECIMAL_NAMES[mapping.decimal] if mapping.decimal else ""
    return [decimal, order(mapping.date_format) if mapping.date_format else "", _direction(mapping)]


def _direction(mapping: Mapping) -> str:
    if mapping.direction is not None:
        words = [f"“{word}”" for word in mapping.out_words]
        return "out = " + " or ".join(words) if len(words) <= 2 else "a word for out or in"
    if mapping.amount is None:
        return "separate columns for money out and in"
    return {"in": "out = negative", "out": "out = positive", None: ""}[mapping.positive_means]


def _proof(reading: Reading) -> str:
    if reading.balance_proof == "proved":
        return "; proved by the running balance"
    if reading.balance_proof == "broken":
        return f"; the running balance does not add up at line {reading.broken_balance_lines[0]}"
    return ""
