"""Date cells under a format, and the format decided from a whole column."""

import datetime as dt

import pytest

from app.services.statements.dates import FORMATS, Dates, DateTally, looks_like_date, order
from app.services.statements.errors import Fault

DAY = dt.date(2026, 3, 4)


@pytest.mark.parametrize(
    ("cell", "date_format"),
    [
        ("2026-03-04", "YYYY-MM-DD"),
        ("2026-3-4", "YYYY-MM-DD"),
        (" 2026-03-04 ", "YYYY-MM-DD"),
        ("2026-03-04 12:34:56", "YYYY-MM-DD"),
        ("2026-03-04T12:34:56Z", "YYYY-MM-DD"),
        ("2026-03-04T23:34:56.123+02:00", "YYYY-MM-DD"),
        ("2026-03-04 12:34:56 +0000", "YYYY-MM-DD"),
        ("2026.03.04.", "YYYY.MM.DD"),
        ("2026/03/04", "YYYY/MM/DD"),
        ("20260304", "YYYYMMDD"),
        ("20260304120000[0:GMT]", "YYYYMMDD"),
        ("20260304120000[-5:EST]", "YYYYMMDD"),
        ("04.03.2026", "DD.MM.YYYY"),
        ("4.3.2026", "DD.MM.YYYY"),
        ("04.03.26", "DD.MM.YY"),
        ("04.03.2026 08:15", "DD.MM.YYYY"),
        ("04/03/2026", "DD/MM/YYYY"),
        ("04/03/2026, 9:15 PM", "DD/MM/YYYY"),
        ("03/04/2026", "MM/DD/YYYY"),
        ("3/4/26", "MM/DD/YY"),
        ("04-03-2026", "DD-MM-YYYY"),
        ("4 Mar 2026", "DD MMM YYYY"),
        ("04-MAR-26", "DD-MMM-YY"),
        ("Mar 4, 2026", "MMM DD, YYYY"),
        ("March 4 2026", "MMM DD, YYYY"),
    ],
)
def test_reads(cell: str, date_format: str) -> None:
    assert Dates(date_format)[cell] == DAY


@pytest.mark.parametrize(
    ("cell", "date_format", "reason"),
    [
        ("2026-02-29", "YYYY-MM-DD", "does not exist"),
        ("31.04.2026", "DD.MM.YYYY", "does not exist"),
        ("13/13/2026", "DD/MM/YYYY", "does not exist"),
        ("1899-12-31", "YYYY-MM-DD", "outside 1900 to 2200"),
        ("2201-01-01", "YYYY-MM-DD", "outside 1900 to 2200"),
        ("0000-01-01", "YYYY-MM-DD", "does not exist"),
        ("04.03.2026", "DD.MM.YY", "not written as DD.MM.YY"),
        ("04.03.26", "DD.MM.YYYY", "not written as"),
        ("04.03.", "DD.MM.YYYY", "not written as"),
        ("2026-03-04 noon", "YYYY-MM-DD", "not written as"),
        ("Pending", "YYYY-MM-DD", "not written as"),
        ("\uff12026-03-04", "YYYY-MM-DD", "not written as"),
        ("4 Mai 2026", "DD MMM YYYY", "does not exist"),
        ("", "YYYY-MM-DD", "empty"),
    ],
)
def test_refuses(cell: str, date_format: str, reason: str) -> None:
    value = Dates(date_format)[cell]
    assert isinstance(value, Fault)
    assert reason in value


@pytest.mark.parametrize(("year", "full"), [("70", 1970), ("99", 1999), ("00", 2000), ("69", 2069)])
def test_two_digit_years_turn_at_1970(year: str, full: int) -> None:
    assert Dates("DD.MM.YY")[f"01.01.{year}"] == dt.date(full, 1, 1)


@pytest.mark.parametrize(
    ("cells", "decided"),
    [
        (["03/04/2026", "13/04/2026"], "DD/MM/YYYY"),
        (["03/04/2026", "04/13/2026"], "MM/DD/YYYY"),
        (["03.04.2026", "05.06.2026"], "DD.MM.YYYY"),
        (["03.04.26"], "DD.MM.YY"),
        (["2026-03-04"], "YYYY-MM-DD"),
        (["20260304"], "YYYYMMDD"),
        (["03/03/2026", "04/04/2026"], "DD/MM/YYYY"),
        (["Total", "13/04/2026", ""], "DD/MM/YYYY"),
        (["13/04/2026"] * 40 + ["04/13/2026"], "DD/MM/YYYY"),
    ],
)
def test_a_column_decides(cells: list[str], decided: str) -> None:
    tally = DateTally()
    tally.see(cells)
    assert tally.verdict()[0] == decided


@pytest.mark.parametrize(
    ("cells", "asked"),
    [
        (["03/04/2026", "05/06/2026"], {"DD/MM/YYYY", "MM/DD/YYYY"}),
        (["03-04-26"], {"DD-MM-YY", "MM-DD-YY"}),
        (["13/04/2026", "04/13/2026"], {"DD/MM/YYYY", "MM/DD/YYYY"}),
        (["nothing"], set()),
    ],
)
def test_a_column_that_fits_two_readings_is_asked_about(cells: list[str], asked: set[str]) -> None:
    tally = DateTally()
    tally.see(cells)
    decided, left, _ = tally.verdict()
    assert decided is None
    assert set(left) == asked


def test_the_last_row_of_a_long_column_decides() -> None:
    tally = DateTally()
    for _ in range(5):
        tally.see(["01/02/2026", "03/04/2026"])
    tally.see(["05/31/2026"])
    assert tally.verdict()[0] == "MM/DD/YYYY"


def test_formats_say_their_order() -> None:
    assert {order(name) for name in FORMATS} == {"day first", "month first", "year first"}
    assert looks_like_date("4 Mar 2026")
    assert not looks_like_date("12.34")
