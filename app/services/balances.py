"""Balances as of any day: the opening balance and the daily totals up to it, never the rows.

The opening balance counts from the account's opening date on, without one always. Rows before that
day count on their own days like all others, so the balance of today is the same wherever the
opening date is put.
"""

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import bindparam, func, select

from app.core.errors import Invalid
from app.models.accounts import Account
from app.models.balances import Balance, BalanceHistory
from app.models.base import read
from app.models.totals import DailyTotal

MOST_POINTS = 400
"""A history has at most so many points: a year of days, seven of weeks."""

_SUMS = select(
    func.coalesce(func.sum(DailyTotal.change), 0).label("change"),
    func.coalesce(func.sum(DailyTotal.cleared), 0).label("cleared"),
).where(DailyTotal.account_id == bindparam("account"))
_UP_TO = _SUMS.where(DailyTotal.date <= bindparam("day"))
_DAYS = (
    select(DailyTotal.date, DailyTotal.change)
    .where(
        DailyTotal.account_id == bindparam("account"),
        DailyTotal.date > bindparam("first"),
        DailyTotal.date <= bindparam("last"),
    )
    .order_by(DailyTotal.date)
)


def as_of(account: Account, day: dt.date | None) -> Balance:
    """Return the balance at the end of a day, None for after all rows; one query."""
    if day is None:
        sums = read(_SUMS, account=account.id).one()
    else:
        sums = read(_UP_TO, account=account.id, day=day).one()
    opening = _opening(account, day)
    balance, cleared = opening + int(sums.change), opening + int(sums.cleared)
    return Balance(account.id, account.currency, day, balance, cleared)


def history(account: Account, first: dt.date, last: dt.date, interval: str) -> BalanceHistory:
    """Return the balance at the ends of the intervals from ``first`` to ``last``; two queries.

    Invalid where these are more than MOST_POINTS.
    """
    _require_few(first, last, interval)
    ends = list(_ends(first, last, interval))
    before = read(_UP_TO, account=account.id, day=ends[0]).one()
    days = read(_DAYS, account=account.id, first=ends[0], last=last).all()
    balances: list[int] = []
    so_far, next_day = int(before.change), 0
    for end in ends:
        while next_day < len(days) and days[next_day].date <= end:
            so_far += int(days[next_day].change)
            next_day += 1
        balances.append(_opening(account, end) + so_far)
    return BalanceHistory(account.id, account.currency, first, last, interval, ends, balances)


def _opening(account: Account, day: dt.date | None) -> int:
    since = account.opening_date
    return account.opening_balance if day is None or since is None or since <= day else 0


def _require_few(first: dt.date, last: dt.date, interval: str) -> None:
    days = (last - first).days
    points = days // {"day": 1, "week": 7, "month": 28}[interval] + 1
    if points > MOST_POINTS:
        longer = {"day": "weeks or months", "week": "months"}.get(interval)
        hint = f"Choose {longer}, or a shorter time." if longer else "Choose a shorter time."
        raise Invalid(errors={"interval": [f"More than {MOST_POINTS} {interval}s. {hint}"]})


def _ends(first: dt.date, last: dt.date, interval: str) -> Iterator[dt.date]:
    """Yield the last day of each interval; of the one that is cut off, ``last``."""
    end = first
    while True:
        if interval == "week":
            end += dt.timedelta(days=6 - end.weekday())
        elif interval == "month":
            end = (end.replace(day=1) + dt.timedelta(days=31)).replace(day=1)
            end -= dt.timedelta(days=1)
        if end >= last:
            break
        yield end
        end += dt.timedelta(days=1)
    yield last
