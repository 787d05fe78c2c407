"""Selections: the rows that somebody means to change at once, and what they come to."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import case, or_, select

from app.core.errors import Invalid
from app.core.rows import AnyRow
from app.models.base import session
from app.models.transaction_lists import Filters
from app.models.transactions import Transaction
from app.services import list_filters
from app.services.bulk_changes import MOST

_SIGNED = case((Transaction.kind == "income", Transaction.amount), else_=-Transaction.amount)
_RECONCILED = or_(Transaction.state == "reconciled", Transaction.to_state == "reconciled")
_COLUMNS = (
    Transaction.id,
    Transaction.kind,
    Transaction.currency,
    _SIGNED.label("amount"),
    _RECONCILED.label("is_reconciled"),
)


@dataclass(frozen=True, slots=True)
class Selection:
    """The rows that were chosen and are there.

    ``sums`` is what they come to in each currency, in minor units; transfers, which move money
    within the ledger, do not count. ``gone`` are those that were chosen and are not there.
    """

    ids: Sequence[int]
    gone: int
    reconciled: int
    sums: Sequence[tuple[str, int]]

    @property
    def rows(self) -> int:
        """How many rows are there."""
        return len(self.ids)


def of_ids(ledger_id: int, ids: Sequence[int]) -> Selection:
    """Return the selection of rows that are named. Invalid where these are too many."""
    if len(ids) > MOST:
        raise Invalid(errors={"ids": [f"At most {MOST:,} rows at once. Choose fewer."]})
    query = select(*_COLUMNS).where(Transaction.ledger_id == ledger_id, Transaction.id.in_(ids))
    return _added_up(session.execute(query).all(), len(set(ids)))


def of_filters(ledger_id: int, filters: Filters) -> Selection:
    """Return the selection of all rows that pass ``filters``. Invalid where these are too many."""
    query = select(*_COLUMNS).where(*list_filters.conditions(ledger_id, filters)).limit(MOST + 1)
    rows = session.execute(query).all()
    if len(rows) > MOST:
        message = f"More than {MOST:,} rows match. Narrow the list, by dates for example."
        raise Invalid(message, errors={"filters": [message]})
    return _added_up(rows, len(rows))


def _added_up(rows: Sequence[AnyRow], chosen: int) -> Selection:
    sums: dict[str, int] = {}
    for row in rows:
        if row.kind != "transfer":
            sums[row.currency] = sums.get(row.currency, 0) + row.amount
    return Selection(
        ids=[row.id for row in rows],
        gone=chosen - len(rows),
        reconciled=sum(1 for row in rows if row.is_reconciled),
        sums=sorted(sums.items()),
    )
