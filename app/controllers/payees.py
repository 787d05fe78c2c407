"""Payees of a ledger: found, renamed, merged, and taken out where no row names them."""

from app.core.paging import Page, PageRequest
from app.core.uow import unit_of_work
from app.models.directories import ListedPayee
from app.models.merges import Merged
from app.models.payees import Payee
from app.models.users import Actor
from app.policies import Permission, require
from app.services import payee_changes, payees, scoping, versions


def list_page(
    actor: Actor, ledger_id: int | None = None, *, q: str | None = None, request: PageRequest
) -> Page[ListedPayee]:
    """Return one page of the ledger's payees by name, of those with the words of ``q``."""
    scope = scoping.find_ledger(actor, ledger_id)
    require(scope, Permission.SEE)
    return payees.find_page(scope.id, q, request)


def show(actor: Actor, payee_id: int) -> ListedPayee:
    """Return one payee."""
    payee, scope = scoping.find(Payee, actor.id, payee_id)
    require(scope, Permission.SEE)
    return payees.find_listed(scope.id, [payee.id])[payee.id]


def update(
    actor: Actor,
    payee_id: int,
    *,
    version: int | None = None,
    name: str | None = None,
    suggests: bool | None = None,
) -> Merged:
    """Rename a payee, on its rows, too; say whether its category is suggested for new ones."""
    payee, scope = scoping.find(Payee, actor.id, payee_id)
    require(scope, Permission.EDIT)
    with unit_of_work(scope):
        versions.require_current(payee, version)
        if suggests is not None:
            payee_changes.let_suggest(payee, suggests, actor.trace)
        return payee_changes.rename(payee, name or payee.name, actor.trace)


def merge(actor: Actor, payee_id: int, *, into_id: int, version: int | None = None) -> Merged:
    """Give all rows of a payee to another one; it is gone then."""
    payee, scope = scoping.find(Payee, actor.id, payee_id)
    require(scope, Permission.EDIT)
    with unit_of_work(scope):
        versions.require_current(payee, version)
        target = scoping.find_in_ledger(Payee, scope.id, into_id, "into_id")
        versions.require_current(target, None)
        return payee_changes.merge(payee, target, actor.trace)


def delete(actor: Actor, payee_id: int, *, version: int | None = None) -> None:
    """Take a payee out of the directory. Conflict when rows name it."""
    payee, scope = scoping.find(Payee, actor.id, payee_id)
    require(scope, Permission.EDIT)
    with unit_of_work(scope):
        versions.require_current(payee, version)
        payee_changes.remove(payee, actor.trace)
