"""A household that never was: three years of believable rows for the demo account."""

import calendar
import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Habit:
    """Something a household pays or earns: how often a month, between which amounts, and when.

    Amounts are in minor units, negative for money out; ``day`` is None for any day of the month.
    """

    payee: str
    category: str
    least: int
    most: int
    times: float
    day: int | None = None
    account: str = "Main account"


HABITS = (
    Habit("Northside Housing", "Home / Rent", -98000, -98000, 1, 1),
    Habit("City Power & Water", "Home / Utilities", -11800, -7400, 1, 4),
    Habit("Fibre Home Internet", "Home / Utilities", -3499, -3499, 1, 6),
    Habit("IKEA", "Home / Household", -18900, -1290, 0.4),
    Habit("Harbour Design Studio", "Salary", 346000, 346000, 1, 27),
    Habit("Freelance: Blue Door Café", "Other income", 18000, 64000, 0.35),
    Habit("Corner Grocer", "Food / Groceries", -7890, -980, 6),
    Habit("Farmers' Market", "Food / Groceries", -3450, -720, 3),
    Habit("Bakery Zoë", "Food / Groceries", -1180, -240, 7),
    Habit("Trattoria da Mario", "Food / Restaurants", -6890, -1850, 2.2),
    Habit("Noodle Bar", "Food / Restaurants", -2650, -1090, 2.5),
    Habit("Metro monthly ticket", "Transport / Public transport", -5800, -5800, 1, 2),
    Habit("Fuel Stop 24", "Transport / Fuel", -7900, -3800, 1.2),
    Habit("Cityride", "Transport / Taxi", -2350, -870, 1.1),
    Habit("Streamly", "Leisure / Subscriptions", -1299, -1299, 1, 12),
    Habit("Tune Club", "Leisure / Subscriptions", -1099, -1099, 1, 17),
    Habit("Climbing Hall", "Leisure / Sport", -1450, -1200, 2.4),
    Habit("Cinema Lumière", "Leisure / Going out", -3200, -1150, 1.3),
    Habit("Linen & Wool", "Shopping / Clothing", -14900, -1990, 0.7),
    Habit("Pixel Electronics", "Shopping / Electronics", -42900, -1990, 0.25),
    Habit("Pharmacy at the Gate", "Health / Pharmacy", -4200, -490, 1),
    Habit("Dr. Lindqvist", "Health / Doctor", -9500, -3000, 0.2),
    Habit("Harbour Insurance", "Insurance", -6725, -6725, 1, 3),
    Habit("Evening School", "Education", -14000, -14000, 0.12),
    Habit("Flowers Amélie", "Gifts and donations", -4900, -1500, 0.5),
    Habit("Account fee", "Fees and taxes", -490, -490, 1, 28),
    Habit("Cash machine", "Cash", -15000, -4000, 0.9),
    Habit("Linen & Wool: return", "Refunds", 1990, 8900, 0.2),
    Habit("Interest", "Interest and dividends", 640, 1280, 1, 28, "Savings"),
)
HOLIDAYS = (
    Habit("Coastline Rail", "Travel", -18900, -7900, 2),
    Habit("Pension Belvedere", "Travel", -74000, -32000, 1),
    Habit("Seaside Grill", "Food / Restaurants", -5400, -1900, 4),
)
HOLIDAY_MONTHS = (2, 7, 8)

Entry = tuple[dt.date, Habit, int]


def entries(first: dt.date, last: dt.date, seed: int) -> Iterator[Entry]:
    """Yield (date, habit, minor units) from ``first`` to ``last``; the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - nothing secret
    for year, month in _months(first, last):
        habits = HABITS + (HOLIDAYS if month in HOLIDAY_MONTHS else ())
        for habit in habits:
            for date in _dates(habit, year, month, chance):
                if first <= date <= last:
                    yield date, habit, chance.randint(habit.least, habit.most)


def _months(first: dt.date, last: dt.date) -> Iterator[tuple[int, int]]:
    year, month = first.year, first.month
    while (year, month) <= (last.year, last.month):
        yield year, month
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)


def _dates(habit: Habit, year: int, month: int, chance: random.Random) -> Iterator[dt.date]:
    days = calendar.monthrange(year, month)[1]
    times = int(habit.times) + (chance.random() < habit.times % 1)
    for _ in range(times):
        yield dt.date(year, month, min(habit.day or chance.randint(1, days), days))
