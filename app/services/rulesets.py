"""Rulesets: rules in their order looking at rows, and what they make of each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app.core.money import digits
from app.core.patterns import compiled
from app.models.base import session
from app.models.categories import Category
from app.models.rules import Rule
from app.models.tags import in_order, tag_key
from app.services import bulk_edits
from app.services.row_sets import Snapshot

Row = Mapping[str, Any]
"""What a rule looks at: kind, date, amount in minor units, currency, account_id and the texts."""
Test = Callable[[Row], bool]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What rules make of a row; None and nothing where they leave it as it is.

    ``gone_tags`` are keys of tags.
    """

    category_id: int | None = None
    payee: str | None = None
    notes: str | None = None
    tags: tuple[str, ...] = ()
    gone_tags: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything is to be changed."""
        return self != _NOTHING


_NOTHING = Outcome()


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
        tags = _Tags()
        for rule, test in self.rules:
            if not test(seen):
                continue
            for action in rule.actions:
                self._act(action, seen, set_, tags)
            if rule.stop:
                break
        return Outcome(**set_, tags=tuple(tags.added.values()), gone_tags=tuple(tags.gone))

    def _act(
        self, action: Mapping[str, Any], seen: dict[str, Any], set_: dict[str, Any], tags: "_Tags"
    ) -> None:
        name, value = action["action"], action["value"]
        if name == "set_category":
            if self.kinds.get(value) == seen["kind"]:
                set_["category_id"] = value
        elif name == "add_tag":
            tags.add(value)
        elif name == "remove_tag":
            tags.remove(value)
        else:
            key = name.removeprefix("set_")
            seen[key] = set_[key] = value


class _Tags:
    """Which tags a row gets and loses; of the same one, what is said last counts."""

    def __init__(self) -> None:
        self.added: dict[str, str] = {}
        self.gone: dict[str, None] = {}

    def add(self, name: str) -> None:
        self.gone.pop(tag_key(name), None)
        self.added[tag_key(name)] = name

    def remove(self, name: str) -> None:
        self.added.pop(tag_key(name), None)
        self.gone[tag_key(name)] = None


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
    had = {tag_key(name): name for name in before["tags"]}
    kept = {key: name for key, name in had.items() if key not in outcome.gone_tags}
    after["tags"] = in_order((added | kept).values())
    return after if after != before else None


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
