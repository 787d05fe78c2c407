"""The activity log: writing down what was done, in the transaction that does it."""

import datetime as dt
from typing import Any

from app.models.accounts import Account
from app.models.activities import Activity, Trace
from app.models.base import Base, session
from app.models.categories import Category
from app.models.transactions import Transaction

_KEPT: dict[type[Base], tuple[str, ...]] = {
    Transaction: (
        "kind", "date", "amount", "currency", "description", "payee", "notes", "account_id",
        "category_id", "created_by_id", "created_at", "import_id", "import_line", "fingerprint",
        "occurrence",
    ),
    Account: ("name", "type", "currency", "opening_balance", "archived_at"),
    Category: ("name", "type", "parent_id", "color", "icon", "archived_at"),
}  # fmt: skip
"""What the log keeps of a row of money: enough to make it again."""


def record(
    by: Trace,
    kind: str,
    subject: Base | None = None,
    *,
    ledger_id: int | None = None,
    user_id: int | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    **details: Any,
) -> Activity:
    """Add a line to the log; ``details`` hold ids and plain values, never secrets.

    ``subject`` is the row it happened to. It belongs to ``ledger_id``, which a row of money brings
    along, or to the account of the person ``user_id``.
    """
    activity = Activity(
        kind=kind,
        actor_id=by.user_id,
        address=by.address[:45],
        user_agent=by.user_agent[:300],
        ledger_id=ledger_id or getattr(subject, "ledger_id", None),
        user_id=user_id,
        subject_type=type(subject).__name__.lower() if subject else None,
        subject_id=getattr(subject, "id", None),
        before=before,
        after=after,
        details=details,
    )
    session.add(activity)
    return activity


def snapshot(row: Base) -> dict[str, Any]:
    """Return a row of money as the log keeps it: dates and instants as text, bytes as hex."""
    return {name: _plain(getattr(row, name)) for name in _KEPT[type(row)]}


def _plain(value: Any) -> Any:
    if isinstance(value, dt.date):  # an instant is one, too
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else value
