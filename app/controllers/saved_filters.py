"""Saved filters of one's own: nobody else sees them, so the ledger's log tells nothing of them."""

from collections.abc import Callable
from typing import Any

from app.core.errors import NotFound
from app.core.uow import unit_of_work
from app.models.saved_filters import SavedFilter
from app.models.transaction_lists import Filters
from app.models.users import Actor
from app.policies import Permission, require
from app.services import saved_filters, scoping
from app.services.saved_filters import Shown

Precondition = Callable[[Shown], None] | None
"""Sees a saved filter under its lock, and raises if the change must not be."""


def list_all(actor: Actor, ledger_id: int | None = None) -> list[Shown]:
    """Return what the actor saved in a ledger, by name."""
    scope = scoping.find_ledger(actor, ledger_id)
    require(scope, Permission.SEE)
    return saved_filters.find_all(scope.id, actor.id)


def show(actor: Actor, saved_filter_id: int) -> Shown:
    """Return one of the actor's saved filters."""
    return saved_filters.show(_find(actor, saved_filter_id))


def create(
    actor: Actor,
    ledger_id: int | None = None,
    *,
    name: str,
    filters: Filters,
    sort: str | None = None,
) -> Shown:
    """Save filters, and an order, under a name. Conflict when the actor has one of that name."""
    scope = scoping.find_ledger(actor, ledger_id)
    require(scope, Permission.SEE)
    with unit_of_work():
        row = saved_filters.record(scope.id, actor.id, name=name, filters=filters, sort=sort)
        return saved_filters.show(row)


def update(
    actor: Actor, saved_filter_id: int, *, precondition: Precondition = None, **changes: Any
) -> Shown:
    """Rename a saved filter, or put other filters or another order in place of its own."""
    with unit_of_work():
        row = _locked(actor, saved_filter_id, precondition)
        saved_filters.amend(row, **changes)
        return saved_filters.show(row)


def delete(actor: Actor, saved_filter_id: int, *, precondition: Precondition = None) -> None:
    """Delete a saved filter."""
    with unit_of_work():
        saved_filters.remove(_locked(actor, saved_filter_id, precondition))


def _find(actor: Actor, saved_filter_id: int) -> SavedFilter:
    row, scope = scoping.find(SavedFilter, actor.id, saved_filter_id)
    require(scope, Permission.SEE)
    if row.user_id != actor.id:
        raise NotFound
    return row


def _locked(actor: Actor, saved_filter_id: int, precondition: Precondition) -> SavedFilter:
    row = saved_filters.lock(_find(actor, saved_filter_id).id)
    if precondition:
        precondition(saved_filters.show(row))
    return row
