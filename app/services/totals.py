"""Kept totals: account balances and monthly sums, changed in the transaction that changes a row."""

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import Insert, Table

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


def apply(changes: Iterable[Sums]) -> None:
    """Add to the account balances and monthly totals, each in one atomic step."""
    balances: dict[int, int] = defaultdict(int)
    rows = []
    for *key, amount, count in changes:
        # PostgreSQL sums 64-bit integers as decimals.
        rows.append(dict(zip(_NAMES, (*key, int(amount), int(count)), strict=True)))
        _, _, account_id, kind, _ = key
        balances[account_id] += int(amount) if kind == "income" else -int(amount)
    for account_id, difference in balances.items():
        if difference:
            accounts.shift(account_id, difference)
    if rows:
        session.execute(_adding(), rows)


def _adding() -> Insert:
    """Return the INSERT that adds an amount and a count to a total that may exist already."""
    insert = upsert(TABLE)
    return insert.on_conflict_do_update(
        index_elements=_NAMES[:5],
        set_={
            "amount": TABLE.c.amount + insert.excluded.amount,
            "count": TABLE.c.count + insert.excluded.count,
        },
    )
