"""Merging categories: all that hangs on one goes to another, and the one itself goes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, Update, case, func, select, union, update

from app.core import clock
from app.models.activities import Trace
from app.models.base import session
from app.models.categories import Category
from app.models.imports import Import, ImportRow
from app.models.merges import Merged, Usage
from app.models.splits import Split
from app.models.totals import MonthlyTotal
from app.models.transactions import Transaction
from app.services import (
    activities,
    bulk_changes,
    categories,
    category_pairs,
    mentions,
    row_sets,
    totals,
)
from app.services.bulk_changes import MOST
from app.services.category_pairs import Pair
from app.services.category_returns import no_name
from app.services.row_sets import Snapshot

Places = Mapping[int, int]
"""The ids of what goes, each with the one it becomes part of."""

_UNDECIDED = ("queued", "reading", "review", "committing")


def usage(category: Category, target: Category | None = None) -> Usage:
    """Return what a merge of the category would move; with ``target``, into that one."""
    if target is None:
        sources, same_named = [category], []
        moving = len(_children(category))
    else:
        pairs = category_pairs.find(category, target)
        sources, same_named = [pair.source for pair in pairs], category_pairs.same_named(pairs)
        moving = sum(len(pair.moving) for pair in pairs)
    ids = [one.id for one in sources]
    found = _rows(ids)
    rows = session.scalar(select(func.count(found.c.id.distinct()))) or 0
    named = (mentions.find_rules(category.ledger_id, "category", one) for one in ids)
    rules = len({rule.id for found in named for rule in found})
    return Usage(rows, moving, rules, rows <= MOST, same_named)


def merge(source: Category, target: Category, by: Trace, *, most: int = MOST) -> Merged:
    """Give ``target`` all that ``source`` has, and delete that. Invalid where they do not fit.

    What has the same name below both becomes one, too, however deep. A merge of up to ``most``
    rows is a bulk change that can be taken back.
    """
    pairs = category_pairs.find(source, target)
    places = {pair.source.id: pair.target.id for pair in pairs}
    found = session.execute(select(_rows(list(places)))).all()
    ids = sorted({row.id for row in found})
    change_id = _noted(source.ledger_id, ids, places, by) if len(ids) <= most else None
    counts = Counter(row.category_id for row in found)
    same_named = category_pairs.same_named(pairs)
    _move_rows(source.ledger_id, places, by)
    for pair in pairs:
        _note(pair, by, change_id, rows=counts[pair.source.id])
    _join(pairs, by)
    return Merged(target.id, len(ids), change_id, same_named)


def _children(category: Category) -> Sequence[Category]:
    below = select(Category).where(Category.parent_id == category.id)
    return session.scalars(below.order_by(Category.name, Category.id)).all()


def _rows(category_ids: Sequence[int]) -> Any:
    """Return the ids of the rows with their categories, by themselves or in one of their lines."""
    plain = select(Transaction.id, Transaction.category_id)
    lines = select(Split.transaction_id, Split.category_id)
    return union(
        plain.where(Transaction.category_id.in_(category_ids)),
        lines.where(Split.category_id.in_(category_ids)),
    ).subquery("rows")


def _moved(row: Snapshot, places: Places) -> Snapshot:
    def place(category_id: int | None) -> int | None:
        return None if category_id is None else places.get(category_id, category_id)

    lines = [line | {"category_id": place(line["category_id"])} for line in row["splits"]]
    return row | {"category_id": place(row["category_id"]), "splits": lines}


def _noted(ledger_id: int, ids: Sequence[int], places: Places, by: Trace) -> int:
    """Note what becomes of each row; returns the id of the bulk change that takes it back."""
    steps = row_sets.plan(ids, lambda row: _moved(row, places))
    return bulk_changes.note(ledger_id, "merge", steps, by).id


def _move_rows(ledger_id: int, places: Places, by: Trace) -> None:
    """Move rows by sets, however many there are, each to its next version."""
    lines = select(Split.transaction_id).where(Split.category_id.in_(places))
    newer = {
        "updated_at": clock.now(),
        "updated_by_id": by.user_id,
        "version": Transaction.version + 1,
    }
    moves = (
        update(Transaction).where(Transaction.id.in_(lines)).values(newer),
        _move(Transaction, places, newer),
        _move(Split, places),
        _move(ImportRow, places).where(ImportRow.import_id.in_(_waiting(ledger_id))),
    )
    _move_totals(ledger_id, places)
    for move in moves:
        session.execute(move.execution_options(synchronize_session=False))
    session.expire_all()


def _move(
    model: type[Transaction | Split | ImportRow], places: Places, changed: Snapshot | None = None
) -> Update:
    place = case(dict(places), value=model.category_id)
    moving = update(model).where(model.category_id.in_(places))
    return moving.values((changed or {}) | {"category_id": place})


def _waiting(ledger_id: int) -> Select[int]:
    """Return the ids of imports whose rows are not committed yet, or not all of them."""
    return select(Import.id).where(Import.ledger_id == ledger_id, Import.status.in_(_UNDECIDED))


def _move_totals(ledger_id: int, places: Places) -> None:
    mine = select(MonthlyTotal).where(
        MonthlyTotal.ledger_id == ledger_id, MonthlyTotal.category_id.in_(places)
    )
    months = [
        (one.ledger_id, one.month, one.account_id, one.kind, category_id, one.amount * times,
         one.count * times)
        for one in session.scalars(mine).all()
        for category_id, times in ((places[one.category_id], 1), (one.category_id, -1))
    ]  # fmt: skip
    totals.apply(totals.Changes(months, []))


def _note(pair: Pair, by: Trace, change_id: int | None, rows: int) -> None:
    """Let rules and filters name the one that stays, and note all that takes this back."""
    source, target = pair.source, pair.target
    moved = mentions.replace(source.ledger_id, "category", source.id, target.id)
    activities.record(
        by,
        "category.merged",
        source,
        before=activities.snapshot(source),
        bulk_change_id=change_id,
        into_id=target.id,
        into=target.name,
        rows=rows,
        rules=moved.rules,
        filters=moved.filters,
        children=[child.id for child in pair.moving],
        **_use_of(pair),
    )


def _use_of(pair: Pair) -> dict[str, Any]:
    """Return since when the one that stays was archived, where it is taken into use."""
    since = pair.target.archived_at
    return {"into_archived_at": since.isoformat()} if since and not pair.source.archived else {}


def _join(pairs: Sequence[Pair], by: Trace) -> None:
    """Give targets what is below their sources, and delete these, the deepest first.

    The first one gives away its name before: one from below it may have the same, and take its
    place.
    """
    source_id = pairs[0].source.id
    nameless = update(Category).where(Category.id == source_id).values(name=no_name(source_id))
    session.execute(nameless.execution_options(synchronize_session=False))
    for pair in pairs:
        if _use_of(pair):
            before = activities.snapshot(pair.target)
            categories.archive(pair.target, False)
            activities.record_change(by, "category.updated", pair.target, before)
        for child in pair.moving:
            child.parent_id = pair.target.id
    session.flush()
    for pair in reversed(pairs):
        session.delete(pair.source)
        session.flush()
