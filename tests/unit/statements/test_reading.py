"""What a file is read as, what is asked, and what is refused."""

from dataclasses import replace
from typing import Any

import pytest

from app.services.statements import LAYOUTS, Mapping, Reading, StatementRefused, read

N26 = (
    '"Booking Date","Value Date","Partner Name","Partner Iban",Type,"Payment Reference",'
    '"Account Name","Amount (EUR)","Original Amount","Original Currency","Exchange Rate"\n'
    '2026-01-03,2026-01-03,"Bakery",,Presentment,,"Main",-3.20,-3.20,EUR,1\n'
    '2026-02-01,2026-02-01,"Employer",,Income,"Pay",Main,2000.00,2000.00,EUR,1\n'
)
ING = (
    '"Datum";"Naam / Omschrijving";"Rekening";"Tegenrekening";"Code";"Af Bij";"Bedrag (EUR)";'
    '"Mutatiesoort";"Mededelingen";"Saldo na mutatie";"Tag"\n'
    '"20260103";"Bakker";"NL1";"";"BA";"Af";"3,20";"Betaalautomaat";"";"1.996,80";""\n'
    '"20260201";"Werk";"NL1";"";"OV";"Bij";"2000,00";"Overschrijving";"Loon";"3.996,80";""\n'
)
DKB = (
    '\ufeff"Girokonto";"DE00"\n""\n"Kontostand vom 31.01.2026:";"1.234,56 €"\n""\n'
    '"Buchungsdatum";"Wertstellung";"Status";"Zahlungspflichtige*r";"Zahlungsempfänger*in";'
    '"Verwendungszweck";"Umsatztyp";"IBAN";"Betrag (€)";"Gläubiger-ID";"Mandatsreferenz";'
    '"Kundenreferenz"\n'
    '"03.01.26";"03.01.26";"Gebucht";"Ich";"Vermieter";"Miete";"Ausgang";"";"-1.000";"";"";""\n'
    '"04.01.26";"04.01.26";"Gebucht";"Werk";"Ich";"Lohn";"Eingang";"";"2.000,5";"";"";""\n'
    '"05.01.26";"";"Vorgemerkt";"Ich";"Laden";"";"Ausgang";"";"-5";"";"";""\n'
)
CHASE = (
    "Transaction Date,Post Date,Description,Category,Type,Amount,Memo\n"
    "01/03/2026,01/04/2026,Store,Shopping,Sale,-3.20,\n"
    "02/01/2026,02/02/2026,Thank you,,Payment,100.00,\n"
)
REVOLUT = (
    "Type,Product,Started Date,Completed Date,Description,Amount,Fee,Currency,State,Balance\n"
    "Card Payment,Current,2026-01-03 09:30:00,2026-01-03 18:00:00,Shop,"
    "-3.20,0.50,EUR,COMPLETED,96.30\n"
    "Topup,Current,2026-01-04 09:30:00,2026-01-04 09:30:00,Topup,10.00,0.00,EUR,COMPLETED,106.30\n"
    "Card Payment,Current,2026-01-05 09:30:00,,Cafe,-2.00,0.00,EUR,PENDING,\n"
)
OUTLAY = (
    "amount,date,description,currency,category,account,notes\n"
    "-3.20,2026-01-03,Bread,EUR,Food > Bakery,Everyday,'=fresh\n"
)
RABOBANK = (
    '"IBAN/BBAN","Munt","BIC","Volgnr","Datum","Rentedatum","Bedrag","Saldo na trn",'
    '"Naam tegenpartij","Omschrijving-1","Omschrijving-2","Omschrijving-3"\r\r\n'
    '"NL1","EUR","R","0001","2026-01-03","2026-01-03","-3,20","+96,80",'
    '"Café","Brood"," ",""\r\r\n'
    '"NL1","EUR","R","0002","2026-01-04","2026-01-04","+50,00","+146,80",'
    '"Loterij","Prijs"," ",""\r\r\n'
)
BUNQ = (
    '"Datum","Bedrag","Rekening","Tegenrekening","Naam","Omschrijving"\n'
    '"2026-01-03","-3,20","NL1","","Bakker","Brood, vers"\n'
)
SPARKASSE = (
    '"Auftragskonto";"Buchungstag";"Valutadatum";"Buchungstext";"Verwendungszweck";'
    '"Beguenstigter/Zahlungspflichtiger";"Kontonummer";"BLZ";"Betrag";"Waehrung";"Info"\n'
    '"1";"03.01.26";"03.01.26";"LASTSCHRIFT";"Strom";"Werke";"DE";"X";"-53,94";"EUR";'
    '"Umsatz gebucht"\n'
)
MONZO = (
    "Transaction ID,Date,Time,Type,Name,Emoji,Category,Amount,Currency,Local amount,Local currency,"
    "Notes and #tags,Address,Receipt,Description,Category split,Money Out,Money In\n"
    "tx_1,13/01/2026,10:00:00,Card,Shop,\U0001f600,Food,-3.20,GBP,-3.20,GBP,,,,SHOP,,-3.20,\n"
)
N26_OLD = (
    "Datum,Empfänger,Kontonummer,Transaktionstyp,Verwendungszweck,Kategorie,Betrag (EUR)\n"
    "2026-01-03,Laden,,Zahlung,,Essen,-59.99\n"
)


def read_text(text: str, mapping: Mapping | None = None, layout: str | None = None) -> Reading:
    return read(text.encode(), mapping=mapping, layout=layout)


TWO = ("2 rows", "3 Jan 2026 to 1 Feb 2026")
PAIR = ("2 rows", "3 Jan 2026 to 4 Jan 2026")
ONE = ("1 row", "3 Jan 2026")
POINT = ("decimal point", "year first", "out = negative")
COMMA = ("decimal comma", "year first", "out = negative")
PROVED = "; proved by the running balance"


@pytest.mark.parametrize(
    ("text", "encoding", "parts", "proof"),
    [
        (N26, "utf-8", ("N26", *TWO, *POINT), ""),
        (
            ING,
            "utf-8",
            ("ING (NL)", *TWO, "decimal comma", "year first", "out = “Af”"),
            PROVED,
        ),
        (
            DKB,
            "utf-8",
            ("DKB", "3 rows", PAIR[1], "decimal comma", "day first", "out = negative"),
            "",
        ),
        (
            CHASE,
            "utf-8",
            ("Chase card", *TWO, "decimal point", "month first", "out = negative"),
            "",
        ),
        (REVOLUT, "utf-8", ("Revolut", "3 rows", PAIR[1], *POINT), PROVED),
        (OUTLAY, "utf-8", ("Outlay", *ONE, *POINT), ""),
        (RABOBANK, "latin-1", ("Rabobank", *PAIR, *COMMA, "encoding Windows-1252"), PROVED),
        (BUNQ, "utf-16", ("bunq", *ONE, *COMMA, "encoding UTF-16"), ""),
        (
            SPARKASSE,
            "utf-8",
            ("Sparkasse", *ONE, "decimal comma", "day first", "out = negative"),
            "",
        ),
        (
            MONZO,
            "utf-8",
            ("Monzo", "1 row", "13 Jan 2026", "decimal point", "day first", "out = negative"),
            "",
        ),
        (N26_OLD, "cp1252", ("N26", *ONE, *POINT, "encoding Windows-1252"), ""),
    ],
)
def test_recognises_banks_and_says_so(
    text: str, encoding: str, parts: tuple[str, ...], proof: str
) -> None:
    reading = read(text.encode(encoding))
    assert reading.questions == ()
    assert reading.mapping is not None
    assert reading.mapping.complete
    assert reading.sentence == "Read as " + ", ".join(parts) + proof


def test_every_layout_knows_its_own_header_from_all_others() -> None:
    for layout in LAYOUTS:
        others = [x for x in LAYOUTS if x is not layout and x.signature <= layout.signature]
        assert others == []
        headers = sorted(layout.signature)
        assert headers[layout.mapping(headers).date] == str(layout.columns["date"]).casefold()


def test_a_preamble_is_skipped_but_counted() -> None:
    reading = read_text(DKB)
    assert reading.header_line == 5
    assert reading.data_line == 6
    assert reading.currency == "EUR"
    assert reading.sample[0][4] == "Vermieter"


@pytest.mark.parametrize("newline", ["\r\n", "\r", "\r\r\n"])
def test_line_ends_change_nothing(newline: str) -> None:
    reading = read(ING.replace("\n", newline).rstrip().encode())
    assert replace(reading, sample=()) == replace(read_text(ING), sample=())


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
def test_encodings_change_nothing_else(encoding: str) -> None:
    reading = read(N26_OLD.encode(encoding))
    assert reading.layout == "n26"
    assert reading.sample == (("2026-01-03", "Laden", "", "Zahlung", "", "Essen", "-59.99"),)


def test_header_names_are_compared_trimmed_and_folded() -> None:
    text = CHASE.replace("Transaction Date,Post Date", " TRANSACTION  DATE ,post date")
    assert read_text(text).layout == "chase"


def test_a_later_column_of_the_same_name_does_not_replace_the_first() -> None:
    text = CHASE.replace("Amount,Memo", "Amount,Amount").replace("-3.20,\n", "-3.20,777\n")
    mapping = read_text(text).mapping
    assert mapping is not None
    assert mapping.amount == 5


def test_a_broken_balance_names_the_line() -> None:
    reading = read_text(ING.replace("3.996,80", "3.996,81"))
    assert reading.balance_proof == "broken"
    assert reading.broken_balance_lines == (3,)
    assert reading.sentence.endswith("the running balance does not add up at line 3")


def test_newest_first_is_proved_too() -> None:
    header, *rows = ING.splitlines(keepends=True)
    assert read_text("".join([header, *reversed(rows)])).balance_proof == "proved"


def test_balances_run_apart_in_each_currency_and_product() -> None:
    row = "Topup,{},2026-01-04 09:30:00,2026-01-04 09:30:00,x,1.00,0.00,{},COMPLETED,{}\n"
    header = REVOLUT.splitlines(keepends=True)[0]
    mixed = [
        ("Current", "EUR", 5),
        ("Savings", "EUR", 9),
        ("Current", "USD", 3),
        ("Current", "EUR", 6),
    ]
    reading = read_text(header + "".join(row.format(*values) for values in mixed))
    assert reading.balance_proof == "proved"
    assert reading.currency is None


UNKNOWN = "When,What,{}\n"


def question_fields(reading: Reading) -> list[str]:
    return [question.field for question in reading.questions]


def unknown(*amounts: str, dates: tuple[str, ...] = ("31/01/2026",)) -> Reading:
    rows = [f'{dates[i % len(dates)]};text {i};"{amount}"\n' for i, amount in enumerate(amounts)]
    return read_text("When;What;Amount\n" + "".join(rows))


def test_an_unknown_file_gets_a_suggestion_and_is_asked_about() -> None:
    reading = unknown("-1,50", "2,00")
    assert reading.layout is None
    assert reading.mapping is None
    assert reading.suggestion == Mapping(
        0, amount=2, description=(1,), date_format="DD/MM/YYYY", decimal=","
    )
    assert question_fields(reading) == ["columns", "positive_means"]
    assert reading.sentence.startswith("A file Outlay does not know yet, 2 rows, 31 Jan 2026")


@pytest.mark.parametrize(
    ("amounts", "dates", "asked"),
    [
        (("-1.50", "2.00"), ("03/04/2026",), {"date_format", "positive_means"}),
        (("1.000", "-2.500"), ("31/01/2026",), {"decimal", "positive_means"}),
        (("1.000", "2,50", "3.50"), ("31/01/2026",), {"decimal", "positive_means"}),
        (("-10", "20"), ("31/01/2026",), {"decimal", "positive_means"}),
        (("1.50", "2.00"), ("31/01/2026",), {"positive_means"}),
    ],
)
def test_where_two_readings_fit_it_asks(
    amounts: tuple[str, ...], dates: tuple[str, ...], asked: set[str]
) -> None:
    reading = unknown(*amounts, dates=dates)
    assert set(question_fields(reading)) == {"columns"} | asked
    for question in reading.questions:
        assert len(question.choices) > 1
        assert all(value and label for value, label in question.choices)


def test_an_answer_leaves_no_question() -> None:
    reading = unknown("1.000", "-2.500", dates=("03/04/2026",))
    assert reading.suggestion is not None
    answers: dict[str, Any] = {
        q.field: q.choices[0][0] for q in reading.questions if q.field != "columns"
    }
    again = read_text(
        "When;What;Amount\n03/04/2026;a;1.000\n", mapping=replace(reading.suggestion, **answers)
    )
    assert again.questions == ()
    assert again.sentence.startswith("Read with your columns, 1 row")


def test_open_styles_of_a_given_mapping_are_decided_from_the_rows() -> None:
    reading = read(b"a;b\n31/01/2026;-1,50\n", mapping=Mapping(0, amount=1, positive_means="in"))
    assert reading.questions == ()
    assert reading.mapping is not None
    assert (reading.mapping.date_format, reading.mapping.decimal) == ("DD/MM/YYYY", ",")


def test_the_running_balance_decides_the_sign() -> None:
    text = "Date,Text,Amount,Balance\n2026-01-30,a,{}5.00,100.00\n2026-01-31,b,{}7.00,{}.00\n"
    spent = read_text(text.format("", "", 93))
    earned = read_text(text.format("", "", 107))
    assert spent.suggestion is not None
    assert earned.suggestion is not None
    assert (spent.suggestion.positive_means, earned.suggestion.positive_means) == ("out", "in")
    assert question_fields(spent) == ["columns"]


@pytest.mark.parametrize(
    ("out", "means"), [(("5.00", "", "7.00"), "out"), (("-5.00", "", "-7.00"), "in")]
)
def test_money_out_may_carry_a_minus_or_not(out: tuple[str, ...], means: str) -> None:
    rows = "".join(
        f"2026-01-3{i % 2},x,{cell},{'' if cell else '9.00'}\n" for i, cell in enumerate(out)
    )
    reading = read_text("Date,Text,Debit,Credit\n" + rows)
    assert reading.suggestion is not None
    assert (reading.suggestion.money_out, reading.suggestion.money_in) == (2, 3)
    assert reading.suggestion.positive_means == means


@pytest.mark.parametrize(("out", "into"), [("Debit", "Credit"), ("S", "H"), ("af", "Bij")])
def test_a_column_of_words_may_say_the_direction(out: str, into: str) -> None:
    reading = read_text(f"Day;Text;Sum;Way\n31.01.2026;x;5,00;{out}\n30.01.2026;y;7,00;{into}\n")
    assert question_fields(reading) == ["columns"]
    assert reading.suggestion is not None
    assert (reading.suggestion.amount, reading.suggestion.direction) == (2, 3)
    assert out.casefold() in reading.suggestion.out_words
    assert into.casefold() in reading.suggestion.in_words


@pytest.mark.parametrize(
    ("amounts", "dates", "labels"),
    [
        (
            ("1.000", "-2.500"),
            ("31/01/2026",),
            {
                "Decimal point: “1.000” is 1.000",
                "Decimal comma: “1.000” is 1000",
                "“1.000” is money in, “-2.500” is money out",
                "“1.000” is money out, “-2.500” is money in",
            },
        ),
        (
            ("2.50", "3,50"),
            ("03/04/2026",),
            {
                "Decimal point, as in “2.50”",
                "Decimal comma, as in “3,50”",
                "DD/MM/YYYY: “03/04/2026” is 3 Apr 2026",
                "MM/DD/YYYY: “03/04/2026” is 4 Mar 2026",
                "“2.50” is money in",
                "“2.50” is money out",
            },
        ),
    ],
)
def test_questions_show_examples_of_the_file(
    amounts: tuple[str, ...], dates: tuple[str, ...], labels: set[str]
) -> None:
    asked = unknown(*amounts, dates=dates).questions
    assert {label for q in asked if q.field != "columns" for _, label in q.choices} == labels


def test_an_old_file_in_pence_is_not_read_without_asking() -> None:
    text = (
        "id,created,amount,currency,local_amount,local_currency,category,emoji,description\n"
        "tx_1,2026-02-25 12:34:56 +0000,-10,GBP,-10,GBP,general,,Shop\n"
    )
    reading = read_text(text)
    assert reading.mapping is None
    assert {"columns", "decimal", "positive_means"} == set(question_fields(reading))
    assert reading.suggestion is not None
    assert (reading.suggestion.date, reading.suggestion.amount) == (1, 2)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "DEBIT,20260124120000[0:GMT],Shop in town,-85.00\nCREDIT,20260123,Pay,20.00\n",
            Mapping(1, amount=3, description=(2,), date_format="YYYYMMDD", decimal="."),
        ),
        (
            '24.12.2026,Check,122,-$76.00,"","$1,750.06"\n24.12.2026,Pay,"","",+$327.49,"$1,826.06"\n',
            Mapping(
                0,
                money_out=3,
                money_in=4,
                balance=5,
                description=(1,),
                date_format="DD.MM.YYYY",
                decimal=".",
                positive_means="in",
            ),
        ),
        (
            "0075;Shop  a;22.1.2026;22.1.2026;-18,00;EUR\n0075;Pay;1.1.2026;17.1.2026;+9,05;EUR\n",
            Mapping(2, amount=4, description=(1,), date_format="DD.MM.YYYY", decimal=","),
        ),
    ],
)
def test_files_without_a_header_get_numbered_columns(text: str, expected: Mapping) -> None:
    reading = read_text(text)
    assert reading.header_line is None
    assert reading.headers[0] == "Column 1"
    assert reading.rows == 2
    assert reading.suggestion == expected
    assert "columns" in question_fields(reading)
    chosen = replace(expected, positive_means="in")
    assert read_text(text, mapping=chosen).questions == ()


def test_figures_that_do_not_add_up_are_not_taken_for_a_balance() -> None:
    reading = read_text("2026-01-30,x,-5.00,1.25\n2026-01-31,y,-7.00,1.25\n")
    assert reading.suggestion is not None
    assert (reading.suggestion.amount, reading.suggestion.balance) == (2, None)
    assert reading.balance_proof is None
    assert reading.rows == 2


def test_a_mapping_beyond_the_file_is_asked_about() -> None:
    reading = read(CHASE.encode(), mapping=Mapping(0, amount=40))
    assert question_fields(reading) == ["columns"]


def test_ids_count_only_where_each_row_has_its_own() -> None:
    assert read(RABOBANK.encode()).reference_unique
    assert not read(RABOBANK.replace('"0002"', '"0001"').encode()).reference_unique
    assert not read(RABOBANK.replace('"0002"', '" "').encode()).reference_unique


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"hello world", "no columns"),
        (b"hello\nworld\n", "no columns"),
        (b"a,b\nc,d\n", "no rows of a statement"),
        (N26.splitlines()[0].encode(), "a header but no rows"),
        ((N26 + '2026-01-03,2026-01-03,"Open\n' + "x\n" * 9).encode(), "line 4"),
        ((N26 + '2026-01-03,2026-01-03,"Open' + "x" * 5_000_000).encode(), "longer than|more than"),
    ],
)
def test_refuses_what_has_no_rows(content: bytes, reason: str) -> None:
    with pytest.raises(StatementRefused, match=reason):
        read(content)


def test_a_demanded_layout_must_fit() -> None:
    assert read_text(N26, layout="n26").layout == "n26"
    with pytest.raises(StatementRefused, match="lacks columns"):
        read_text(N26, layout="dkb")
    with pytest.raises(StatementRefused, match="no layout called"):
        read_text(N26, layout="bank of nowhere")


def test_a_named_encoding_is_used() -> None:
    assert read(N26_OLD.encode("cp1252"), encoding="latin-1").encoding == "iso8859-1"
    with pytest.raises(StatementRefused, match="encoding"):
        read(N26.encode(), encoding="rot13")


def test_a_separator_line_for_spreadsheets_is_a_preamble() -> None:
    reading = read_text("sep=;\n" + ING)
    assert (reading.layout, reading.header_line) == ("ing-nl", 2)


def test_the_sample_can_be_shown() -> None:
    text = CHASE.replace("Store", "S\u0007t\u202eore" + "x" * 5000)
    assert all(len(cell) <= 200 and cell.isprintable() for cell in read_text(text).sample[0])


@pytest.mark.parametrize(("header", "code"), [("Amount (USD)", "USD"), ("Amount (NET)", None)])
def test_a_header_may_name_the_currency(header: str, code: str | None) -> None:
    reading = read_text(f"Date;Text;{header}\n2026-01-31;x;-1.50\n")
    assert reading.currency == code


def test_too_many_columns_are_refused() -> None:
    with pytest.raises(StatementRefused, match="more than 500 columns"):
        read_text("2026-01-31,1.50" + ",x" * 600 + "\n")
