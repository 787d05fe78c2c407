"""Rules of a ledger: kept in order, tried before they act, and run over the past."""

from collections.abc import Sequence
from typing import Any

from app.core.errors import Invalid
from app.core.uow import unit_of_work
from app.models.bulk_changes import BulkChange
from app.models.rules import Preview, Rule
from app.models.transaction_lists import Filters
from app.models.users import Actor
from app.policies import Permission, require
from app.services import activities, bulk_changes, rules, scoping, versions
from app.services.rulesets import Ruleset

SHOWN = 50
"""So many rows are on a page of a preview."""


def list_all(actor: Actor, ledger_id: int | None = None) -> Sequence[Rule]:
    """Return the ledger's rules in their order."""
    scope = scoping.find_ledger(actor, ledger_id)
    require(scope, Permission.SEE)
    return rules.find_all(scope.id)


def show(actor: Actor, rule_id: int) -> Rule:
    """Return one rule."""
    rule, scope = scoping.find(Rule, actor.id, rule_id)
    require(scope, Permission.SEE)
    return rule


def create(actor: Actor, ledger_id: int | None = None, **values: Any) -> Rule:
    """Add a rule behind the others."""
    scope = scoping.find_ledger(actor, ledger_id)
    require(scope, Permission.EDIT)
    with unit_of_work(scope):
        rule = rules.record(scope.id, **values)
        activities.record_change(actor.trace, "rule.created", rule, None)
        return rule


def update(actor: Actor, rule_id: int, *, version: int | None = None, **changes: Any) -> Rule:
    """Change a rule. Stale on another version."""
    rule, scope = scoping.find(Rule, actor.id, rule_id)
    require(scope, Permission.EDIT)
    with unit_of_work(scope):
        versions.require_current(rule, version)
        before = activities.snapshot(rule)
        rules.amend(rule, **changes)
        activities.record_change(actor.trace, "rule.updated", rule, before)
    return rule


def move(actor: Actor, rule_id: int, step: int) -> Rule:
    """Put a rule before (-1) or behind (1) its neighbour."""
    rule, scope = scoping.find(Rule, actor.id, rule_id)
    require(scope, Permission.EDIT)
    with unit_of_work(scope):
        versions.require_current(rule, None)
        if rules.move(rule, step):
            activities.record(actor.trace, "rule.moved", rule)
    return rule


def delete(actor: Actor, rule_id: int, *, version: int | None = None) -> None:
    """Delete a rule; what it did stays."""
    rule, scope = scoping.find(Rule, actor.id, rule_id)
    require(scope, Permission.EDIT)
    with unit_of_work(scope):
        versions.require_current(rule, version)
        activities.record_removal(actor.trace, "rule.deleted", rule)
        rules.remove(rule)


def preview(
    actor: Actor,
    ledger_id: int | None = None,
    *,
    rule: dict[str, Any] | None = None,
    rule_ids: Sequence[int] | None = None,
    filters: Filters | None = None,
    page: int = 1,
) -> Preview:
    """Return what a rule that is not kept yet, or kept ones, would change; changes nothing."""
    scope = scoping.find_ledger(actor, ledger_id)
    require(scope, Permission.SEE)
    tried = [rules.draft(scope.id, **rule)] if rule is not None else _chosen(scope.id, rule_ids)
    place = {"skipped": (page - 1) * SHOWN, "shown": SHOWN}
    return rules.preview(scope.id, Ruleset.of(scope.id, tried), filters or Filters(), **place)


def find_changing(
    actor: Actor,
    ledger_id: int | None = None,
    *,
    rule_ids: Sequence[int] | None = None,
    filters: Filters | None = None,
) -> Sequence[int]:
    """Return the ids of the rows that rules would change: all active ones unless some are named.

    It reads the whole ledger, so nobody should have to wait for it. Invalid when there are too
    many, or none.
    """
    scope = scoping.find_ledger(actor, ledger_id)
    require(scope, Permission.EDIT)
    ruleset = Ruleset.of(scope.id, _chosen(scope.id, rule_ids))
    found = rules.find_changing(scope.id, ruleset, filters or Filters())
    if not found:
        raise _nothing()
    return found


def apply(
    actor: Actor,
    ledger_id: int | None = None,
    *,
    row_ids: Sequence[int],
    rule_ids: Sequence[int] | None = None,
) -> BulkChange:
    """Run rules over rows that :func:`find_changing` found, in one step that can be taken back.

    Invalid when they change nothing any more.
    """
    scope = scoping.find_ledger(actor, ledger_id)
    require(scope, Permission.EDIT)
    with unit_of_work(scope):
        steps = rules.plan(Ruleset.of(scope.id, _chosen(scope.id, rule_ids)), row_ids)
        if not steps:
            raise _nothing()
        return bulk_changes.record(scope.id, "rules", steps, actor.trace)


def _nothing() -> Invalid:
    message = "No row would change."
    return Invalid(message, errors={"rule_ids": [message]})


def _chosen(ledger_id: int, rule_ids: Sequence[int] | None) -> list[Rule]:
    kept = rules.find_all(ledger_id)
    if rule_ids is None:
        return [rule for rule in kept if rule.active]
    if set(rule_ids) - {rule.id for rule in kept}:
        raise Invalid(errors={"rule_ids": ["There is no such one in this ledger."]})
    return [rule for rule in kept if rule.id in set(rule_ids)]
