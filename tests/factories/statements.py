"""Bank statements with their truth: the same entries, written the way each bank writes them."""

import csv
import datetime as dt
import io
import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

START = dt.date(2026, 1, 1)
_PAYEES = (
    ("Bäckerei Özdemir", "Groceries"),
    ('Trattoria "Da Mario"', "Restaurants"),
    ("Kiosk; Tabak, Presse", "Shopping"),
    ("L’Épicerie", "Groceries"),
    ("Stadtwerke", "Utilities"),
    ("=HYPERLINK(1)", "Shopping"),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One booking; ``minor`` is negative for money out."""

    date: dt.date
    payee: str
    minor: int
    category: str = ""


Entries = Sequence[Entry]


def entries(count: int, *, seed: int = 1, start: dt.date = START, days: int = 90) -> list[Entry]:
    """Invent ``count`` bookings over ``days``, by date; the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - nothing secret
    found = []
    for number in range(count):
        payee, category = chance.choice(_PAYEES)
        minor = -chance.randint(1, 250_000)
        if number % 9 == 0:
            payee, category, minor = "Employer GmbH", "Salary", chance.randint(1000, 400_000)
        day = start + dt.timedelta(days=chance.randrange(days))
        found.append(Entry(day, f"{payee} {number}", minor, category))
    return sorted(found, key=lambda entry: entry.date)


def total(of: Iterable[Entry]) -> int:
    """Return the signed sum in minor units."""
    return sum(entry.minor for entry in of)


def months(of: Iterable[Entry]) -> dict[tuple[int, int], tuple[int, int, int]]:
    """Return (spent, received, count) of every month, in minor units."""
    spent: Counter[tuple[int, int]] = Counter()
    received: Counter[tuple[int, int]] = Counter()
    count: Counter[tuple[int, int]] = Counter()
    for entry in of:
        month = (entry.date.year, entry.date.month)
        (received if entry.minor > 0 else spent)[month] += abs(entry.minor)
        count[month] += 1
    return {month: (spent[month], received[month], count[month]) for month in count}


def point(minor: int) -> str:
    """Write -123456 as -1234.56."""
    return f"{'-' if minor < 0 else ''}{abs(minor) // 100}.{abs(minor) % 100:02d}"


def comma(minor: int) -> str:
    """Write -123456 as -1.234,56."""
    whole = f"{abs(minor) // 100:,}".replace(",", ".")
    return f"{'-' if minor < 0 else ''}{whole},{abs(minor) % 100:02d}"


def _csv(header: str, rows: Iterable[Sequence[object]], delimiter: str = ",", **style: int) -> str:
    """Write rows below a header that is given as its line."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n", **style).writerows(rows)  # type: ignore[arg-type]
    return f"{header}\n{text.getvalue()}"


def n26(of: Entries) -> bytes:
    header = (
        '"Booking Date","Value Date","Partner Name","Partner Iban",Type,"Payment Reference",'
        '"Account Name","Amount (EUR)","Original Amount","Original Currency","Exchange Rate"'
    )
    rows = (
        [e.date, e.date, e.payee, "", "Presentment", "", "Main", point(e.minor), *[""] * 3]
        for e in of
    )
    return _csv(header, rows).encode()


def ing_nl(of: Entries) -> bytes:
    header = (
        '"Datum";"Naam / Omschrijving";"Rekening";"Tegenrekening";"Code";"Af Bij";'
        '"Bedrag (EUR)";"Mutatiesoort";"Mededelingen";"Saldo na mutatie";"Tag"'
    )
    rows, balance = [], 100_000
    for e in of:
        balance += e.minor
        way = "Af" if e.minor < 0 else "Bij"
        figure = comma(abs(e.minor)).replace(".", "")
        rows.append(
            [f"{e.date:%Y%m%d}", e.payee, "NL01", "", "BA", way, figure, "", "", comma(balance), ""]
        )
    return _csv(header, rows, ";", quoting=csv.QUOTE_ALL).encode()


def dkb(of: Entries) -> bytes:
    preamble = '"Girokonto";"DE01"\n""\n"Kontostand vom 31.03.2026:";"1.234,56 €"\n""\n'
    header = (
        '"Buchungsdatum";"Wertstellung";"Status";"Zahlungspflichtige*r";"Zahlungsempfänger*in";'
        '"Verwendungszweck";"Umsatztyp";"IBAN";"Betrag (€)";"Gläubiger-ID";"Mandatsreferenz";'
        '"Kundenreferenz"'
    )

    def row(e: Entry) -> list[str]:
        # This bank drops trailing zeros: 1.000 is a thousand.
        figure = comma(e.minor)
        figure = figure.rstrip("0").removesuffix(",") if "," in figure else figure
        day = f"{e.date:%d.%m.%y}"
        return [day, day, "Gebucht", "", e.payee, "", "", "", figure, "", "", ""]

    return (preamble + _csv(header, map(row, of), ";", quoting=csv.QUOTE_ALL)).encode("utf-8-sig")


def chase(of: Entries) -> bytes:
    header = "Transaction Date,Post Date,Description,Category,Type,Amount,Memo"
    rows = (
        [
            f"{e.date:%m/%d/%Y}",
            f"{e.date:%m/%d/%Y}",
            e.payee,
            e.category,
            "Sale",
            point(e.minor),
            "",
        ]
        for e in of
    )
    return _csv(header, rows).encode()


def revolut(of: Entries) -> bytes:
    header = (
        "Type,Product,Started Date,Completed Date,Description,Amount,Fee,Currency,State,Balance"
    )
    rows: list[list[object]] = []
    balance = 100_000
    for number, e in enumerate(of):
        fee = 50 if number % 5 == 0 else 0  # what moved is the amount less the fee
        balance += e.minor
        moved = [point(e.minor + fee), point(fee), "EUR", "COMPLETED", point(balance)]
        times = [f"{e.date} 09:30:00", f"{e.date} 18:00:00"]
        rows.append(["Card Payment", "Current", *times, e.payee, *moved])
    pending = ["Card Payment", "Current", "2026-03-31 09:30:00", "", "Not yet", "-5.00", "0.00"]
    return _csv(header, [*rows, [*pending, "EUR", "PENDING", ""]]).encode()


def outlay(of: Entries, *, account: str = "Main account") -> bytes:
    header = "date,description,amount,currency,category,account"
    rows = ([e.date, _guarded(e.payee), point(e.minor), "EUR", e.category, account] for e in of)
    return _csv(header, rows).encode()


def _guarded(text: str) -> str:
    return f"'{text}" if text.startswith("=") else text


LAYOUTS: dict[str, Callable[[Entries], bytes]] = {
    "n26": n26,
    "ing-nl": ing_nl,
    "dkb": dkb,
    "chase": chase,
    "revolut": revolut,
    "outlay": outlay,
}
"""Writers of the layouts that are recognised without asking, by the layout's id."""


def simple(*rows: tuple[str, str, str]) -> str:
    """Write rows of (date, description, amount) as Outlay's own file."""
    header = "date,description,amount,currency,category,account"
    return _csv(header, ([date, text, amount, "EUR", "", ""] for date, text, amount in rows))
