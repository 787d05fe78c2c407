"""Rules: which rows they match, and what they make of them."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from typing import Any

from sqlalchemy import func, select, update

from app.core.errors import Conflict, Invalid
from app.core.money import digits
from app.core.patterns import compiled
from app.models.accounts import Account
from app.models.base import session
from app.models.categories import Category
from app.models.rules import Rule
from app.models.tags import in_order, tag_key
from app.models.transactions import Filters
from app.services import activities, bulk_edits, transaction_lists
from app.services.bulk_changes import BATCH, MOST, Snapshot, Steps

MOST_RULES = 200
"""Rules that a ledger may have."""

PREVIEWED = 50_000
"""Rows that a preview looks at, newest first."""

Row = Mapping[str, Any]
"""What a rule looks at: kind, date, amount in minor units, currency, account_id and the texts."""
Test = Callable[[Row], bool]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What rules make of a row; None and nothing where they leave it as it is."""

    category_id: int | None = None
    payee: str | None = None
    notes: str | None = None
    tags: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything is to be changed."""
        return self != _NOTHING


_NOTHING = Outcome()


@dataclass(frozen=True, slots=True)
class Preview:
    """What rules would change: so many ``rows`` of those looked at, and the first of them.

    ``is_complete`` is false where there are more rows than were looked at.
    """

    rows: int
    looked_at: int
    is_complete: bool
    items: Sequence[dict[str, Any]]


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


def move(rule: Rule, step: int) -> None:
    """Put a rule before (-1) or behind (1) its neighbour."""
    order = list(find_all(rule.ledger_id))
    here = order.index(rule)
    there = max(0, min(len(order) - 1, here + step))
    order.insert(there, order.pop(here))
    for position, one in enumerate(order, 1):
        moved = update(Rule).where(Rule.id == one.id).values(position=position)
        session.execute(moved.execution_options(synchronize_session=False))
    session.refresh(rule)


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


@dataclass(frozen=True, slots=True)
class Ruleset:
    """Rules in their order, ready to look at rows."""

    rules: Sequence[tuple[Rule, Test]]
    kinds: Mapping[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, ledger_id: int, rules: Sequence[Rule]) -> "Ruleset":
        """Return ``rules`` of a ledger, ready; a category out of use is set by none of them."""
        in_use = select(Category.id, Category.type).where(
            Category.ledger_id == ledger_id, Category.archived_at.is_(None)
        )
        kinds = dict(session.execute(in_use).all()) if rules else {}
        return cls([(rule, _test_of(rule)) for rule in rules], kinds)

    def __bool__(self) -> bool:
        """Whether there is any rule."""
        return bool(self.rules)

    def look_at(self, row: Row) -> Outcome:
        """Return what the rules make of a row, each seeing what those before it did."""
        seen = dict(row)
        set_: dict[str, Any] = {}
        tags: list[str] = []
        for rule, test in self.rules:
            if not test(seen):
                continue
            for action in rule.actions:
                self._act(action, seen, set_, tags)
            if rule.stop:
                break
        return Outcome(**set_, tags=tuple(tags)) if set_ or tags else _NOTHING

    def _act(
        self, action: Mapping[str, Any], seen: dict[str, Any], set_: dict[str, Any], tags: list[str]
    ) -> None:
        name, value = action["action"], action["value"]
        if name == "set_category":
            if self.kinds.get(value) == seen["kind"]:
                set_["category_id"] = value
        elif name == "add_tag":
            tags.append(value)
        else:
            key = name.removeprefix("set_")
            seen[key] = set_[key] = value


def in_use(ledger_id: int) -> Ruleset:
    """Return the ledger's active rules, ready."""
    return Ruleset.of(ledger_id, [rule for rule in find_all(ledger_id) if rule.active])


def preview(ledger_id: int, ruleset: Ruleset, filters: Filters, shown: int) -> Preview:
    """Return what rules would change of the newest rows that pass ``filters``."""
    looked_at = rows = 0
    items: list[dict[str, Any]] = []
    snapshots = _snapshots(ledger_id, filters)
    for row_id, before in islice(snapshots, PREVIEWED):
        looked_at += 1
        after = become(ruleset, before)
        if after is None:
            continue
        rows += 1
        if len(items) < shown:
            items.append(_shown(row_id, before, after))
    return Preview(rows, looked_at, next(snapshots, None) is None, items)


def plan(ledger_id: int, ruleset: Ruleset, filters: Filters) -> Steps:
    """Return what becomes of all rows that pass ``filters``. Invalid above so many changes."""
    steps: Steps = {}
    for row_id, before in _snapshots(ledger_id, filters):
        after = become(ruleset, before)
        if after is not None:
            steps[row_id] = (before, after)
        if len(steps) > MOST:
            message = f"That would change more than {MOST:,} rows. Narrow it, by dates for example."
            raise Invalid(message, errors={"filters": [message]})
    return steps


def become(ruleset: Ruleset, before: Snapshot) -> Snapshot | None:
    """Return what becomes of a stored row, None where it stays; reconciled ones do."""
    if bulk_edits.is_reconciled(before):
        return None
    outcome = ruleset.look_at(before)
    if not outcome:
        return None
    after = dict(before)
    if outcome.category_id and not before["splits"]:
        after["category_id"] = outcome.category_id
    for name in ("payee", "notes"):
        if getattr(outcome, name) is not None:
            after[name] = getattr(outcome, name)
    added = {tag_key(name): name for name in outcome.tags}
    after["tags"] = in_order((added | {tag_key(name): name for name in before["tags"]}).values())
    return after if after != before else None


def _snapshots(ledger_id: int, filters: Filters) -> Iterator[tuple[int, Snapshot]]:
    ids = transaction_lists.stream_ids(ledger_id, filters)
    while some := list(islice(ids, BATCH)):
        found = activities.snapshots(some)
        yield from ((row_id, found[row_id]) for row_id in some if row_id in found)


_PREVIEWED = ("category_id", "payee", "notes", "tags")


def _shown(row_id: int, before: Snapshot, after: Snapshot) -> dict[str, Any]:
    changed = [name for name in _PREVIEWED if before[name] != after[name]]
    told = ("kind", "amount", "currency", "description", "account_id")
    return {name: before[name] for name in told} | {
        "transaction_id": row_id,
        "date": dt.date.fromisoformat(before["date"]),
        "before": {name: before[name] for name in changed},
        "after": {name: after[name] for name in changed},
    }


def _test_of(rule: Rule) -> Test:
    tests = [_condition(one) for one in rule.conditions]
    together = all if rule.match == "all" else any
    return lambda row: together(test(row) for test in tests)


def _condition(said: Mapping[str, Any]) -> Test:
    name, operator, value = said["field"], said["operator"], said["value"]
    if name == "amount":
        return _amount_test(operator, Decimal(value))
    if name == "date":
        bound = str(value)
        if operator == "from":
            return lambda row: _iso(row["date"]) >= bound
        return lambda row: _iso(row["date"]) <= bound
    if name in {"account", "type"}:
        key = "account_id" if name == "account" else "kind"
        return lambda row: bool(row[key] == value)
    return _text_test(name, operator, str(value))


def _iso(date: Any) -> str:
    return date if isinstance(date, str) else str(date.isoformat())


def _amount_test(operator: str, value: Decimal) -> Test:
    tests: dict[str, Callable[[Decimal], bool]] = {
        "is": lambda amount: amount == value,
        "at_least": lambda amount: amount >= value,
        "at_most": lambda amount: amount <= value,
    }
    test = tests[operator]
    return lambda row: test(Decimal(row["amount"]).scaleb(-digits(row["currency"])))


def _text_test(name: str, operator: str, value: str) -> Test:
    names = ("description", "payee", "notes") if name == "text" else (name,)
    folded = value.casefold()
    if operator == "matches":
        pattern = compiled(value)
        return lambda row: any(pattern.search(row[one]) is not None for one in names)
    tests: dict[str, Callable[[str], bool]] = {
        "contains": lambda text: folded in text,
        "is": lambda text: text == folded,
        "starts_with": lambda text: text.startswith(folded),
    }
    test = tests[operator]
    return lambda row: any(test(row[one].casefold()) for one in names)
