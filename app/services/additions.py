"""Additions: entries that become rows of a ledger together, each with a line in its log."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.core.errors import OutlayError
from app.models.activities import Trace
from app.models.transactions import Transaction
from app.services import activities, entries, transactions
from app.services.books import Books


@dataclass(frozen=True, slots=True)
class Addition:
    """What somebody ``said`` of a new row, by the names of the API, on their day ``today``."""

    said: Mapping[str, Any]
    by: Trace
    today: dt.date


def record_each(
    ledger_id: int, additions: Sequence[Addition]
) -> Sequence[Transaction | OutlayError]:
    """Add a row for every addition that fits; for one that does not, its error is returned."""
    books = Books(ledger_id)
    resolved = [_resolved(books, addition) for addition in additions]
    fitting = [
        (entry, addition.by)
        for entry, addition in zip(resolved, additions, strict=True)
        if not isinstance(entry, OutlayError)
    ]
    rows = iter(record_all(ledger_id, fitting))
    return [entry if isinstance(entry, OutlayError) else next(rows) for entry in resolved]


def record_all(
    ledger_id: int, resolved: Sequence[tuple[Mapping[str, Any], Trace]]
) -> Sequence[Transaction]:
    """Add rows of the values that :func:`entries.resolve` returns, each by somebody."""
    if not resolved:
        return []
    rows = transactions.record_many(
        ledger_id,
        [
            {**values, "created_by_id": by.user_id, "updated_by_id": by.user_id}
            for values, by in resolved
        ],
    )
    by_row = zip(rows, resolved, strict=True)
    activities.record_new("transaction.created", [(row, by) for row, (_, by) in by_row])
    return rows


def _resolved(books: Books, addition: Addition) -> dict[str, Any] | OutlayError:
    try:
        return entries.resolve(books, addition.said, today=addition.today)
    except OutlayError as error:
        return error
