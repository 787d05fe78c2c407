"""Bulk changes of a ledger: many rows edited or deleted in one step, and that step taken back."""

from collections.abc import Sequence
from typing import Any

from app.core import clock
from app.core.errors import Invalid, Stale
from app.core.paging import Page, PageRequest
from app.core.uow import unit_of_work
from app.models.bulk_changes import BulkChange
from app.models.transaction_lists import Filters
from app.models.users import Actor
from app.policies import Permission, require
from app.services import (
    bulk_changes,
    bulk_edits,
    scoping,
    selections,
    transaction_lists,
    unmerging,
)
from app.services.selections import Selection

MOST = bulk_changes.MOST
"""Rows that one step changes, at most."""


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


def choose(
    actor: Actor,
    ledger_id: int | None = None,
    *,
    ids: Sequence[int] | None = None,
    filters: Filters | None = None,
) -> Selection:
    """Return what rows that are to be changed come to: those named, or all that pass ``filters``.

    Invalid where these are more than one step changes.
    """
    scope = scoping.find_ledger(actor, ledger_id)
    require(scope, Permission.EDIT)
    if ids is not None:
        return selections.of_ids(scope.id, ids)
    return selections.of_filters(scope.id, filters or Filters())


def create(
    actor: Actor,
    ledger_id: int | None = None,
    *,
    ids: Sequence[int] | None = None,
    filters: Filters | None = None,
    set: dict[str, Any] | None = None,
    delete: bool = False,
    allow_reconciled: bool = False,
    expected: int | None = None,
) -> BulkChange:
    """Give all the rows that are named, or pass ``filters``, what is ``set``; or delete them.

    Invalid when that fits none of them; Stale when it is not as many as ``expected``.
    """
    scope = scoping.find_ledger(actor, ledger_id)
    require(scope, Permission.EDIT)
    said = set or {}
    bulk_edits.require_past(said, clock.today(actor.timezone))
    with unit_of_work(scope):
        if ids is None:
            ids = transaction_lists.find_ids(scope.id, filters or Filters(), bulk_changes.MOST)
        _require_expected(ids, expected)
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


def _require_expected(ids: Sequence[int], expected: int | None) -> None:
    if expected is not None and len(ids) != expected:
        raise Stale(f"{len(ids):,} rows match by now; it was {expected:,} when you looked.")


def _require_some(rows: Any, skipped: bulk_edits.Skipped) -> None:
    if rows:
        return
    if not skipped:
        raise Invalid("No row was chosen.", errors={"ids": ["No row was chosen."]})
    said = ", ".join(f"{count} {bulk_edits.REASONS[name]}" for name, count in skipped.items())
    raise Invalid(f"This fits none of the rows: {said}.", errors={"set": [f"Fits none: {said}."]})
