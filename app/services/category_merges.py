"""Merging categories: all that hangs on one goes to another, and the one itself goes."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table, func, insert, select, union, update

from app.core import clock
from app.core.errors import Conflict, Invalid
from app.models.activities import Activity, Trace
from app.models.base import session
from app.models.categories import Category
from app.models.imports import Import, ImportRow
from app.models.merges import Merged, Usage
from app.models.splits import Split
from app.models.totals import MonthlyTotal
from app.models.transactions import Transaction
from app.services import activities, bulk_changes, categories, mentions, totals
from app.services.bulk_changes import MOST, Snapshot
from app.services.mentions import Mentions

_CATEGORIES: Table = Category.__table__  # type: ignore[assignment]
_UNDECIDED = ("queued", "reading", "review", "committing")


def usage(category: Category) -> Usage:
    """Return what a merge of the category would move."""
    rows = session.scalar(select(func.count()).select_from(_rows(category.id))) or 0
    return Usage(
        transactions=rows,
        categories=len(_children(category)),
        rules=len(mentions.find_rules(category.ledger_id, "category", category.id)),
        can_be_undone=rows <= MOST,
    )


def merge(source: Category, target: Category, by: Trace, *, most: int = MOST) -> Merged:
    """Give ``target`` all that ``source`` has, and delete that. Invalid where they do not fit.

    A merge of up to ``most`` rows is a bulk change that can be taken back.
    """
    _require_fit(source, target)
    ids = session.scalars(select(_rows(source.id).c.id)).all()
    change_id = _noted(ids, source, target, by) if len(ids) <= most else None
    _move_rows(source, target, by)
    children = _children(source)
    _move_children(children, target)
    _move_import_rows(source, target)
    moved = mentions.replace(source.ledger_id, "category", source.id, target.id)
    _note(source, target, by, change_id, moved, rows=len(ids), children=[o.id for o in children])
    session.flush()
    session.delete(source)
    session.flush()
    return Merged(target.id, len(ids), change_id)


def bring_back(line: Activity) -> Category:
    """Store a merged category again, with what was below it, as a line of the log has it."""
    before, into_id = line.before or {}, line.details["into_id"]
    category = _revive(line, before)
    for child_id in line.details["children"]:
        child = session.get(Category, child_id, populate_existing=True)
        if child and child.parent_id == into_id and _can_return(line, child_id):
            child.parent_id = line.subject_id
    session.flush()
    return category


def _require_fit(source: Category, target: Category) -> None:
    if source.id == target.id:
        raise Invalid(errors={"into_id": ["A category cannot be merged with itself."]})
    categories.require_for(target, source.type, "into_id")
    if target.id in categories.descendants(source.ledger_id, source.id):
        raise Invalid(errors={"into_id": [f"{target.name} is below {source.name}."]})
    names = [{child.name for child in _children(one)} for one in (source, target)]
    both = sorted(names[0] & names[1])
    if both:
        raise Conflict(f"Both have a category {both[0]} below them. Merge or rename these first.")


def _children(category: Category) -> Sequence[Category]:
    below = select(Category).where(Category.parent_id == category.id)
    return session.scalars(below.order_by(Category.name, Category.id)).all()


def _rows(category_id: int) -> Any:
    """Return the ids of the rows that have a category, by themselves or in one of their lines."""
    plain = select(Transaction.id).where(Transaction.category_id == category_id)
    lines = select(Split.transaction_id).where(Split.category_id == category_id)
    return union(plain, lines).subquery("rows")


def _moved(row: Snapshot, old: int, new: int) -> Snapshot:
    def place(category_id: int | None) -> int | None:
        return new if category_id == old else category_id

    lines = [line | {"category_id": place(line["category_id"])} for line in row["splits"]]
    return row | {"category_id": place(row["category_id"]), "splits": lines}


def _noted(ids: Sequence[int], source: Category, target: Category, by: Trace) -> int:
    """Note what becomes of each row; returns the id of the bulk change that takes it back."""
    old, new = source.id, target.id
    steps = bulk_changes.plan(ids, lambda row: _moved(row, old, new))
    return bulk_changes.note(source.ledger_id, "merge", steps, by).id


def _move_rows(source: Category, target: Category, by: Trace) -> None:
    """Move rows by sets, however many there are, each to its next version."""
    changed = {"updated_at": clock.now(), "updated_by_id": by.user_id}
    lines = select(Split.transaction_id).where(Split.category_id == source.id)
    newer = changed | {"version": Transaction.version + 1}
    moves = (
        update(Transaction).where(Transaction.id.in_(lines)).values(newer),
        update(Transaction)
        .where(Transaction.category_id == source.id)
        .values(newer | {"category_id": target.id}),
        update(Split).where(Split.category_id == source.id).values(category_id=target.id),
    )
    _move_totals(source, target)
    for move in moves:
        session.execute(move.execution_options(synchronize_session=False))
    session.expire_all()


def _move_totals(source: Category, target: Category) -> None:
    mine = select(MonthlyTotal).where(
        MonthlyTotal.ledger_id == source.ledger_id, MonthlyTotal.category_id == source.id
    )
    kept = session.scalars(mine).all()
    months = [
        (one.ledger_id, one.month, one.account_id, one.kind, category_id, one.amount * times,
         one.count * times)
        for category_id, times in ((target.id, 1), (source.id, -1))
        for one in kept
    ]  # fmt: skip
    totals.apply(totals.Changes(months, []))


def _move_children(children: Sequence[Category], target: Category) -> None:
    for child in children:
        child.parent_id = target.id
    session.flush()


def _move_import_rows(source: Category, target: Category) -> None:
    """Let rows that wait for their import to be committed have the other category, too."""
    waiting = select(Import.id).where(
        Import.ledger_id == source.ledger_id, Import.status.in_(_UNDECIDED)
    )
    moving = update(ImportRow).where(
        ImportRow.import_id.in_(waiting), ImportRow.category_id == source.id
    )
    moving = moving.values(category_id=target.id)
    session.execute(moving.execution_options(synchronize_session=False))


def _note(
    source: Category,
    target: Category,
    by: Trace,
    change_id: int | None,
    moved: Mentions,
    **details: Any,
) -> None:
    activities.record(
        by,
        "category.merged",
        source,
        before=activities.snapshot(source),
        bulk_change_id=change_id,
        into_id=target.id,
        into=target.name,
        rules=moved.rules,
        filters=moved.filters,
        **details,
    )


def _revive(line: Activity, before: Snapshot) -> Category:
    parent = session.get(Category, before["parent_id"]) if before["parent_id"] else None
    archived_at, now = before["archived_at"], clock.now()
    values = {name: before[name] for name in ("name", "type", "color", "icon")} | {
        "id": line.subject_id,
        "ledger_id": line.ledger_id,
        "parent_id": parent.id if parent else None,
        "archived_at": dt.datetime.fromisoformat(archived_at) if archived_at else None,
        "version": 1,
        "created_at": now,
        "updated_at": now,
    }
    session.execute(insert(_CATEGORIES).values(values))
    return session.get_one(Category, line.subject_id, populate_existing=True)


def _can_return(line: Activity, child_id: int) -> bool:
    """Whether a category can be below the one that came back: that is not below it by now."""
    ledger_id, subject_id = line.ledger_id or 0, line.subject_id or 0
    return subject_id not in categories.descendants(ledger_id, child_id)
