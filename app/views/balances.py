"""How an account's balance went, as its page shows it: a picture, and what to see in it."""

import datetime as dt
from dataclasses import dataclass

from app.controllers import accounts
from app.models.accounts import Account
from app.models.balances import BalanceHistory
from app.models.users import Actor
from app.views.formatting import day, month_name, today

PERIODS = {
    "quarter": ("Three months", 91, "day"),
    "year": ("A year", 365, "week"),
    "years": ("Five years", 1826, "month"),
}
"""What a history can show: its name, how many days it goes back, and by what it goes."""


@dataclass(frozen=True, slots=True)
class Course:
    """A history and where in it the balance was lowest."""

    period: str
    history: BalanceHistory
    lowest: int
    lowest_on: dt.date

    @property
    def labels(self) -> list[str]:
        """What stands below the points, and in the first column of the table."""
        by_month = self.history.interval == "month"
        dates = self.history.dates
        return [month_name(date, year=True) if by_month else day(date) for date in dates]

    @property
    def change(self) -> int:
        """How much more there is in the end than at first, in minor units."""
        return self.history.balances[-1] - self.history.balances[0]

    @property
    def is_flat(self) -> bool:
        """Whether nothing ever happened, so that there is nothing to see."""
        return len(set(self.history.balances)) == 1


def course_of(actor: Actor, account: Account, period: str) -> Course:
    """Return how an account's balance went up to today; a year where there is no such period."""
    chosen = period if period in PERIODS else "year"
    _, days, interval = PERIODS[chosen]
    first = today() - dt.timedelta(days=days)
    history = accounts.history(actor, account.id, date_from=first, interval=interval)
    lowest, lowest_on = min(zip(history.balances, history.dates, strict=True))
    return Course(chosen, history, lowest, lowest_on)
