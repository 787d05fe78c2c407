"""Accounts: where money is kept."""

from collections.abc import Sequence

from sqlalchemy import BigInteger, Table, bindparam, exists, select, update

from app.core import clock
from app.core.errors import Conflict, Invalid
from app.models.accounts import Account
from app.models.base import session
from app.models.imports import Import
from app.models.transactions import Transaction

_TABLE: Table = Account.__table__  # type: ignore[assignment]
_SHIFT = (
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("account"))
    .values(
        balance=_TABLE.c.balance + bindparam("difference", type_=BigInteger),
        updated_at=_TABLE.c.updated_at,
    )
)


def find_all(ledger_id: int, *, archived: bool | None = None) -> Sequence[Account]:
    """Return the ledger's accounts by name; all of them, or only those (not) archived."""
    query = select(Account).where(Account.ledger_id == ledger_id).order_by(Account.name)
    if archived is not None:
        query = query.where(Account.archived_at.is_not(None) == archived)
    return session.scalars(query).all()


def find_only(ledger_id: int) -> Account:
    """Return the one account in use. Invalid when there are several: the caller has to say."""
    found = find_all(ledger_id, archived=False)
    if len(found) != 1:
        raise Invalid(errors={"account_id": ["Say which account this belongs to."]})
    return found[0]


def record(
    ledger_id: int, *, name: str, type: str, currency: str, opening_balance: int = 0
) -> Account:
    """Add an account; ``opening_balance`` in minor units is its first balance."""
    account = Account(
        ledger_id=ledger_id,
        name=name,
        type=type,
        currency=currency,
        opening_balance=opening_balance,
        balance=opening_balance,
    )
    session.add(account)
    session.flush()
    return account


def amend(account: Account, *, opening_balance: int | None = None, **changes: object) -> None:
    """Change an account; a new opening balance moves the balance by the difference."""
    currency = changes.get("currency", account.currency)
    if currency != account.currency and is_used(account):
        message = "An account with transactions keeps its currency."
        raise Conflict(message, errors={"currency": [message]})
    for name, value in changes.items():
        setattr(account, name, value)
    if opening_balance is not None:
        shift(account.id, opening_balance - account.opening_balance)
        account.opening_balance = opening_balance
    session.flush()
    session.refresh(account)


def archive(account: Account, archived: bool) -> None:
    """Take an account out of use, or back into it."""
    if archived != account.archived:
        account.archived_at = clock.now() if archived else None


def remove(account: Account) -> None:
    """Delete an account that nothing uses. Conflict otherwise: it can be archived."""
    if is_used(account):
        raise Conflict("This account has transactions or imports. Archive it instead.")
    session.delete(account)
    session.flush()


def is_used(account: Account) -> bool:
    """Whether a transaction or an import belongs to the account."""
    users = (
        Transaction.account_id == account.id,
        Transaction.to_account_id == account.id,
        Import.account_id == account.id,
    )
    return any(session.scalar(select(exists().where(user))) for user in users)


def shift(account_id: int, difference: int) -> None:
    """Move the kept balance by ``difference`` minor units, in one atomic step."""
    session.execute(_SHIFT, {"account": account_id, "difference": difference})


def require_open(account: Account, field: str = "account_id") -> None:
    """Refuse an archived account, beside the input ``field``."""
    if account.archived:
        raise Invalid(errors={field: ["This account is archived."]})
