"""Bulk changes: many rows changed as one and taken back as one, by sets and not row by row.

Rows are handed about as the log keeps them (:func:`app.services.activities.snapshots`). Whoever
calls holds the ledger's lock.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import Table, bindparam, delete, func, insert, select, update

from app.core import clock
from app.core.errors import Conflict
from app.core.paging import Page, PageRequest
from app.models.accounts import Account
from app.models.activities import Activity, Trace
from app.models.base import session
from app.models.bulk_changes import BulkChange
from app.models.categories import Category
from app.models.splits import Split
from app.models.tags import TransactionTag, in_order
from app.models.transactions import Transaction, searchable
from app.models.transfers import TransferHalf
from app.services import activities, payees, reconciliations, tags, totals, transfer_halves

MOST = 10_000
"""Rows that one step changes, at most."""

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


def record(
    ledger_id: int, kind: str, steps: Steps, by: Trace, *, skipped: Mapping[str, int] | None = None
) -> BulkChange:
    """Change rows as ``steps`` say, in one step that can be taken back."""
    write(ledger_id, steps, by)
    return note(ledger_id, kind, steps, by, skipped=skipped)


def note(
    ledger_id: int, kind: str, steps: Steps, by: Trace, *, skipped: Mapping[str, int] | None = None
) -> BulkChange:
    """Note that rows were changed as ``steps`` say, each to its next version, by who calls."""
    change = _begin(ledger_id, kind, len(steps), by, skipped)
    activities.record_many(by, "transaction.updated", ledger_id, versioned(steps), change.id)
    return change


def rewrite(
    ledger_id: int, row_ids: Sequence[int], become: Callable[[Snapshot], Snapshot], by: Trace
) -> None:
    """Change rows as ``become`` says, some at a time: too many for the log to keep each."""
    for start in range(0, len(row_ids), BATCH):
        write(ledger_id, plan(row_ids[start : start + BATCH], become), by)


def record_removal(
    ledger_id: int,
    rows: Mapping[int, Snapshot],
    by: Trace,
    *,
    skipped: Mapping[str, int] | None = None,
) -> BulkChange:
    """Delete rows, in one step that can be taken back."""
    change = _begin(ledger_id, "delete", len(rows), by, skipped)
    gone = {row_id: (row, None) for row_id, row in rows.items()}
    activities.record_many(by, "transaction.deleted", ledger_id, gone, change.id)
    for ids in _batches(rows):
        these = Transaction.id.in_(ids)
        lost = totals.of_rows(these, times=-1)
        session.execute(_TRANSACTIONS.delete().where(_TRANSACTIONS.c.id.in_(ids)))
        totals.apply(lost)
    return change


def find_page(ledger_id: int, request: PageRequest) -> Page[BulkChange]:
    """Return a page of the ledger's bulk changes, newest first."""
    mine = select(BulkChange).where(BulkChange.ledger_id == ledger_id)
    skip = (request.page - 1) * request.per_page
    query = mine.order_by(BulkChange.id.desc()).offset(skip).limit(request.per_page)
    total = session.scalar(select(func.count()).select_from(mine.subquery())) or 0
    items = session.scalars(query).all()
    return Page(items=items, per_page=request.per_page, total=total, page=request.page)


def undo(change: BulkChange, by: Trace) -> None:
    """Take a step back. A row that somebody changed since, or that fits no more, is kept as it is.

    Undone already, nothing happens.
    """
    session.refresh(change)
    if change.is_undone:
        return
    back: Steps = {}
    revived: dict[int, Snapshot] = {}
    fits = _Fitting(change.ledger_id)
    kept = 0
    for lines in _lines_of(change):
        now = activities.snapshots([row_id for row_id, _, _ in lines])
        for row_id, before, after in lines:
            is_now = now.get(row_id)
            if after is None and is_now is None and fits(before):
                revived[row_id] = before
            elif after and is_now and is_now["version"] == after["version"] and fits(before):
                back[row_id] = (is_now, before | {"version": is_now["version"]})
            else:
                kept += 1
    revived = reconciliations.states_now(revived)
    settled = reconciliations.states_now({row_id: before for row_id, (_, before) in back.items()})
    back = {row_id: (is_now, settled[row_id]) for row_id, (is_now, _) in back.items()}
    write(change.ledger_id, back, by)
    kept += revive(change.ledger_id, revived, by)
    details = {"bulk_change": change.id}
    restored = versioned(back) | {row_id: (None, row) for row_id, row in revived.items()}
    activities.record_many(by, "transaction.restored", change.ledger_id, restored, **details)
    change.undone_at = clock.now()
    change.rows_kept = kept
    session.flush()


def _begin(
    ledger_id: int, kind: str, rows: int, by: Trace, skipped: Mapping[str, int] | None
) -> BulkChange:
    change = BulkChange(
        ledger_id=ledger_id,
        kind=kind,
        rows=rows,
        skipped=dict(skipped or {}),
        created_by_id=by.user_id,
    )
    session.add(change)
    session.flush()
    return change


def versioned(steps: Steps) -> dict[int, tuple[Any, Any]]:
    """Return steps as the log keeps them: each row becomes the next version of itself."""
    return {
        row_id: (before, after | {"version": before["version"] + 1})
        for row_id, (before, after) in steps.items()
    }


def write(ledger_id: int, steps: Steps, by: Trace) -> None:
    """Make rows what they become: the rows, their lines, tags and payees, and the kept totals."""
    stored = {"new_updated_at": clock.now(), "new_updated_by_id": by.user_id}
    for ids in _batches(steps):
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
    for ids in _batches(rows):
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
    for some in _batches(known):
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


class _Fitting:
    """Says whether a row as it was still fits: with the accounts and categories that there are."""

    def __init__(self, ledger_id: int) -> None:
        accounts = select(Account.id, Account.currency).where(Account.ledger_id == ledger_id)
        categories = select(Category.id, Category.type).where(Category.ledger_id == ledger_id)
        self._accounts = dict(session.execute(accounts).all())
        self._categories = dict(session.execute(categories).all())

    def __call__(self, row: Snapshot) -> bool:
        row = activities.values(row)
        sides = ((row["account_id"], row["currency"]), (row["to_account_id"], row["to_currency"]))
        used = {row["category_id"], *(line["category_id"] for line in row["splits"])} - {None}
        return all(
            self._accounts.get(account_id) == currency
            for account_id, currency in sides
            if account_id is not None
        ) and all(self._categories.get(category_id) == row["kind"] for category_id in used)


def _lines_of(change: BulkChange) -> Iterator[list[tuple[int, Snapshot, Snapshot | None]]]:
    """Yield what the log says of a step, some rows at a time: id, before, after."""
    columns = (Activity.id, Activity.subject_id, Activity.before, Activity.after)
    query = select(*columns).where(
        Activity.bulk_change_id == change.id, Activity.subject_type == "transaction"
    )
    query = query.order_by(Activity.id).limit(BATCH)
    rows = session.execute(query).all()
    if not rows and change.rows:
        raise Conflict("The log does not go back as far any more, so this cannot be taken back.")
    while rows:
        yield [(row.subject_id or 0, row.before or {}, row.after) for row in rows]
        rows = session.execute(query.where(Activity.id > rows[-1].id)).all()


def _differ(before: Snapshot, after: Snapshot, names: frozenset[str]) -> bool:
    return any(before.get(name) != after.get(name) for name in names)


def _batches(rows: Mapping[Any, Any]) -> Iterator[Sequence[Any]]:
    left = iter(list(rows))
    while batch := list(islice(left, BATCH)):
        yield batch
