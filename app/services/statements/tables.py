"""Text to records: delimiter, header row under a preamble, and the stream of data records."""

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING, Final, NamedTuple

from app.services.statements.amounts import fits
from app.services.statements.dates import looks_like_date
from app.services.statements.decoding import open_text
from app.services.statements.errors import StatementRefused
from app.services.statements.layouts import Layout, recognise

if TYPE_CHECKING:
    from _csv import Reader as CsvReader

DELIMITERS: Final = (",", ";", "\t", "|")
LONGEST_CELL: Final = 4_000_000
"""A cell beyond this many characters means a quote that is never closed."""

csv.field_size_limit(LONGEST_CELL)

Sample = list[tuple[int, int, list[str]]]
"""Records at the beginning of a file: first line, last line, cells."""

# Few enough to stay in the processor's cache: with 5000 the same work takes twice as long.
_AT_A_TIME = 400
_SAMPLE_CHARS = 200_000
_SAMPLE_RECORDS = 300
_MOST_COLUMNS = 500
_HEADER_WITHIN = 60
# A last line of our own: it comes back alone unless a quote before it was never closed.
_END = "\x1eend\x1e"


class Records(NamedTuple):
    """A batch of records and the line each begins on, counted from 1."""

    lines: list[int]
    rows: list[list[str]]


@dataclass(frozen=True)
class Table:
    """Where the data of a file stand: its delimiter, its header, the line after the header.

    ``width`` is how many cells a data record has at least; ``sample`` holds some data records.
    """

    delimiter: str
    header_line: int | None
    data_line: int
    headers: tuple[str, ...]
    width: int
    layout: Layout | None
    sample: list[list[str]]


def records(content: bytes, encoding: str, delimiter: str, data_line: int) -> Iterator[Records]:
    """Stream the data records from a line on, some hundred at a time, without empty ones.

    Raises StatementRefused, naming the line, where a quote is never closed.
    """
    stream = open_text(content, encoding)
    for _ in range(data_line - 1):
        stream.readline()
    reader = csv.reader(chain(stream, (_END,)), delimiter=delimiter)
    begin, before = data_line, data_line - 1
    while batch := _next(reader, before):
        ends = [end + before for end, _ in batch]
        begins = [begin, *[end + 1 for end in ends[:-1]]]
        begin = ends[-1] + 1
        found = zip(begins, batch, strict=True)
        kept = [(line, row) for line, (_, row) in found if row and (row[0] or any(row))]
        if batch[-1][1] == [_END]:
            kept.pop()
        elif kept and kept[-1][1][-1].endswith(_END):
            raise _unclosed(kept[-1][0])
        if kept:
            yield Records([line for line, _ in kept], [row for _, row in kept])


def _next(reader: "CsvReader", before: int) -> list[tuple[int, list[str]]]:
    """Return the next records, each with the line it ends on."""
    try:
        return [(reader.line_num, row) for row in islice(reader, _AT_A_TIME)]
    except csv.Error:
        raise StatementRefused(
            f"One cell around line {reader.line_num + before} has more than {LONGEST_CELL:,} "
            "characters: most likely a quotation mark before it is never closed."
        ) from None


def _unclosed(line: int) -> StatementRefused:
    return StatementRefused(
        f"A quotation mark opened in the row of line {line} is never closed, "
        "so all rows after it run together."
    )


def find_table(content: bytes, encoding: str, wanted: str | None = None) -> Table:
    """Find delimiter and header; raise StatementRefused where none gives rows of a statement.

    ``wanted`` names the layout that the file must have.
    """
    samples = {delimiter: _sample(content, encoding, delimiter) for delimiter in DELIMITERS}
    known = [t for d, sample in samples.items() if (t := _known(d, sample, wanted))]
    if known:
        return max(known, key=lambda table: len(table.headers))
    if wanted:
        raise StatementRefused("The header of this file lacks columns of the chosen layout.")
    unknown = [t for d, sample in samples.items() if (t := _unknown(d, sample))]
    if not unknown:
        raise StatementRefused(_no_rows(samples))
    return max(unknown, key=lambda t: (sum(map(_is_data, t.sample)), t.width))


def _no_rows(samples: dict[str, Sample]) -> str:
    if max((len(row) for sample in samples.values() for _, _, row in sample), default=0) < 2:
        return (
            "This file has no columns: no line of it is parted by commas, semicolons, tabs or bars."
        )
    return "This file has no rows of a statement: no line of it holds both a date and an amount."


def _sample(content: bytes, encoding: str, delimiter: str) -> Sample:
    """Return the first records with the lines they begin and end on; the last may be cut off."""
    reader = csv.reader(_first_lines(content, encoding), delimiter=delimiter)
    found, end = [], 0
    for row in islice(reader, _SAMPLE_RECORDS):
        if any(row):
            found.append((end + 1, reader.line_num, row))
        end = reader.line_num
    return found


def _first_lines(content: bytes, encoding: str) -> Iterator[str]:
    stream, left = open_text(content, encoding), _SAMPLE_CHARS
    while left > 0 and (line := stream.readline(left)):
        left -= len(line)
        yield line


def _known(delimiter: str, sample: Sample, wanted: str | None) -> Table | None:
    for at, (begin, end, row) in enumerate(sample[:_HEADER_WITHIN]):
        layout = recognise(row, wanted)
        if layout:
            data = [cells for _, _, cells in sample[at + 1 :]]
            return _table(delimiter, begin, end + 1, row, layout, data)
    return None


def _unknown(delimiter: str, sample: Sample) -> Table | None:
    """Find the first record with a date and an amount, and the header above it, if there is one."""
    width = _usual_width([row for _, _, row in sample])
    rows = [row for _, _, row in sample]
    first = next(
        (i for i, row in enumerate(rows) if abs(len(row) - width) < 2 and _is_data(row)), None
    )
    if first is None or width < 2:
        return None
    heads = (i for i in range(first - 1, -1, -1) if _is_header(rows[i], width))
    head = next(heads, None)
    if head is None:
        names = [f"Column {n}" for n in range(1, width + 1)]
        return _table(delimiter, None, sample[first][0], names, None, rows[first:])
    begin, end, names = sample[head]
    return _table(delimiter, begin, end + 1, names, None, rows[head + 1 :])


def _usual_width(rows: list[list[str]]) -> int:
    widths = Counter(len(row) for row in rows if len(row) > 1)
    return max(widths, key=lambda width: (widths[width], width), default=0)


def _is_money(cell: str) -> bool:
    return fits(cell, ".") or fits(cell, ",")


def _is_data(row: Sequence[str]) -> bool:
    dates = [looks_like_date(cell) for cell in row]
    return any(dates) and any(_is_money(c) for c, date in zip(row, dates, strict=True) if not date)


def _is_header(row: Sequence[str], width: int) -> bool:
    filled = [cell for cell in row if cell.strip()]
    texts = not any(_is_money(cell) or looks_like_date(cell) for cell in filled)
    return abs(len(row) - width) < 2 and len(filled) > 1 and len(filled) * 2 > width and texts


def _table(
    delimiter: str,
    header_line: int | None,
    data_line: int,
    names: Sequence[str],
    layout: Layout | None,
    data: list[list[str]],
) -> Table:
    if len(names) > _MOST_COLUMNS:
        raise StatementRefused(f"The file has more than {_MOST_COLUMNS} columns.")
    named = len(names)
    while named > 1 and not names[named - 1].strip():
        named -= 1
    headers = tuple(shown_name(name, i) for i, name in enumerate(names[:named]))
    width = named - 1 if _lacks_last(named, data) else named
    return Table(delimiter, header_line, data_line, headers, width, layout, data)


def shown_name(name: str, index: int) -> str:
    """Return a header as it is shown, short and printable; a number for an empty one."""
    text = " ".join(name.replace("\ufeff", "").split())[:100]
    return "".join(c for c in text if c.isprintable()) or f"Column {index + 1}"


def _lacks_last(named: int, data: list[list[str]]) -> bool:
    """Say whether the rows never bring the header's last column."""
    return (
        bool(data)
        and named > 2
        and all(len(row) < named for row in data[:_SAMPLE_RECORDS])
        and (_usual_width(data) == named - 1)
    )
