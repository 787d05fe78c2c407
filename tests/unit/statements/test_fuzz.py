"""Whatever the bytes: a reading or a refusal, and every record as a row or rejected."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from app.services.statements import Mapping, StatementRefused, parse, read
from app.services.statements.decoding import ENCODINGS
from tests.unit.statements.test_reading import DKB, ING, N26, OUTLAY, RABOBANK, REVOLUT

DIGITS = {"EUR": 2, "USD": 2, "JPY": 0}
WORDS = "date amount description currency balance EUR JPY x Gebucht NaN =1+1"
FIGURES = "2026-01-02 03/04/2026 31.12.26 12.34 -1,5 (3.00) 1.000"
ODD = ("", " ", '"', '""', 'a"b', '"a\nb"', "\0", "é", "\ud800", "x" * 1100, "a,b", "-\u00a05")
CELLS = st.sampled_from((*WORDS.split(), *FIGURES.split(), *ODD))
FILES = [text.encode() for text in (N26, ING, DKB, REVOLUT, OUTLAY, RABOBANK)]


def consume(content: bytes, encoding: str | None = None) -> None:
    """Read and, with every question answered somehow, parse; check that no record is lost."""
    try:
        reading = read(content, encoding=encoding)
        mapping = reading.mapping or reading.suggestion
        if reading.questions and mapping:
            assert Mapping.from_json(mapping.to_json()) == mapping
            reading = read(content, mapping=answered(mapping), encoding=encoding)
    except StatementRefused:
        return
    assert reading.sentence.encode()
    if reading.questions:
        return
    count = 0
    for batch in parse(content, reading, currency="EUR", digits=DIGITS.__getitem__, batch_size=3):
        count += len(batch.rows) + len(batch.rejected)
        texts = [text for row in batch.rows for text in (row.description, row.payee, row.identity)]
        texts += [text for bad in batch.rejected for text in (bad.raw, bad.reason)]
        assert "\0" not in "".join(texts)
        assert "".join(texts).encode()
        assert all(row.amount for row in batch.rows)
    assert count == reading.rows


def answered(mapping: Mapping) -> Mapping:
    return replace(
        mapping,
        date_format=mapping.date_format or "DD/MM/YYYY",
        decimal=mapping.decimal or ".",
        positive_means=mapping.positive_means or "in",
    )


@given(st.binary(max_size=300))
def test_any_bytes(content: bytes) -> None:
    consume(content)


@given(st.binary(max_size=100), st.sampled_from(sorted(ENCODINGS)))
def test_any_bytes_in_any_encoding(content: bytes, encoding: str) -> None:
    consume(b"2026-01-02,5.00\n" + content, encoding)
    consume("2026-01-02,5.00\n".encode(encoding) + content, encoding)


@given(
    st.lists(st.lists(CELLS, min_size=1, max_size=6), min_size=1, max_size=10),
    st.sampled_from(",;\t|"),
    st.sampled_from(["\n", "\r\n", "\r", "\r\r\n"]),
    st.sampled_from(["utf-8", "utf-16", "utf-16-be", "cp1252"]),
)
def test_any_table(rows: list[list[str]], delimiter: str, newline: str, encoding: str) -> None:
    text = newline.join(delimiter.join(row) for row in rows)
    errors = "replace" if encoding == "cp1252" else "surrogatepass"
    consume(text.encode(encoding, errors))


@given(
    st.sampled_from(FILES),
    st.lists(
        st.tuples(
            st.integers(0, 900),
            st.integers(0, 20),
            st.sampled_from([b"", b'"', b";", b",", b"\n", b"\r", b"\0", b"\xff", b"\xc3", b"-"]),
        ),
        max_size=6,
    ),
)
def test_any_damage(content: bytes, damages: list[tuple[int, int, bytes]]) -> None:
    for at, length, instead in damages:
        content = content[:at] + instead + content[at + length :]
    consume(content)
