"""Files to import: as a bank gives them, with text a person might find in them."""

import csv
import datetime as dt
import random
from collections.abc import Iterator
from pathlib import Path

HEADER = (
    "Booking Date", "Value Date", "Partner Name", "Partner Iban", "Type", "Payment Reference",
    "Account Name", "Amount (EUR)", "Original Amount", "Original Currency", "Exchange Rate",
)  # fmt: skip
FIRST, LAST = dt.date(2023, 1, 1), dt.date(2025, 12, 31)

# Payee, reference, smallest and largest amount in minor units; "#" becomes a digit.
_HABITS = (
    ("Nordlicht Markt", "Card payment ######## Hamburg", -9850, -640),
    ("Bäckerei Zoë Lindqvist", "Kartenzahlung ####", -1290, -180),
    ("Deutsche Bahn Vertrieb GmbH", "Ticket ######, Berlin Hbf - Köln Hbf", -8990, -1190),
    ("Tankhof 24", "VISA ####, Säule ##", -9400, -3500),
    ("Café “Blue Door”, Inh. Åberg", "Danke für Ihren Besuch! ####", -980, -320),
    ("Trattoria da Mario", "Tisch ##, Rechnung ######", -7800, -1450),
    ("Pixel Electronics S.à r.l.", "Order ###-#######-####### EUR", -15990, -499),
    ("Apotheke am Tor", "Rezept ######", -4550, -395),
    ("Cityride B.V.", "Trip ########", -2350, -870),
    ("Harbour Insurance", "Policy ########, contribution", -6725, -2725),
    ("Wohnbau Süd eG", "Miete, Vertrag ######", -118000, -82000),
    ("Streamly", "Subscription ########", -1599, -799),
    ("Linen & Wool", "Return of order #######", 899, 8990),
    ("Harbour Design Studio", "Salary, staff no. ####", 234500, 364500),
)


def write(path: Path, rows: int, seed: int) -> None:
    """Write a statement of ``rows`` rows in date order; the same one for the same seed."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(_rows(rows, random.Random(seed)))  # noqa: S311 - nothing secret


def _rows(rows: int, chance: random.Random) -> Iterator[tuple[str, ...]]:
    days = (LAST - FIRST).days + 1
    for number in range(rows):
        date = (FIRST + dt.timedelta(days=number * days // rows)).isoformat()
        payee, reference, least, most = chance.choice(_HABITS)
        amount = f"{chance.randint(least, most) / 100:.2f}"
        kind = "Income" if most > 0 else "Presentment"
        iban = f"DE{chance.randrange(10**20):020}"
        yield (date, date, payee, iban, kind, filled(reference, chance), "Main", amount, "", "", "")


def filled(text: str, chance: random.Random) -> str:
    """Return ``text`` with a digit in place of every number sign."""
    return "".join(str(chance.randrange(10)) if sign == "#" else sign for sign in text)
