"""Splits: the lines of rows that are for several things."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from app.models.base import session
from app.models.splits import Split, SplitLine
from app.models.transactions import Transaction


def put(row: Transaction, lines: Sequence[dict[str, Any]]) -> bool:
    """Give a row exactly these lines of {category_id, amount, notes}; False when it has them.

    A line has its row's date and currency, too.
    """
    place: dict[str, Any] = {"ledger_id": row.ledger_id, "date": row.date, "currency": row.currency}
    wanted = [line | place for line in lines]
    names = (*place, "category_id", "amount", "notes")
    if wanted == [{name: getattr(line, name) for name in names} for line in row.splits]:
        return False
    row.splits.clear()
    session.flush()  # a line in another's place: the old one goes first
    row.splits.extend(Split(position=number, **line) for number, line in enumerate(wanted))
    return True


def lines_by_row(row_ids: Sequence[int]) -> dict[int, list[SplitLine]]:
    """Return the lines of rows, by the rows' ids."""
    columns = (Split.category_id, Split.amount, Split.currency, Split.notes)
    query = (
        select(Split.transaction_id, *columns)
        .where(Split.transaction_id.in_(row_ids))
        .order_by(Split.transaction_id, Split.position)
    )
    found: dict[int, list[SplitLine]] = {}
    for row_id, *line in session.execute(query).all():
        found.setdefault(row_id, []).append(SplitLine._make(line))
    return found
