"""Ledgers: opening one, and finding those that a person may see."""

from sqlalchemy import select

from app.core.errors import NotFound
from app.models.base import session
from app.models.ledgers import Ledger, LedgerScope, Membership
from app.models.users import User
from app.services import accounts, categories

_MINE = select(
    Ledger.id, Ledger.name, Ledger.kind, Ledger.currency, Ledger.revision, Membership.role
).join(Membership, Membership.ledger_id == Ledger.id)


def open_personal(user: User) -> Ledger:
    """Give a person their own ledger, with a first account and a starter set of categories."""
    ledger = Ledger(
        name="Personal", kind="personal", currency=user.currency, personal_user_id=user.id
    )
    session.add(ledger)
    session.flush()
    session.add(Membership(ledger_id=ledger.id, user_id=user.id, role="owner"))
    accounts.record(ledger.id, name="Main account", type="checking", currency=user.currency)
    categories.record_starter_set(ledger.id)
    return ledger


def find(user_id: int, ledger_id: int) -> LedgerScope:
    """Return the ledger as the person may see it. NotFound when they may not."""
    query = _MINE.where(Membership.user_id == user_id, Ledger.id == ledger_id)
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound
    return LedgerScope(*row)


def find_all(user_id: int) -> list[LedgerScope]:
    """Return every ledger the person may see, the personal one first."""
    query = _MINE.where(Membership.user_id == user_id).order_by(Ledger.kind, Ledger.name, Ledger.id)
    return [LedgerScope(*row) for row in session.execute(query).all()]
