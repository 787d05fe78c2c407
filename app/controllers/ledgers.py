"""Which ledger a request is about."""

from app.models.ledgers import LedgerScope
from app.models.users import Actor
from app.policies import Permission, require
from app.services import ledgers


def list_all(actor: Actor) -> list[LedgerScope]:
    """Return every ledger the actor may see."""
    return ledgers.find_all(actor.id)


def show(actor: Actor, ledger_id: int) -> LedgerScope:
    """Return one ledger. NotFound when the actor may not see it."""
    scope = ledgers.find(actor.id, ledger_id)
    require(scope, Permission.SEE)
    return scope
