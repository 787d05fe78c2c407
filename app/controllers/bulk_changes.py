"""Bulk changes of a ledger: many rows edited or deleted in one step, and that step taken back."""

from collections.abc import Sequence
from typing import Any

from app.core import clock
from app.core.errors import Invalid
from app.core.paging import Page, PageRequest
from app.core.uow import unit_of_work
from app.models.bulk_changes import BulkChange
from app.models.transactions import Filters
from app.models.users import Actor
from app.policies import Permission, require
from app.services import bulk_changes, bulk_edits, scoping, transaction_lists, unmerging


def list_page(
    actor: Actor, ledger_id: int | None = None, *, request: PageRequest
) -> Page[BulkChange]:
    """Return one page of the ledger's bulk changes, newest first."""
    scope = scoping.find_ledger(actor, ledger_id)
    require(scope, Permission.SEE)
    return bulk_changes.find_page(scope.id, request)


def show(actor: Actor, bulk_change_id: int) -> BulkChange:
    """Return one bulk change."""
    change, scope = scoping.find(BulkChange, actor.id, bulk_change_id)
    require(scope, Permission.SEE)
    return change


def create(
    actor: Actor,
    ledger_id: int | None = None,
    *,
    ids: Sequence[int] | None = None,
    filters: Filters | None = None,
    set: dict[str, Any] | None = None,
    delete: bool = False,
    allow_reconciled: bool = False,
) -> BulkChange:
    """Give all the rows that are named, or pass ``filters``, what is ``set``; or delete them.

    Invalid when that fits none of them.
    """
    scope = scoping.find_ledger(actor, ledger_id)
    require(scope, Permission.EDIT)
    said = set or {}
    bulk_edits.require_past(said, clock.today(actor.timezone))
    with unit_of_work(scope):
        if ids is None:
            ids = transaction_lists.find_ids(scope.id, filters or Filters(), bulk_changes.MOST)
        rows = bulk_edits.find(scope.id, ids)
        if delete:
            going, skipped = bulk_edits.plan_removal(rows, reconciled=allow_reconciled)
            _require_some(going, skipped)
            return bulk_changes.record_removal(scope.id, going, actor.trace, skipped=skipped)
        steps, skipped = bulk_edits.plan(scope.id, rows, said, reconciled=allow_reconciled)
        _require_some(steps, skipped)
        return bulk_changes.record(scope.id, "edit", steps, actor.trace, skipped=skipped)


def undo(actor: Actor, bulk_change_id: int) -> BulkChange:
    """Take a bulk change back; what was changed since stays. Done already, nothing happens."""
    change, scope = scoping.find(BulkChange, actor.id, bulk_change_id)
    require(scope, Permission.EDIT)
    with unit_of_work(scope):
        unmerging.undo(change, actor.trace)
    return change


def _require_some(rows: Any, skipped: bulk_edits.Skipped) -> None:
    if rows:
        return
    if not skipped:
        raise Invalid("No row was chosen.", errors={"ids": ["No row was chosen."]})
    said = ", ".join(f"{count} {bulk_edits.REASONS[name]}" for name, count in skipped.items())
    raise Invalid(f"This fits none of the rows: {said}.", errors={"set": [f"Fits none: {said}."]})
