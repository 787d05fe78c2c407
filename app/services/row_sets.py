"""Rows of money written many at once, by sets and not row by row, with all that is kept of them.

Rows are handed about as the log keeps them (:func:`app.services.activities.snapshots`). Whoever
calls holds the ledger's lock.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import Table, bindparam, delete, insert, select, update

from app.core import clock
from app.models.activities import Trace
from app.models.base import session
from app.models.splits import Split
from app.models.tags import TransactionTag, in_order
from app.models.transactions import Transaction, searchable
from app.models.transfers import TransferHalf
from app.services import activities, payees, tags, totals, transfer_halves

BATCH = 1000

Snapshot = dict[str, Any]
"""A transaction as the log keeps it."""
Steps = dict[int, tuple[Snapshot, Snapshot]]
"""What rows are and what they become, by their ids."""

_TRANSACTIONS: Table = Transaction.__table__  # type: ignore[assignment]
_SPLITS: Table = Split.__table__  # type: ignore[assignment]
_LINKS: Table = TransactionTag.__table__  # type: ignore[assignment]

_WRITTEN = (
    "kind", "date", "amount", "currency", "description", "payee", "notes", "account_id",
    "to_account_id", "to_amount", "to_currency", "category_id", "state", "to_state", "refund_of_id",
)  # fmt: skip
_COUNTED = frozenset(
    {
        "kind", "date", "amount", "account_id", "to_account_id", "to_amount", "category_id",
        "splits", "state", "to_state",
    }
)  # fmt: skip
"""What the kept totals depend on."""

_CHANGING = (
    update(_TRANSACTIONS)
    .where(_TRANSACTIONS.c.id == bindparam("row_id"))
    .values(
        {name: bindparam(f"new_{name}") for name in (*_WRITTEN, "search_text")}
        | {name: bindparam(f"new_{name}") for name in ("is_split", "is_tagged")}
        | {"version": _TRANSACTIONS.c.version + 1}
        | {name: bindparam(f"new_{name}") for name in ("updated_at", "updated_by_id")}
    )
)


def plan(row_ids: Sequence[int], become: Callable[[Snapshot], Snapshot]) -> Steps:
    """Return what rows are and what ``become`` makes of each."""
    steps: Steps = {}
    for start in range(0, len(row_ids), BATCH):
        rows = activities.snapshots(row_ids[start : start + BATCH])
        steps |= {row_id: (row, become(row)) for row_id, row in rows.items()}
    return steps


def rewrite(
    ledger_id: int, row_ids: Sequence[int], become: Callable[[Snapshot], Snapshot], by: Trace
) -> None:
    """Change rows as ``become`` says, some at a time: too many for the log to keep each."""
    for start in range(0, len(row_ids), BATCH):
        write(ledger_id, plan(row_ids[start : start + BATCH], become), by)


def versioned(steps: Steps) -> dict[int, tuple[Any, Any]]:
    """Return steps as the log keeps them: each row becomes the next version of itself."""
    return {
        row_id: (before, after | {"version": before["version"] + 1})
        for row_id, (before, after) in steps.items()
    }


def write(ledger_id: int, steps: Steps, by: Trace) -> None:
    """Make rows what they become: the rows, their lines, tags and payees, and the kept totals."""
    stored = {"new_updated_at": clock.now(), "new_updated_by_id": by.user_id}
    for ids in batches(steps):
        counted = [row_id for row_id in ids if _differ(*steps[row_id], _COUNTED)]
        lost = totals.of_rows(Transaction.id.in_(counted), times=-1)
        values = [{"row_id": row_id} | stored | _values(steps[row_id][1]) for row_id in ids]
        session.execute(_CHANGING, values)
        _write_lines(ledger_id, {row_id: steps[row_id][1] for row_id in counted})
        _write_tags(
            ledger_id,
            {id_: steps[id_][1] for id_ in ids if _differ(*steps[id_], frozenset({"tags"}))},
        )
        payees.ensure(ledger_id, (steps[row_id][1]["payee"] for row_id in ids))
        totals.apply(lost, totals.of_rows(Transaction.id.in_(counted)))
    session.expire_all()


def _values(row: Snapshot) -> dict[str, Any]:
    plain = activities.values(row)
    words = searchable(row["description"], row["payee"], row["notes"], *in_order(row["tags"]))
    return {f"new_{name}": plain[name] for name in _WRITTEN} | {
        "new_search_text": words,
        "new_is_split": bool(row["splits"]),
        "new_is_tagged": bool(row["tags"]),
    }


def _write_lines(ledger_id: int, rows: Mapping[int, Snapshot]) -> None:
    session.execute(delete(_SPLITS).where(_SPLITS.c.transaction_id.in_(rows)))
    lines = [
        {"transaction_id": row_id, "position": number, "ledger_id": ledger_id, **line}
        | {"date": dt.date.fromisoformat(row["date"]), "currency": row["currency"]}
        for row_id, row in rows.items()
        for number, line in enumerate(row["splits"])
    ]
    if lines:
        session.execute(insert(_SPLITS), lines)


def _write_tags(ledger_id: int, rows: Mapping[int, Snapshot]) -> None:
    if not rows:
        return
    session.execute(delete(_LINKS).where(_LINKS.c.transaction_id.in_(rows)))
    tags.link(ledger_id, {row_id: row["tags"] for row_id, row in rows.items()})


def revive(ledger_id: int, rows: dict[int, Snapshot], by: Trace) -> int:
    """Store deleted rows again under their ids, with the next version.

    Drops those from ``rows`` that were imported again since, and returns how many these were.
    """
    halves, torn = transfer_halves.of_deleted(ledger_id, rows)
    again = {*_imported_again(ledger_id, rows), *torn}
    for row_id in again:
        del rows[row_id]
    stored = {"ledger_id": ledger_id, "updated_at": clock.now(), "updated_by_id": by.user_id}
    origin = ("created_by_id", "created_at", "import_id", "import_line", "fingerprint")
    for ids in batches(rows):
        values = []
        for row_id in ids:
            row = rows[row_id] = rows[row_id] | {"version": rows[row_id]["version"] + 1}
            told = {name.removeprefix("new_"): value for name, value in _values(row).items()}
            plain = activities.values(row)
            kept = {name: plain[name] for name in (*origin, "occurrence", "version")}
            values.append({"id": row_id} | stored | told | kept)
        session.execute(insert(_TRANSACTIONS), values)
        these = {row_id: rows[row_id] for row_id in ids}
        _write_lines(ledger_id, these)
        _write_tags(ledger_id, {row_id: row for row_id, row in these.items() if row["tags"]})
        payees.ensure(ledger_id, (row["payee"] for row in these.values()))
        totals.apply(totals.of_rows(Transaction.id.in_(ids)))
    transfer_halves.add_all(half for half in halves if half.transaction_id in rows)
    return len(again)


def _imported_again(ledger_id: int, rows: Mapping[int, Snapshot]) -> list[int]:
    known = {row["fingerprint"]: row_id for row_id, row in rows.items() if row["fingerprint"]}
    found: set[tuple[str, int | None]] = set()
    for some in batches(known):
        marks = [bytes.fromhex(text) for text in some]
        for model in (Transaction, TransferHalf):
            query = select(model.fingerprint, model.occurrence).where(
                model.ledger_id == ledger_id, model.fingerprint.in_(marks)
            )
            for fingerprint, occurrence in session.execute(query).all():
                found.add(((fingerprint or b"").hex(), occurrence))
    return [
        row_id for row_id, row in rows.items() if (row["fingerprint"], row["occurrence"]) in found
    ]


def _differ(before: Snapshot, after: Snapshot, names: frozenset[str]) -> bool:
    return any(before.get(name) != after.get(name) for name in names)


def batches(rows: Mapping[Any, Any]) -> Iterator[Sequence[Any]]:
    """Yield the keys of rows, some at a time."""
    left = iter(list(rows))
    while batch := list(islice(left, BATCH)):
        yield batch
