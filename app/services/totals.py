"""Kept totals: account balances and monthly sums, changed in the transaction that changes a row."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Insert, Table, extract, func, select

from app.models.base import session, upsert
from app.models.totals import NO_CATEGORY, MonthlyTotal
from app.models.transactions import Transaction
from app.services import accounts

TABLE: Table = MonthlyTotal.__table__  # type: ignore[assignment]

_NAMES = ("ledger_id", "month", "account_id", "kind", "category_id", "amount", "count")
Sums = tuple[int, int, int, str, int, int, int]
"""(ledger id, month, account id, kind, category id, amount, count): what rows add to the totals."""


def of(row: Transaction, times: int = 1) -> Sums:
    """Return what ``row`` adds as it is now; with ``times`` -1 what takes it away again."""
    category = row.category_id or NO_CATEGORY
    key = (row.ledger_id, row.month, row.account_id, row.kind, category)
    return (*key, row.amount * times, times)


def of_rows(*conditions: ColumnElement[bool], times: int = 1) -> Sequence[Sums]:
    """Return what the rows that meet ``conditions`` add up to, read from the rows themselves."""
    month = extract("year", Transaction.date) * 100 + extract("month", Transaction.date)
    category = func.coalesce(Transaction.category_id, NO_CATEGORY)
    keys = (Transaction.ledger_id, month, Transaction.account_id, Transaction.kind, category)
    sums = (func.sum(Transaction.amount) * times, func.count() * times)
    # Grouped by the labels: PostgreSQL does not see that two expressions with parameters are equal.
    named: list[Any] = [key.label(name) for key, name in zip(keys, _NAMES, strict=False)]
    query = select(*named, *sums).where(*conditions).group_by(*_NAMES[:5])
    return [tuple(row) for row in session.execute(query).all()]


def apply(changes: Iterable[Sums]) -> None:
    """Add to the account balances and monthly totals, each in one atomic step."""
    balances: dict[int, int] = defaultdict(int)
    rows = []
    for ledger_id, month, account_id, kind, category_id, sum_, count in changes:
        amount = int(sum_)  # PostgreSQL sums 64-bit integers as decimals
        key = (ledger_id, int(month), account_id, kind, category_id)
        rows.append(dict(zip(_NAMES, (*key, amount, count), strict=True)))
        balances[account_id] += amount if kind == "income" else -amount
    for account_id, difference in balances.items():
        if difference:
            accounts.shift(account_id, difference)
    if rows:
        session.execute(_adding(session.get_bind().dialect.name), rows)


@cache
def _adding(dialect: str) -> Insert:
    """Return the INSERT that adds an amount and a count to a total that may exist already."""
    insert = upsert(TABLE, dialect)
    return insert.on_conflict_do_update(
        index_elements=_NAMES[:5],
        set_={
            "amount": TABLE.c.amount + insert.excluded.amount,
            "count": TABLE.c.count + insert.excluded.count,
        },
    )
