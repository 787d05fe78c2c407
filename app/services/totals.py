"""Kept totals: balances, daily and monthly sums, changed in the transaction that changes a row."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Insert, Table, case, extract, func, literal, select

from app.models.base import session, store, upsert
from app.models.splits import Split
from app.models.totals import ARRIVAL, NO_CATEGORY, DailyTotal, MonthlyTotal
from app.models.transactions import Transaction
from app.services import accounts

_MONTHS: Table = MonthlyTotal.__table__  # type: ignore[assignment]
_DAYS: Table = DailyTotal.__table__  # type: ignore[assignment]

_MONTH_NAMES = ("ledger_id", "month", "account_id", "kind", "category_id", "amount", "count")
_DAY_NAMES = ("ledger_id", "account_id", "date", "change", "cleared")
MonthSums = tuple[int, int, int, str, int, int, int]
"""(ledger id, month, account id, kind, category id, amount, count): what rows add to a month."""
DaySums = tuple[int, int, dt.date, int, int]
"""(ledger id, account id, date, change, cleared): what rows add to a day of an account."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What rows add to the kept totals, by month and by day."""

    months: Sequence[MonthSums]
    days: Sequence[DaySums]


def of(row: Transaction, times: int = 1) -> Changes:
    """Return what ``row`` adds as it is now; with ``times`` -1 what takes it away again."""
    return Changes(list(_months_of(row, times)), list(_days_of(row, times)))


def _months_of(row: Transaction, times: int) -> Iterator[MonthSums]:
    place = (row.ledger_id, row.month, row.account_id, row.kind)
    if not row.splits:
        yield (*place, row.category_id or NO_CATEGORY, row.amount * times, times)
    for position, split in enumerate(row.splits):
        counted = times if position == 0 else 0
        yield (*place, split.category_id or NO_CATEGORY, split.amount * times, counted)
    if row.to_account_id is not None and row.to_amount is not None:
        arrival = (row.ledger_id, row.month, row.to_account_id, ARRIVAL, NO_CATEGORY)
        yield (*arrival, row.to_amount * times, times)


def _days_of(row: Transaction, times: int) -> Iterator[DaySums]:
    change = row.signed_amount * times
    yield (row.ledger_id, row.account_id, row.date, change, change * (row.state != "open"))
    if row.to_account_id is not None and row.to_amount is not None:
        arrived = row.to_amount * times
        cleared = arrived * (row.to_state != "open")
        yield (row.ledger_id, row.to_account_id, row.date, arrived, cleared)


def of_rows(*conditions: ColumnElement[bool], times: int = 1) -> Changes:
    """Return what the rows that meet ``conditions`` add up to, read from the rows themselves."""
    months = (_plain_months, _split_months, _arrival_months)
    return Changes(
        [row for sums in months for row in sums(conditions, times)],
        [row for sums in (_days, _arrival_days) for row in sums(conditions, times)],
    )


_MONTH = extract("year", Transaction.date) * 100 + extract("month", Transaction.date)


def _plain_months(conditions: Iterable[ColumnElement[bool]], times: int) -> Sequence[Any]:
    keys = (
        Transaction.ledger_id,
        _MONTH,
        Transaction.account_id,
        Transaction.kind,
        func.coalesce(Transaction.category_id, NO_CATEGORY),
    )
    sums = (func.sum(Transaction.amount) * times, func.count() * times)
    return _grouped(_MONTH_NAMES, keys, sums, (*conditions, Transaction.is_split.is_(False)))


def _split_months(conditions: Iterable[ColumnElement[bool]], times: int) -> Sequence[Any]:
    keys = (
        Transaction.ledger_id,
        _MONTH,
        Transaction.account_id,
        Transaction.kind,
        func.coalesce(Split.category_id, NO_CATEGORY),
    )
    rows = func.sum(case((Split.position == 0, times), else_=0))
    sums = (func.sum(Split.amount) * times, rows)
    of_row = Split.transaction_id == Transaction.id
    return _grouped(_MONTH_NAMES, keys, sums, (*conditions, of_row))


def _arrival_months(conditions: Iterable[ColumnElement[bool]], times: int) -> Sequence[Any]:
    keys = (
        Transaction.ledger_id,
        _MONTH,
        Transaction.to_account_id,
        literal(ARRIVAL),
        literal(NO_CATEGORY),
    )
    sums = (func.sum(Transaction.to_amount) * times, func.count() * times)
    arrived = Transaction.to_account_id.is_not(None)
    return _grouped(_MONTH_NAMES, keys, sums, (*conditions, arrived))


def _days(conditions: Iterable[ColumnElement[bool]], times: int) -> Sequence[Any]:
    keys = (Transaction.ledger_id, Transaction.account_id, Transaction.date)
    signed = case((Transaction.kind == "income", Transaction.amount), else_=-Transaction.amount)
    cleared = case((Transaction.state == "open", 0), else_=signed)
    return _grouped(
        _DAY_NAMES, keys, (func.sum(signed) * times, func.sum(cleared) * times), conditions
    )


def _arrival_days(conditions: Iterable[ColumnElement[bool]], times: int) -> Sequence[Any]:
    keys = (Transaction.ledger_id, Transaction.to_account_id, Transaction.date)
    cleared = case((Transaction.to_state == "open", 0), else_=Transaction.to_amount)
    sums = (func.sum(Transaction.to_amount) * times, func.sum(cleared) * times)
    arrived = Transaction.to_account_id.is_not(None)
    return _grouped(_DAY_NAMES, keys, sums, (*conditions, arrived))


def _grouped(
    names: Sequence[str],
    keys: Sequence[Any],
    sums: Sequence[Any],
    conditions: Iterable[ColumnElement[bool]],
) -> Sequence[Any]:
    # Grouped by the labels: PostgreSQL does not see that two expressions with parameters are equal.
    labels = [f"by_{name}" for name in names[: len(keys)]]
    named = [key.label(label) for key, label in zip(keys, labels, strict=True)]
    query = select(*named, *sums).where(*conditions).group_by(*labels)
    return [tuple(row) for row in session.execute(query).all()]


def apply(*changes: Changes) -> None:
    """Add to the account balances and the totals, each in one atomic step."""
    days = _summed(_DAY_NAMES, 3, (row for change in changes for row in change.days))
    months = _summed(_MONTH_NAMES, 5, (row for change in changes for row in change.months))
    balances: dict[int, int] = defaultdict(int)
    for day in days:
        balances[day["account_id"]] += day["change"]
    for account_id, difference in balances.items():
        if difference:
            accounts.shift(account_id, difference)
    dialect = session.get_bind().dialect.name
    if days:
        store(_adding(_DAYS, dialect), days)
    if months:
        store(_adding(_MONTHS, dialect), months)


def _summed(names: Sequence[str], keys: int, rows: Iterable[Sequence[Any]]) -> list[dict[str, Any]]:
    """Return sums by their names, added up for the same first ``keys`` columns.

    As integers: PostgreSQL sums 64-bit integers as decimals.
    """
    sums: dict[tuple[Any, ...], list[int]] = {}
    for row in rows:
        key = tuple(row[:keys])
        so_far = sums.setdefault(key, [0, 0])
        sums[key] = [before + int(more) for before, more in zip(so_far, row[keys:], strict=True)]
    return [dict(zip(names, (*key, *added), strict=True)) for key, added in sums.items()]


@cache
def _adding(table: Table, dialect: str) -> Insert:
    """Return the INSERT that adds sums to a total that may exist already."""
    insert = upsert(table, dialect)
    sums = [column.name for column in table.columns if not column.primary_key]
    added = {name: table.c[name] + insert.excluded[name] for name in sums if name != "ledger_id"}
    return insert.on_conflict_do_update(index_elements=list(table.primary_key), set_=added)
