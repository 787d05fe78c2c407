"""Names in use in a ledger, for forms that complete what is typed."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.models.payees import Payee
from app.models.tags import Tag
from app.models.users import Actor
from app.policies import Permission, require
from app.services import names, scoping

MOST = 200
"""So many payees, and so many tags, a form knows at most; the newest ones."""


@dataclass(frozen=True, slots=True)
class UsedNames:
    """Names to choose from, each kind in order."""

    payees: Sequence[str]
    tags: Sequence[str]


def list_used(actor: Actor, ledger_id: int | None = None) -> UsedNames:
    """Return names of the ledger; two queries."""
    scope = scoping.find_ledger(actor, ledger_id)
    require(scope, Permission.SEE)
    return UsedNames(*(names.newest(model, scope.id, MOST) for model in (Payee, Tag)))
