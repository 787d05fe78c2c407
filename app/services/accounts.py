"""Accounts: where money is kept."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Integer, Table, bindparam, exists, func, or_, select, update

from app.core import clock
from app.core.errors import Conflict, Invalid
from app.models.account_groups import grouped
from app.models.accounts import Account
from app.models.base import session, store
from app.models.imports import Import
from app.models.reconciliations import Reconciliation
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
_PLACE = (
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("account"))
    .values(position=bindparam("place", type_=Integer), updated_at=_TABLE.c.updated_at)
)


def find_all(ledger_id: int, *, archived: bool | None = None) -> Sequence[Account]:
    """Return the ledger's accounts in order; all of them, or only those (not) archived."""
    query = select(Account).where(Account.ledger_id == ledger_id)
    query = query.order_by(Account.position, Account.name)
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
    ledger_id: int, *, opening_balance: int = 0, position: int | None = None, **values: Any
) -> Account:
    """Add an account; ``opening_balance`` in minor units is its first balance.

    Without a ``position`` it comes last where somebody put the others in order.
    """
    account = Account(
        ledger_id=ledger_id,
        opening_balance=opening_balance,
        balance=opening_balance,
        position=_last_place(ledger_id) if position is None else position,
        **values,
    )
    session.add(account)
    session.flush()
    return account


def amend(account: Account, *, opening_balance: int | None = None, **changes: object) -> None:
    """Change an account; a new opening balance moves the balance by the difference."""
    currency = changes.get("currency", account.currency)
    if currency != account.currency and (is_used(account) or _was_reconciled(account)):
        message = "An account with transactions keeps its currency."
        raise Conflict(message, errors={"currency": [message]})
    for name, value in changes.items():
        setattr(account, name, value)
    if opening_balance is not None:
        shift(account.id, opening_balance - account.opening_balance)
        account.opening_balance = opening_balance
    session.flush()
    session.refresh(account)


def _last_place(ledger_id: int) -> int:
    query = select(func.max(Account.position)).where(Account.ledger_id == ledger_id)
    last = session.scalar(query) or 0
    return last + 1 if last else 0


def move(account: Account, *, by: int, group: bool = False) -> None:
    """Move an account ``by`` places in its group, or its whole ``group`` among the others.

    At the ends it stays. From then on every account in use has a place of its own.
    """
    groups = [list(one.accounts) for one in grouped(find_all(account.ledger_id, archived=False))]
    mine = next(one for one in groups if account in one)
    _shift_in(groups, mine, by) if group else _shift_in(mine, account, by)
    places = enumerate((one.id for several in groups for one in several), 1)
    session.execute(_PLACE, [{"account": id_, "place": place} for place, id_ in places])
    session.expire_all()


def _shift_in(items: list[Any], item: Any, by: int) -> None:
    place = items.index(item)
    items.insert(max(0, place + by), items.pop(place))


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
    return bool(session.scalar(select(or_(*(exists().where(user) for user in users)))))


def _was_reconciled(account: Account) -> bool:
    """Whether a statement with a balance in the account's currency was agreed with."""
    theirs = exists().where(Reconciliation.account_id == account.id)
    return bool(session.scalar(select(theirs)))


def shift(account_id: int, difference: int) -> None:
    """Move the kept balance by ``difference`` minor units, in one atomic step."""
    store(_SHIFT, {"account": account_id, "difference": difference})


def require_open(account: Account, field: str = "account_id") -> None:
    """Refuse an archived account, beside the input ``field``."""
    if account.archived:
        raise Invalid(errors={field: ["This account is archived."]})
