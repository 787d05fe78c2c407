"""The activity log: writing down what was done, in the transaction that does it."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Table, delete, insert, select

from app.core import clock
from app.models.accounts import Account
from app.models.activities import NOBODY, Activity, Trace
from app.models.base import Base, session, store
from app.models.categories import Category
from app.models.payees import Payee
from app.models.rules import Rule
from app.models.splits import Split, SplitLine
from app.models.tags import Tag
from app.models.transactions import Transaction
from app.models.users import Circumstances
from app.services import splits, tags

_TABLE: Table = Activity.__table__  # type: ignore[assignment]
_ADDING = insert(_TABLE)
_KEPT: dict[type[Base], tuple[str, ...]] = {
    Transaction: (
        "kind", "date", "amount", "currency", "description", "payee", "notes", "account_id",
        "to_account_id", "to_amount", "to_currency", "category_id", "tags", "splits", "state",
        "to_state", "refund_of_id", "created_by_id", "created_at", "import_id", "import_line",
        "fingerprint", "occurrence", "version",
    ),
    Account: (
        "name", "type", "currency", "opening_balance", "opening_date", "group", "position",
        "archived_at",
    ),
    Category: ("name", "type", "parent_id", "color", "icon", "archived_at"),
    Payee: ("name", "suggests"),
    Tag: ("name",),
    Rule: ("name", "active", "match", "stop", "conditions", "actions"),
}  # fmt: skip
"""What the log keeps of a row of money: enough to make it again."""

_UNKNOWN_BEFORE: dict[str, Any] = {
    "to_account_id": None, "to_amount": None, "to_currency": None, "tags": [], "splits": [],
    "state": "open", "to_state": "open", "refund_of_id": None,
}  # fmt: skip
"""What lines of the log do not say that were written before there was such a thing."""

MOST_FAILURES = 20
"""So many failed sign-ins of one account are noted in an hour; a stranger can add no more."""
_BATCH = 5000


def record(
    by: Trace,
    kind: str,
    subject: Base | None = None,
    *,
    ledger_id: int | None = None,
    user_id: int | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    bulk_change_id: int | None = None,
    **details: Any,
) -> Activity:
    """Add a line to the log; ``details`` hold ids and plain values, never secrets.

    ``subject`` is the row it happened to. It belongs to ``ledger_id``, which a row of money brings
    along, or to the account of the person ``user_id``. It can be part of a bulk change.
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
        bulk_change_id=bulk_change_id,
        before=before,
        after=after,
        details=details | _by(by),
    )
    session.add(activity)
    return activity


def record_change(
    by: Trace, kind: str, row: Base, before: dict[str, Any] | None, **details: Any
) -> None:
    """Note that a row of money is no longer as ``before``; nothing where it is still the same."""
    after = snapshot(row)
    if before is None or _without_version(before) != _without_version(after):
        record(by, kind, row, before=before, after=after, **details)


def record_removal(by: Trace, kind: str, row: Base) -> None:
    """Note that a row of money is about to go."""
    record(by, kind, row, before=snapshot(row))


def record_sign_in(user_id: int, circumstances: Circumstances, strength: str) -> None:
    """Note that a person signed in, and by what they proved who they are."""
    by, way = circumstances.visitor.of(user_id), circumstances.kind
    record(by, "user.signed_in", user_id=user_id, way=way, strength=strength)


def record_failed_sign_in(circumstances: Circumstances, user_id: int | None) -> None:
    """Note a failed sign-in to an account, as long as there are not too many.

    What is not kept, such as of an address without an account (None), is written and taken back:
    a transaction that stores nothing would be over sooner, and tell that there is no account.
    """
    recent = clock.now() - dt.timedelta(hours=1)
    failures = select(Activity.id).where(
        Activity.user_id == (user_id or 0),
        Activity.kind == "user.sign_in_failed",
        Activity.at > recent,
    )
    noted = len(session.scalars(failures.limit(MOST_FAILURES)).all())
    way = circumstances.kind
    line = record(circumstances.visitor, "user.sign_in_failed", user_id=user_id, way=way)
    session.flush()
    if user_id is None or noted >= MOST_FAILURES:
        session.execute(delete(Activity).where(Activity.id == line.id))


def remove_before(instant: dt.datetime) -> bool:
    """Drop a batch of what is older; False when that was all."""
    old = select(Activity.id).where(Activity.at < instant).order_by(Activity.at).limit(_BATCH)
    ids = session.scalars(old).all()
    gone = delete(Activity).where(Activity.id.in_(ids))
    session.execute(gone.execution_options(synchronize_session=False))
    return len(ids) == _BATCH


def snapshot(row: Base) -> dict[str, Any]:
    """Return a row of money as the log keeps it: dates and instants as text, bytes as hex."""
    return {name: _plain(getattr(row, name)) for name in _KEPT[type(row)]}


def snapshots(row_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Return transactions as the log keeps them, by their ids, without loading any."""
    names = [name for name in _KEPT[Transaction] if name not in {"tags", "splits"}]
    columns = [getattr(Transaction, name) for name in names]
    query = select(Transaction.id, *columns).where(Transaction.id.in_(row_ids))
    tag_names, lines = tags.names_by_row(row_ids), splits.lines_by_row(row_ids)
    return {
        row_id: {name: _plain(value) for name, value in zip(names, row, strict=True)}
        | {
            "tags": tag_names.get(row_id, []),
            "splits": [line.values for line in lines.get(row_id, [])],
        }
        for row_id, *row in session.execute(query).all()
    }


def record_many(
    by: Trace,
    kind: str,
    ledger_id: int,
    steps: Mapping[int, tuple[Any, Any]],
    bulk_change_id: int | None = None,
    **details: Any,
) -> None:
    """Note what transactions were before and after one step, a line for each row's id."""
    now = clock.now()
    more = {"bulk_change_id": bulk_change_id, "details": details | _by(by)}
    _store(_line(now, by, kind, ledger_id, row_id, *step) | more for row_id, step in steps.items())


def record_new(kind: str, rows: Sequence[tuple[Transaction, Trace]]) -> None:
    """Note that transactions are new, each by somebody."""
    now = clock.now()
    _store(_line(now, by, kind, row.ledger_id, row.id, None, snapshot(row)) for row, by in rows)


def _line(
    now: dt.datetime, by: Trace, kind: str, ledger_id: int, row_id: int, before: Any, after: Any
) -> dict[str, Any]:
    """Return the columns of a line about a transaction."""
    return {
        "at": now,
        "kind": kind,
        "actor_id": by.user_id,
        "address": by.address[:45],
        "user_agent": by.user_agent[:300],
        "ledger_id": ledger_id,
        "subject_type": "transaction",
        "subject_id": row_id,
        "before": before,
        "after": after,
        "details": _by(by),
    }


def _store(lines: Iterable[dict[str, Any]]) -> None:
    stored = list(lines)
    if stored:
        store(_ADDING, stored)


def values(kept: dict[str, Any]) -> dict[str, Any]:
    """Return what :func:`snapshot` kept of a transaction as values of the row again."""
    fingerprint = kept["fingerprint"]
    return (
        _UNKNOWN_BEFORE
        | kept
        | {
            "date": dt.date.fromisoformat(kept["date"]),
            "created_at": dt.datetime.fromisoformat(kept["created_at"]),
            "fingerprint": None if fingerprint is None else bytes.fromhex(fingerprint),
        }
    )


def _by(trace: Trace) -> dict[str, str]:
    if trace.user_id is not None:
        return {}
    return {"by": "program" if trace == NOBODY else "stranger"}


def _without_version(kept: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in kept.items() if name != "version"}


def _plain(value: Any) -> Any:
    if isinstance(value, dt.date):  # an instant is one, too
        return value.isoformat()
    if isinstance(value, list):
        return [one.values if isinstance(one, Split | SplitLine) else one for one in value]
    return value.hex() if isinstance(value, bytes) else value
