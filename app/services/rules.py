"""Rules of a ledger: kept in their order, tried, and run over the rows there are."""

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import func, select, update

from app.core.errors import Conflict, Invalid
from app.models.accounts import Account
from app.models.base import session
from app.models.categories import Category
from app.models.rules import Preview, Rule
from app.models.transaction_lists import Filters
from app.services import activities, transaction_lists
from app.services.bulk_changes import MOST
from app.services.row_sets import BATCH, Snapshot, Steps
from app.services.rulesets import Ruleset, become

MOST_RULES = 200
"""Rules that a ledger may have."""

PREVIEWED = 50_000
"""Rows that a preview looks at, newest first."""


def find_all(ledger_id: int) -> Sequence[Rule]:
    """Return the ledger's rules in their order."""
    mine = select(Rule).where(Rule.ledger_id == ledger_id)
    return session.scalars(mine.order_by(Rule.position, Rule.id)).all()


def record(ledger_id: int, **values: Any) -> Rule:
    """Add a rule behind the others."""
    count, last = session.execute(
        select(func.count(), func.max(Rule.position)).where(Rule.ledger_id == ledger_id)
    ).one()
    if count >= MOST_RULES:
        raise Conflict(f"A ledger has at most {MOST_RULES} rules.")
    values.setdefault("position", (last or 0) + 1)
    rule = Rule(ledger_id=ledger_id, **values)
    _require_things(rule)
    session.add(rule)
    session.flush()
    return rule


def draft(ledger_id: int, **values: Any) -> Rule:
    """Return a rule that is not kept, to try it."""
    rule = Rule(ledger_id=ledger_id, **({"match": "all", "stop": False} | values))
    _require_things(rule)
    return rule


def amend(rule: Rule, **changes: Any) -> None:
    """Change a rule."""
    for name, value in changes.items():
        setattr(rule, name, value)
    _require_things(rule)
    session.flush()


def remove(rule: Rule) -> None:
    """Delete a rule; what it did stays."""
    session.delete(rule)
    session.flush()


def move(rule: Rule, step: int) -> bool:
    """Put a rule before (-1) or behind (1) its neighbour; False where it has none there."""
    order = list(find_all(rule.ledger_id))
    here = order.index(rule)
    there = max(0, min(len(order) - 1, here + step))
    if there == here:
        return False
    order.insert(there, order.pop(here))
    for position, one in enumerate(order, 1):
        moved = update(Rule).where(Rule.id == one.id).values(position=position)
        session.execute(moved.execution_options(synchronize_session=False))
    session.refresh(rule)
    return True


def _require_things(rule: Rule) -> None:
    """Refuse a rule that names an account or a category that the ledger does not have."""
    named = {
        "conditions": (Account, [c["value"] for c in rule.conditions if c["field"] == "account"]),
        "actions": (Category, [a["value"] for a in rule.actions if a["action"] == "set_category"]),
    }
    for part, (model, ids) in named.items():
        mine = select(model.id).where(  # type: ignore[attr-defined]
            model.ledger_id == rule.ledger_id,  # type: ignore[attr-defined]
            model.id.in_(ids),  # type: ignore[attr-defined]
        )
        if set(ids) - set(session.scalars(mine)):
            raise Invalid(errors={part: ["There is no such one in this ledger."]})


def in_use(ledger_id: int) -> Ruleset:
    """Return the ledger's active rules, ready."""
    return Ruleset.of(ledger_id, [rule for rule in find_all(ledger_id) if rule.active])


def preview(
    ledger_id: int, ruleset: Ruleset, filters: Filters, *, skipped: int, shown: int
) -> Preview:
    """Return what rules would change of the newest rows that pass ``filters``.

    Of the rows that would change, so many are ``skipped`` and so many ``shown``.
    """
    if not ruleset:
        return Preview(0, 0, True, [])
    looked_at = rows = 0
    items: list[dict[str, Any]] = []
    snapshots = _snapshots(ledger_id, filters)
    for row_id, before in islice(snapshots, PREVIEWED):
        looked_at += 1
        after = become(ruleset, before)
        if after is None:
            continue
        rows += 1
        if skipped < rows <= skipped + shown:
            items.append(_shown(row_id, before, after))
    return Preview(rows, looked_at, next(snapshots, None) is None, items)


def find_changing(ledger_id: int, ruleset: Ruleset, filters: Filters) -> Sequence[int]:
    """Return the ids of the rows passing ``filters`` that would change. Invalid above so many."""
    changing: list[int] = []
    for row_id, before in _snapshots(ledger_id, filters) if ruleset else ():
        if become(ruleset, before) is not None:
            changing.append(row_id)
        if len(changing) > MOST:
            message = f"That would change more than {MOST:,} rows. Narrow it, by dates for example."
            raise Invalid(message, errors={"filters": [message]})
    return changing


def plan(ruleset: Ruleset, row_ids: Sequence[int]) -> Steps:
    """Return what becomes of rows as they are now; those that stay are left out."""
    steps: Steps = {}
    for start in range(0, len(row_ids), BATCH):
        for row_id, before in activities.snapshots(row_ids[start : start + BATCH]).items():
            after = become(ruleset, before)
            if after is not None:
                steps[row_id] = (before, after)
    return steps


def _snapshots(ledger_id: int, filters: Filters) -> Iterator[tuple[int, Snapshot]]:
    ids = transaction_lists.stream_ids(ledger_id, filters)
    while some := list(islice(ids, BATCH)):
        found = activities.snapshots(some)
        yield from ((row_id, found[row_id]) for row_id in some if row_id in found)


_PREVIEWED = ("category_id", "payee", "notes", "tags")


def _shown(row_id: int, before: Snapshot, after: Snapshot) -> dict[str, Any]:
    changed = [name for name in _PREVIEWED if before[name] != after[name]]
    told = ("kind", "amount", "currency", "description", "payee", "account_id")
    return {name: before[name] for name in told} | {
        "transaction_id": row_id,
        "date": dt.date.fromisoformat(before["date"]),
        "before": {name: before[name] for name in changed},
        "after": {name: after[name] for name in changed},
    }
