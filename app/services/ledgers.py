"""Ledgers: opening one, and finding those that a person may see."""

from sqlalchemy import bindparam, select

from app.core.errors import NotFound
from app.models.base import read, session
from app.models.ledgers import Ledger, LedgerScope
from app.models.members import Member
from app.models.users import User
from app.services import accounts, categories, scopes

_SEEN = (
    select(*scopes.COLUMNS)
    .join(Member, Member.ledger_id == Ledger.id)
    .where(Member.user_id == bindparam("user_id"), Ledger.deleted_at.is_(None))
)
_ONE = _SEEN.where(Ledger.id == bindparam("ledger_id"))
_ALL = _SEEN.order_by(Ledger.kind, Ledger.name, Ledger.id)


def open_personal(user: User) -> Ledger:
    """Give a person their own ledger, with a first account and a starter set of categories."""
    ledger = Ledger(
        name="Personal", kind="personal", currency=user.currency, personal_user_id=user.id
    )
    session.add(ledger)
    session.flush()
    session.add(Member(ledger_id=ledger.id, user_id=user.id, role="owner"))
    accounts.record(ledger.id, name="Main account", type="checking", currency=user.currency)
    categories.record_starter_set(ledger.id)
    return ledger


def find(user_id: int, ledger_id: int) -> LedgerScope:
    """Return the ledger as the person may see it. NotFound when they may not."""
    row = read(_ONE, user_id=user_id, ledger_id=ledger_id).one_or_none()
    if row is None:
        raise NotFound
    return scopes.of_row(row)


def find_all(user_id: int) -> list[LedgerScope]:
    """Return every ledger the person may see, the personal one first."""
    return [scopes.of_row(row) for row in read(_ALL, user_id=user_id).all()]
