"""Rows for the books and rejected rows: every record comes out once."""

import datetime as dt
import tracemalloc
from collections.abc import Iterable

import pytest

from app.services.statements import (
    Batch,
    Mapping,
    RejectedRow,
    StatementRow,
    parse,
    read,
)
from tests.unit.statements.test_reading import (
    CHASE,
    DKB,
    ING,
    MONZO,
    N26,
    OUTLAY,
    RABOBANK,
    REVOLUT,
    SPARKASSE,
)

DIGITS = {"EUR": 2, "USD": 2, "GBP": 2, "JPY": 0, "KWD": 3}
PLAIN = Mapping(
    0,
    amount=2,
    description=(1,),
    date_format="YYYY-MM-DD",
    decimal=".",
    positive_means="in",
)


def everything(batches: Iterable[Batch]) -> tuple[list[StatementRow], list[RejectedRow]]:
    found = list(batches)
    return [row for b in found for row in b.rows], [row for b in found for row in b.rejected]


def parsed(
    content: bytes | str, mapping: Mapping | None = None, currency: str = "EUR"
) -> tuple[list[StatementRow], list[RejectedRow]]:
    content = content.encode() if isinstance(content, str) else content
    reading = read(content, mapping=mapping)
    assert reading.questions == ()
    rows, rejected = everything(
        parse(content, reading, currency=currency, digits=DIGITS.__getitem__)
    )
    assert len(rows) + len(rejected) == reading.rows
    return rows, rejected


def plain(*lines: str, currency: str = "EUR") -> tuple[list[StatementRow], list[RejectedRow]]:
    """Parse lines of date, text and amount, after one good row."""
    return parsed("date,text,sum\n2026-01-01,first,1.00\n" + "\n".join(lines), PLAIN, currency)


def facts(text: str, encoding: str = "utf-8") -> list[tuple[str, int, str, str, str]]:
    rows, _ = parsed(text.encode(encoding))
    return [(f"{r.date:%d.%m.%y}", r.amount, r.currency, r.description, r.payee) for r in rows]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            N26,
            [
                ("03.01.26", -320, "EUR", "Bakery", "Bakery"),
                ("01.02.26", 200000, "EUR", "Pay", "Employer"),
            ],
        ),
        (
            ING,
            [
                ("03.01.26", -320, "EUR", "Bakker", "Bakker"),
                ("01.02.26", 200000, "EUR", "Loon", "Werk"),
            ],
        ),
        (
            DKB,
            [
                ("03.01.26", -100000, "EUR", "Miete", "Vermieter"),
                ("04.01.26", 200050, "EUR", "Lohn", "Werk"),
            ],
        ),
        (
            CHASE,
            [("03.01.26", -320, "EUR", "Store", ""), ("01.02.26", 10000, "EUR", "Thank you", "")],
        ),
        (
            REVOLUT,
            [("03.01.26", -370, "EUR", "Shop", ""), ("04.01.26", 1000, "EUR", "Topup", "")],
        ),
        (OUTLAY, [("03.01.26", -320, "EUR", "Bread", "")]),
        (
            RABOBANK,
            [
                ("03.01.26", -320, "EUR", "Brood", "Café"),
                ("04.01.26", 5000, "EUR", "Prijs", "Loterij"),
            ],
        ),
        (SPARKASSE, [("03.01.26", -5394, "EUR", "Strom", "Werke")]),
        (MONZO, [("13.01.26", -320, "GBP", "SHOP", "Shop")]),
    ],
)
def test_banks(text: str, expected: list[tuple[str, int, str, str, str]]) -> None:
    assert facts(text) == expected


def test_lines_are_those_of_the_file() -> None:
    assert [row.line for row in parsed(DKB)[0]] == [6, 7]
    assert [row.line for row in parsed(RABOBANK)[0]] == [2, 3]
    rows, _ = plain("", '2026-01-02,"two\nlines",2.00', "", "2026-01-03,x,3.00")
    assert [row.line for row in rows] == [2, 4, 7]


def test_only_booked_rows_are_booked() -> None:
    (pending,) = parsed(REVOLUT)[1]
    assert (pending.line, pending.reason) == (4, "Not booked yet (PENDING).")
    (noted,) = parsed(DKB)[1]
    assert noted.reason == "Not booked yet (Vorgemerkt)."
    assert noted.raw.startswith("05.01.26;;Vorgemerkt;Ich;Laden")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("2026-02-30,x,1.00", "does not exist"),
        ("Total,,9.00", "not written as YYYY-MM-DD"),
        (",x,1.00", "The date is empty"),
        ("2026-01-02,x,", "The amount is empty"),
        ("2026-01-02,x,NaN", "not an amount"),
        ("2026-01-02,x,1.005", "more decimals"),
        ("2026-01-02,x,0.00", "nothing moved"),
        ('2026-01-02,x,"1,5"', "decimal point"),
        ("2026-01-02,x,99999999999999.00", "too large"),
        ("2026-01-02,x", "2 cells, 3 were expected"),
        ("2026-01-02,x,1.00,y", "4 cells, 3 were expected"),
        (f"2026-01-02,{'x' * 1001},1.00", "longer than 1,000"),
        (f"2026-01-02,{'x' * 1_000_000},1.00", "longer than 1,000"),
        ("2026-01-02,x\0y,1.00", "NUL"),
        ("2026-01-02,x,12.00 USD", "not in EUR"),
    ],
)
def test_a_bad_row_is_rejected_with_line_and_reason(line: str, reason: str) -> None:
    rows, (rejected,) = plain(line, "2026-01-09,last,2.00")
    assert [row.description for row in rows] == ["first", "last"]
    assert rejected.line == 3
    assert reason in rejected.reason
    assert len(rejected.raw) <= 500
    assert "\0" not in rejected.raw


@pytest.mark.parametrize("line", ["2026-01-02,x,1.00,,", "2026-01-02,x,1.00, ,\t"])
def test_blank_cells_beyond_the_header_are_no_fault(line: str) -> None:
    assert len(plain(line)[0]) == 2


def test_a_header_may_be_one_column_longer_than_all_rows() -> None:
    text = ING.replace(';""\n', "\n")
    assert '"Tag"' in text
    assert len(parsed(text)[0]) == 2


def test_a_broken_byte_costs_only_its_row() -> None:
    content = N26.replace("Bakery", "Bäckerei Ö").encode().replace(b"Employer", b"Empl\xfcyer")
    rows, (rejected,) = parsed(content)
    assert [row.payee for row in rows] == ["Bäckerei Ö"]
    assert rejected.reason.startswith("The row holds bytes that are no text")
    assert "Empl\N{REPLACEMENT CHARACTER}yer" in rejected.raw


def test_a_broken_pair_in_utf16_costs_only_its_row() -> None:
    content = N26.encode("utf-16-le").replace("B".encode("utf-16-le"), b"\x00\xd8")
    reading = read(b"\xff\xfe" + content, layout=None, mapping=None, encoding="utf-16")
    assert reading.damaged


def test_direction_words() -> None:
    strange = ING.replace('"Bij";"2000,00"', '"Retour";"2000,00"')
    assert "“Retour” says neither" in parsed(strange)[1][0].reason
    minus = ING.replace('"Af";"3,20"', '"af";"-3,20"')
    assert "has a minus although" in parsed(minus)[1][0].reason


def test_money_out_and_in() -> None:
    mapping = Mapping(
        0,
        money_out=1,
        money_in=2,
        date_format="YYYY-MM-DD",
        decimal=".",
        positive_means="out",
    )
    rows, rejected = parsed(
        "d,o,i\n2026-01-01,5.00,\n2026-01-02,0.00,7.00\n2026-01-03,1.00,2.00\n2026-01-04,,\n"
        "2026-01-05,-3.00,\n2026-01-06,1.00 CR,\n",
        mapping,
    )
    assert [row.amount for row in rows] == [-500, 700, 300]
    reasons = [row.reason for row in rejected]
    assert "Both money out and money in" in reasons[0]
    assert "nothing moved" in reasons[1]
    assert "more than one sign" in reasons[2]


def test_positive_may_mean_out() -> None:
    mapping = Mapping(0, amount=1, date_format="YYYY-MM-DD", decimal=".", positive_means="out")
    rows, _ = parsed("d,a\n2026-01-01,5.00\n2026-01-02,-7.00\n2026-01-03,9.00 CR\n", mapping)
    assert [row.amount for row in rows] == [-500, 700, 900]


def test_smallest_units() -> None:
    mapping = Mapping(0, amount=1, date_format="YYYY-MM-DD", decimal="minor", positive_means="in")
    assert parsed("d,a\n2026-01-01,-10\n", mapping, "GBP")[0][0].amount == -10


def test_each_row_has_its_own_currency() -> None:
    mapping = Mapping(
        0, amount=1, currency=2, date_format="YYYY-MM-DD", decimal=".", positive_means="in"
    )
    rows, rejected = parsed(
        "d,a,c\n2026-01-01,5.00,eur\n2026-01-01,500,JPY\n2026-01-01,5.25,JPY\n2026-01-01,1.5,KWD\n"
        "2026-01-01,5.00,\n2026-01-01,5.00,XXX\n2026-01-01,5.00 USD,EUR\n2026-01-01,6.00,€\n",
        mapping,
        "USD",
    )
    assert [(row.amount, row.currency) for row in rows] == [
        (500, "EUR"),
        (500, "JPY"),
        (1500, "KWD"),
        (500, "USD"),
        (600, "EUR"),
    ]
    assert [row.line for row in rejected] == [4, 7, 8]
    assert "“XXX” is not a currency" in rejected[1].reason


def test_the_header_names_the_currency_whatever_the_account() -> None:
    rows, _ = parsed(N26, currency="USD")
    assert {row.currency for row in rows} == {"EUR"}


def test_an_unknown_currency_rejects_every_row() -> None:
    rows, rejected = plain(currency="XYZ")
    assert rows == []
    assert "is not a currency" in rejected[0].reason


def test_own_texts_come_back_to_the_letter() -> None:
    header = "date,description,amount,currency,category,account,payee,notes\n"
    texts = "''=1,-1.00,EUR,'+cat,'@acc,'tis,\"two  spaces\r\nline \""
    (row,), _ = parsed(f"{header}2026-01-01,{texts}\n")
    assert row.description == "'=1"
    assert (row.category, row.account, row.payee) == ("+cat", "@acc", "'tis")
    assert row.notes == "two  spaces\r\nline "


def test_padding_of_bank_texts_goes() -> None:
    rows, _ = plain('2026-01-02,"  a \u00a0 b\n\tc ",1.00')
    assert rows[1].description == "a b c"


def identities(*lines: str) -> list[str]:
    return [row.identity for row in plain(*lines)[0]][1:]


def test_identity_is_the_same_for_the_same_row_only() -> None:
    one, same, spaced, other_day, other_sum, other_text = identities(
        "2026-01-02,Shop A,1.00",
        "2026-01-02,Shop A,1.00",
        "2026-01-02, SHOP   a ,1.0",
        "2026-01-03,Shop A,1.00",
        "2026-01-02,Shop A,-1.00",
        "2026-01-02,Shop B,1.00",
    )
    assert one == same == spaced == "2026-01-02|100|EUR|shop a|"
    assert len({one, other_day, other_sum, other_text}) == 4


def test_the_running_balance_tells_twins_apart() -> None:
    first, *_ = parsed(ING)[0]
    assert first.identity == "2026-01-03|-320|EUR|bakker|199680"


def test_the_banks_id_is_used_where_it_is_unique() -> None:
    assert [row.identity for row in parsed(RABOBANK)[0]] == ["id:0001", "id:0002"]
    rows, _ = parsed(RABOBANK.replace('"0002"', '"0001"'))
    assert rows[0].identity == "2026-01-03|-320|EUR|brood café|9680"


def test_batches_are_of_the_wanted_size() -> None:
    content = ("date,text,sum\n" + "2026-01-01,x,1.00\n2026-01-01,x,bad\n" * 1000).encode()
    reading = read(content, mapping=PLAIN)
    found = list(
        parse(content, reading, currency="EUR", digits=DIGITS.__getitem__, batch_size=1000)
    )
    sizes = [len(batch.rows) + len(batch.rejected) for batch in found]
    assert sum(sizes) == 2000
    assert all(1000 <= size < 1500 for size in sizes[:-1])


def test_a_reading_with_questions_cannot_be_parsed() -> None:
    content = b"date,text,sum\n2026-01-01,x,1\n"
    reading = read(content)
    assert reading.questions
    with pytest.raises(ValueError, match="questions"):
        list(parse(content, reading, currency="EUR", digits=DIGITS.__getitem__))


def test_a_long_file_needs_little_memory() -> None:
    header, row, _ = ING.splitlines(keepends=True)
    content = (header + row * 20_000).encode()
    tracemalloc.start()
    try:
        reading = read(content)
        rows = 0
        for batch in parse(content, reading, currency="EUR", digits=DIGITS.__getitem__):
            rows += len(batch.rows)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert rows == 20_000
    assert peak < 8_000_000


def test_dates_are_dates() -> None:
    assert type(plain()[0][0].date) is dt.date
