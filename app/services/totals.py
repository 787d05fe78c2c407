"""Kept totals: account balances and monthly sums, changed in the transaction that changes a row."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from app.models.base import session, upsert
from app.models.totals import NO_CATEGORY, MonthlyTotal
from app.models.transactions import Transaction
from app.services import accounts

TABLE = MonthlyTotal.__table__


@dataclass(frozen=True, slots=True)
class Entry:
    """What a row adds to the kept totals; ``times`` is -1 to take it away again."""

    ledger_id: int
    month: int
    account_id: int
    kind: str
    category_id: int
    amount: int
    times: int = 1

    @classmethod
    def of(cls, row: Transaction, times: int = 1) -> "Entry":
        """Return what ``row`` adds, as it is now."""
        return cls(
            ledger_id=row.ledger_id,
            month=row.month,
            account_id=row.account_id,
            kind=row.kind,
            category_id=row.category_id or NO_CATEGORY,
            amount=row.amount,
            times=times,
        )


def apply(entries: Iterable[Entry]) -> None:
    """Add entries to the account balances and monthly totals."""
    for entry in entries:
        signed = entry.amount if entry.kind == "income" else -entry.amount
        accounts.shift(entry.account_id, signed * entry.times)
        session.execute(
            added(),
            {
                "ledger_id": entry.ledger_id,
                "month": entry.month,
                "account_id": entry.account_id,
                "kind": entry.kind,
                "category_id": entry.category_id,
                "amount": entry.amount * entry.times,
                "count": entry.times,
            },
        )


def added():  # type: ignore[no-untyped-def]
    """Return the INSERT that adds an amount and a count to a total that may exist already."""
    insert = upsert(TABLE)
    return insert.on_conflict_do_update(
        index_elements=list(TABLE.primary_key.columns),
        set_={
            "amount": TABLE.c.amount + insert.excluded.amount,
            "count": TABLE.c.count + insert.excluded.count,
        },
    )


def months_with_rows(ledger_id: int) -> list[int]:
    """Return the months that have rows, newest first, as year * 100 + month."""
    query = (
        select(MonthlyTotal.month)
        .where(MonthlyTotal.ledger_id == ledger_id, MonthlyTotal.count > 0)
        .distinct()
        .order_by(MonthlyTotal.month.desc())
    )
    return list(session.scalars(query))
