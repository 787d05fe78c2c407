"""Cells of money: read rightly or refused with a reason."""

import time

import pytest

from app.services.statements.amounts import Figures, code_of, fits
from app.services.statements.errors import Fault

POINT, COMMA = ".", ","


@pytest.mark.parametrize(
    ("cell", "decimal", "minor"),
    [
        ("1.234,56", COMMA, 123456),
        ("12,34-", COMMA, -1234),
        ("(12.34)", POINT, -1234),
        ("\u221212.34", POINT, -1234),
        ("\u201312.34", POINT, -1234),
        ("1.000", COMMA, 100000),
        ("1,234", POINT, 123400),
        ("14.000", COMMA, 1400000),
        ("14.000", POINT, 1400),
        ("-110.7 €", POINT, -11070),
        ("1'234.50", POINT, 123450),
        ("1\u2019234.50", POINT, 123450),
        ("-262 259", POINT, -26225900),
        ("-262 259", COMMA, -26225900),
        ("1\u00a0234,56", COMMA, 123456),
        ("1\u202f234,56", COMMA, 123456),
        ("1,00,000.99", POINT, 10000099),
        ("12 450", COMMA, 1245000),
        ("-3,9", COMMA, -390),
        ("-2040", COMMA, -204000),
        ("750", POINT, 75000),
        ("25.00000", POINT, 2500),
        ("251.000000", POINT, 25100),
        ("5.0", POINT, 500),
        ("0.500", POINT, 50),
        (".50", POINT, 50),
        ("€ 1.000,-", COMMA, 100000),
        ("-1000,-", COMMA, -100000),
        ("+50,00", COMMA, 5000),
        ("12.34 CR", POINT, 1234),
        ("12.34DR", POINT, -1234),
        ("12,34 S", COMMA, -1234),
        ("12,34 H", COMMA, 1234),
        ("12.34 EUR", POINT, 1234),
        ("eur 12.34", POINT, 1234),
        ("- € 12.34", POINT, -1234),
        ("€-12.34", POINT, -1234),
        ("1.000.000,00", COMMA, 100000000),
        ("00012.30", POINT, 1230),
        ("000000000000149.87", POINT, 14987),
        ("  12.30\u00a0", POINT, 1230),
        ("-0.00", POINT, 0),
        ("10000000000000.00", POINT, 10**15),
        ("-10", "minor", -10),
    ],
)
def test_reads(cell: str, decimal: str, minor: int) -> None:
    assert Figures(decimal, 2, "EUR")[cell] == minor


@pytest.mark.parametrize(
    ("cell", "decimal", "reason"),
    [
        ("1.234,56", POINT, "decimal point"),
        ("12.34", COMMA, "decimal comma"),
        ("0.123", COMMA, "decimal comma"),
        ("12.345", POINT, "more decimals"),
        ("12,345", COMMA, "more decimals"),
        ("--3,60", COMMA, "more than one sign"),
        ("-12.34-", POINT, "more than one sign"),
        ("-12.34 CR", POINT, "more than one sign"),
        ("(12.34", POINT, "more than one sign"),
        ("12.34)", POINT, "more than one sign"),
        ("12.34 USD", POINT, "not in EUR"),
        ("$12.34", POINT, "not in EUR"),
        ("EUR 12.34 EUR", POINT, "not in EUR"),
        ("NaN", POINT, "not an amount"),
        ("Infinity", POINT, "not an amount"),
        ("-inf", POINT, "not an amount"),
        ("1e5", POINT, "not an amount"),
        ("1_000", POINT, "not an amount"),
        ("\uff11\uff12", POINT, "not an amount"),
        ("\u0661\u0662", POINT, "not an amount"),
        ("1,23,4", POINT, "not an amount"),
        ("12,34.56", POINT, "not an amount"),
        ("1.2.3", POINT, "not an amount"),
        ("1 23", POINT, "not an amount"),
        ("1 234'567", POINT, "not an amount"),
        ("0,123.00", POINT, "not an amount"),
        ("0x10", POINT, "not an amount"),
        ("-", POINT, "not an amount"),
        ("EUR", POINT, "not an amount"),
        (".", POINT, "not an amount"),
        ("1.5", "minor", "not an amount"),
        ("", POINT, "empty"),
        ("\u00a0", POINT, "empty"),
        ("10000000000000.01", POINT, "too large"),
        ("9" * 60, POINT, "too large"),
        ("9" * 400, POINT, "not an amount"),
    ],
)
def test_refuses(cell: str, decimal: str, reason: str) -> None:
    value = Figures(decimal, 2, "EUR")[cell]
    assert isinstance(value, Fault)
    assert reason in value


@pytest.mark.parametrize(
    ("cell", "currency", "digits", "minor"),
    [
        ("1234", "JPY", 0, 1234),
        ("1234.00", "JPY", 0, 1234),
        ("¥1,234", "JPY", 0, 1234),
        ("1.234", "KWD", 3, 1234),
        ("1.5", "KWD", 3, 1500),
        ("$1,500.00", "USD", 2, 150000),
        ("$1,500.00", "CAD", 2, 150000),
        ("$+1500", "USD", 2, 150000),
        ("($900.23)", "USD", 2, -90023),
        ("£67.40", "GBP", 2, 6740),
        ("kr 1 200.00", "SEK", 2, 120000),
        ("12.34 zł", "PLN", 2, 1234),
        ("Rs. 1,00,000.00", "INR", 2, 10000000),
    ],
)
def test_knows_currencies(cell: str, currency: str, digits: int, minor: int) -> None:
    assert Figures(POINT, digits, currency)[cell] == minor


def test_decimals_beyond_the_yen_are_refused() -> None:
    assert isinstance(Figures(POINT, 0, "JPY")["12.5"], Fault)


@pytest.mark.parametrize("cells", [["1.00", "-2.50", "+3,000.00"], ["1.00", "(2.50)", "3"], []])
def test_a_column_reads_like_its_cells(cells: list[str]) -> None:
    for digits in (0, 2, 4):
        for positive in (1, -1):
            figures = Figures(POINT, digits, positive=positive)
            assert figures.column(cells) == [
                Figures(POINT, digits, positive=positive)[c] for c in cells
            ]


def test_a_line_break_inside_a_cell_shifts_nothing() -> None:
    values = Figures(POINT, 2).column(["1.00\n2.00", "3.00"])
    assert isinstance(values[0], Fault)
    assert values[1] == 300


def test_positive_out_turns_signs_but_not_words() -> None:
    figures = Figures(POINT, 2, positive=-1)
    assert [figures[c] for c in ("5.00", "-5.00", "(5.00)", "5.00 CR", "5.00 DR")] == [
        -500,
        500,
        500,
        500,
        -500,
    ]


def test_words_are_refused_where_another_column_says_the_direction() -> None:
    assert isinstance(Figures(POINT, 2, words=False)["5.00 CR"], Fault)


def test_blank_cells_may_be_zero() -> None:
    assert Figures(POINT, 2, blank=0)[" "] == 0


@pytest.mark.parametrize(
    ("cell", "styles"),
    [("1.000", ".,"), ("1.00", "."), ("1,00", ","), ("1.000,0", ","), ("0.123", "."), ("x", "")],
)
def test_evidence_for_styles(cell: str, styles: str) -> None:
    assert "".join(d for d in ".," if fits(cell, d)) == styles


@pytest.mark.parametrize(
    ("text", "code"), [("eur ", "EUR"), ("€", "EUR"), ("$", "$"), ("", ""), ("zł", "PLN")]
)
def test_codes(text: str, code: str) -> None:
    assert code_of(text) == code


def test_a_hostile_cell_costs_no_time() -> None:
    figures = Figures(POINT, 2, "EUR")
    for cell in (" " * 50 + "x", "-" + " " * 50 + "x", "1" * 59 + "x", " " * 1_000_000 + "x"):
        started = time.perf_counter()
        assert isinstance(figures[cell], Fault)
        assert time.perf_counter() - started < 0.5
