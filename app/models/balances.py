"""Balances of an account as of some day, and how they went from day to day."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

INTERVALS = ("day", "week", "month")


@dataclass(frozen=True, slots=True)
class Balance:
    """What was in an account at the end of a day, in minor units; ``date`` None is after all rows.

    ``cleared_balance`` counts only what the bank has borne out.
    """

    account_id: int
    currency: str
    date: dt.date | None
    balance: int
    cleared_balance: int


@dataclass(frozen=True, slots=True)
class BalanceHistory:
    """An account's balance, in minor units, at the ends of days, weeks or months.

    ``dates`` are these ends, the last one being ``date_to``; weeks end on Sundays.
    """

    account_id: int
    currency: str
    date_from: dt.date
    date_to: dt.date
    interval: str
    dates: Sequence[dt.date]
    balances: Sequence[int]
