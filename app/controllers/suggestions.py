"""Categories that are suggested from use, and never set by themselves."""

from collections.abc import Sequence

from app.core.errors import Invalid
from app.core.uow import unit_of_work
from app.models.bulk_changes import BulkChange
from app.models.categories import Category
from app.models.directories import Offer, Suggestion
from app.models.payees import Payee
from app.models.users import Actor
from app.policies import Permission, require
from app.services import (
    bulk_changes,
    bulk_edits,
    payee_changes,
    payees,
    scoping,
    suggestions,
    versions,
)


def find(
    actor: Actor,
    ledger_id: int | None = None,
    *,
    type: str = "expense",
    payee: str = "",
    description: str = "",
) -> Suggestion | None:
    """Return the category that rows of the payee, or described alike, mostly had of late."""
    scope = scoping.find_ledger(actor, ledger_id)
    require(scope, Permission.SEE)
    return suggestions.find(scope.id, type, payee, description)


def refuse(actor: Actor, ledger_id: int | None = None, *, payee: str) -> None:
    """Suggest no category for a payee any more."""
    scope = scoping.find_ledger(actor, ledger_id)
    require(scope, Permission.EDIT)
    with unit_of_work(scope):
        payee_changes.let_suggest(payees.find_or_record(scope.id, payee), False, actor.trace)


def list_offers(actor: Actor, ledger_id: int | None = None) -> Sequence[Offer]:
    """Return which rows without a category could have the one that their payee mostly has."""
    scope = scoping.find_ledger(actor, ledger_id)
    require(scope, Permission.SEE)
    return suggestions.offers(scope.id)


def accept(actor: Actor, payee_id: int, *, category_id: int) -> BulkChange:
    """Give a payee's newest rows without a category one, in a step that can be taken back.

    Invalid when there are none by now.
    """
    payee, scope = scoping.find(Payee, actor.id, payee_id)
    require(scope, Permission.EDIT)
    with unit_of_work(scope):
        versions.require_current(payee, None)
        category = scoping.find_in_ledger(Category, scope.id, category_id, "category_id")
        ids = suggestions.rows_lacking(scope.id, payee.name, category.type)
        rows = bulk_edits.find(scope.id, ids)
        steps, skipped = bulk_edits.plan(
            scope.id, rows, {"category_id": category_id}, reconciled=False
        )
        if not steps:
            raise Invalid(f"{payee.name} has no transaction without a category any more.")
        return bulk_changes.record(scope.id, "edit", steps, actor.trace, skipped=skipped)
