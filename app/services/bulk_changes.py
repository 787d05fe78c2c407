"""Bulk changes: many rows changed as one and taken back as one. The ledger has to be locked."""

from collections.abc import Iterator, Mapping

from sqlalchemy import Table, func, select

from app.core import clock
from app.core.errors import Conflict
from app.core.paging import Page, PageRequest
from app.models.accounts import Account
from app.models.activities import Activity, Trace
from app.models.base import session
from app.models.bulk_changes import BulkChange
from app.models.categories import Category
from app.models.transactions import Transaction
from app.services import activities, reconciliations, row_sets, totals
from app.services.row_sets import BATCH, Snapshot, Steps

MOST = 10_000
"""Rows that one step changes, at most."""

_TRANSACTIONS: Table = Transaction.__table__  # type: ignore[assignment]


def record(
    ledger_id: int, kind: str, steps: Steps, by: Trace, *, skipped: Mapping[str, int] | None = None
) -> BulkChange:
    """Change rows as ``steps`` say, in one step that can be taken back."""
    row_sets.write(ledger_id, steps, by)
    return note(ledger_id, kind, steps, by, skipped=skipped)


def note(
    ledger_id: int, kind: str, steps: Steps, by: Trace, *, skipped: Mapping[str, int] | None = None
) -> BulkChange:
    """Note that rows were changed as ``steps`` say, each to its next version, by who calls."""
    change = _begin(ledger_id, kind, len(steps), by, skipped)
    activities.record_many(
        by, "transaction.updated", ledger_id, row_sets.versioned(steps), change.id
    )
    return change


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
    for ids in row_sets.batches(rows):
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
    back, revived, kept = _way_back(change)
    row_sets.write(change.ledger_id, back, by)
    kept += row_sets.revive(change.ledger_id, revived, by)
    details = {"bulk_change": change.id}
    restored = row_sets.versioned(back) | {row_id: (None, row) for row_id, row in revived.items()}
    activities.record_many(by, "transaction.restored", change.ledger_id, restored, **details)
    change.undone_at = clock.now()
    change.rows_kept = kept
    session.flush()


def _way_back(change: BulkChange) -> tuple[Steps, dict[int, Snapshot], int]:
    """Return what rows become again, those that come back, and how many are kept as they are."""
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
    settled = reconciliations.states_now({row_id: before for row_id, (_, before) in back.items()})
    back = {row_id: (is_now, settled[row_id]) for row_id, (is_now, _) in back.items()}
    return back, reconciliations.states_now(revived), kept


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
