"""Ledgers: which ones there are for somebody, opening, changing, deleting and bringing back."""

from collections.abc import Callable
from typing import Any

from app.core.errors import Conflict
from app.core.uow import unit_of_work
from app.models.ledgers import Contents, DeletedLedger, Ledger, LedgerKey, LedgerScope
from app.models.users import Actor
from app.policies import Permission, require
from app.services import activities, ledgers, users

Check = Callable[[LedgerScope], None]
"""What raises Stale when a ledger is not as its caller saw it; called under its lock."""


def list_all(actor: Actor) -> list[LedgerScope]:
    """Return every ledger the actor may see."""
    return ledgers.find_all(actor.id)


def list_deleted(actor: Actor) -> list[DeletedLedger]:
    """Return the deleted ledgers that the actor can bring back."""
    return ledgers.find_deleted(actor.id)


def count_members(actor: Actor) -> dict[int, int]:
    """Return how many members each of the actor's ledgers has, by the ledger's id."""
    return ledgers.count_members(actor.id)


def show(actor: Actor, ledger_id: int) -> LedgerScope:
    """Return one ledger. NotFound when the actor may not see it."""
    scope = ledgers.find(actor.id, ledger_id)
    require(scope, Permission.SEE)
    return scope


def show_managed(actor: Actor, ledger_id: int) -> LedgerScope:
    """Return one ledger to somebody who may change what it is called. Forbidden for others."""
    scope = ledgers.find(actor.id, ledger_id)
    require(scope, Permission.MANAGE)
    return scope


def plan_delete(actor: Actor, ledger_id: int) -> Contents:
    """Return what deleting a ledger would take away. Conflict for somebody's personal one."""
    scope = show_managed(actor, ledger_id)
    ledgers.demand_deletable(scope)
    return ledgers.count_contents(scope.id)


def create(actor: Actor, *, name: str, currency: str | None = None) -> LedgerScope:
    """Open one more ledger, in the actor's currency unless another is given."""
    with unit_of_work():
        ledger = ledgers.open_shared(actor.id, name=name, currency=currency or actor.currency)
        _note(actor, "ledger.created", ledger, after={"name": name, "currency": ledger.currency})
        return ledgers.find(actor.id, ledger.id)


def update(
    actor: Actor, ledger_id: int, *, check: Check | None = None, **changes: Any
) -> LedgerScope:
    """Change a ledger's ``name``; ``archived`` lets it only be read, or be written again."""
    show_managed(actor, ledger_id)
    with unit_of_work(LedgerKey(ledger_id)):
        ledger = _managed(actor, ledger_id, check)
        _rename(actor, ledger, changes.get("name", ledger.name))
        _archive(actor, ledger, changes.get("archived", ledger.archived_at is not None))
        return ledgers.find(actor.id, ledger_id)


def delete(actor: Actor, ledger_id: int, *, password: str, check: Check | None = None) -> None:
    """Delete a ledger; its owners can bring it back for thirty days.

    Raises Invalid for a wrong password, Conflict for somebody's personal ledger.
    """
    ledgers.demand_deletable(show_managed(actor, ledger_id))
    users.demand_password(users.find(actor.id), password)
    with unit_of_work(LedgerKey(ledger_id)):
        ledger = _managed(actor, ledger_id, check)
        ledgers.remove(ledger)
        _note(actor, "ledger.deleted", ledger)


def restore(actor: Actor, ledger_id: int) -> LedgerScope:
    """Bring back a ledger that the actor owns and that was deleted less than thirty days ago.

    NotFound when there is no such one, Conflict when it is not deleted.
    """
    _demand_restorable(actor, ledger_id)
    with unit_of_work(LedgerKey(ledger_id)):
        _demand_restorable(actor, ledger_id)
        ledger = ledgers.load(ledger_id)
        ledgers.restore(ledger)
        _note(actor, "ledger.restored", ledger)
        return ledgers.find(actor.id, ledger_id)


def _managed(actor: Actor, ledger_id: int, check: Check | None) -> Ledger:
    """Return the ledger under its lock, as long as the actor may still do what they came for."""
    scope = show_managed(actor, ledger_id)
    if check:
        check(scope)
    return ledgers.load(ledger_id)


def _demand_restorable(actor: Actor, ledger_id: int) -> None:
    if any(one.id == ledger_id for one in ledgers.find_deleted(actor.id)):
        return
    show_managed(actor, ledger_id)
    raise Conflict("This ledger is not deleted.")


def _rename(actor: Actor, ledger: Ledger, name: str) -> None:
    before = ledger.name
    if name != before:
        ledgers.rename(ledger, name)
        _note(actor, "ledger.renamed", ledger, before={"name": before}, after={"name": name})


def _archive(actor: Actor, ledger: Ledger, archived: bool) -> None:
    if archived != (ledger.archived_at is not None):
        ledgers.archive(ledger, archived)
        _note(actor, "ledger.archived" if archived else "ledger.unarchived", ledger)


def _note(actor: Actor, kind: str, ledger: Ledger, **values: Any) -> None:
    activities.record(actor.trace, kind, ledger, ledger_id=ledger.id, **values)
