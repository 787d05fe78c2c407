"""Ledgers: opening one, finding those that a person may see, and taking one away."""

import datetime as dt

from sqlalchemy import bindparam, func, select

from app.core import clock
from app.core.errors import Conflict, NotFound
from app.models.accounts import Account
from app.models.base import read, session
from app.models.imports import Import
from app.models.ledgers import Contents, DeletedLedger, Ledger, LedgerScope
from app.models.members import Member
from app.models.totals import ARRIVAL, MonthlyTotal
from app.models.users import User
from app.services import accounts, categories, scopes

KEPT = dt.timedelta(days=30)
"""How long a deleted ledger can be brought back."""

_MINE = (
    select(*scopes.COLUMNS)
    .join(Member, Member.ledger_id == Ledger.id)
    .where(Member.user_id == bindparam("user_id"))
)
_SEEN = _MINE.where(Ledger.deleted_at.is_(None))
_ONE = _SEEN.where(Ledger.id == bindparam("ledger_id"))
_ALL = _SEEN.order_by(Ledger.kind, Ledger.name, Ledger.id)
_DELETED = (
    _MINE.add_columns(Ledger.deleted_at)
    .where(Member.role == "owner", Ledger.deleted_at > bindparam("since"))
    .order_by(Ledger.deleted_at.desc(), Ledger.id)
)


def open_personal(user: User) -> Ledger:
    """Give a person their own ledger, with a first account and a starter set of categories."""
    return _open(
        user.id, name="Personal", kind="personal", currency=user.currency, personal_user_id=user.id
    )


def open_shared(user_id: int, *, name: str, currency: str) -> Ledger:
    """Open one more ledger for a person, furnished like the personal one."""
    return _open(user_id, name=name, kind="shared", currency=currency)


def find(user_id: int, ledger_id: int) -> LedgerScope:
    """Return the ledger as the person may see it. NotFound when they may not."""
    row = read(_ONE, user_id=user_id, ledger_id=ledger_id).one_or_none()
    if row is None:
        raise NotFound
    return scopes.of_row(row)


def find_all(user_id: int) -> list[LedgerScope]:
    """Return every ledger the person may see, the personal one first."""
    return [scopes.of_row(row) for row in read(_ALL, user_id=user_id).all()]


def find_deleted(user_id: int) -> list[DeletedLedger]:
    """Return the deleted ledgers that the person can bring back, the latest first."""
    rows = read(_DELETED, user_id=user_id, since=clock.now() - KEPT).all()
    return [_deleted(row) for row in rows]


def load(ledger_id: int) -> Ledger:
    """Return a ledger as it is stored now; for whoever holds its lock."""
    return session.get_one(Ledger, ledger_id, populate_existing=True)


def rename(ledger: Ledger, name: str) -> None:
    """Call a ledger otherwise."""
    ledger.name = name
    session.flush()


def archive(ledger: Ledger, archived: bool) -> None:
    """Let a ledger only be read, or be written again."""
    ledger.archived_at = clock.now() if archived else None
    session.flush()


def demand_deletable(ledger: Ledger | LedgerScope) -> None:
    """Raise Conflict for somebody's personal ledger."""
    if ledger.kind == "personal":
        raise Conflict("This ledger is your own. It stays as long as your account does.")


def remove(ledger: Ledger) -> None:
    """Delete a ledger: seen by nobody from now on. Conflict for somebody's personal one."""
    demand_deletable(ledger)
    ledger.deleted_at = clock.now()
    session.flush()


def restore(ledger: Ledger) -> None:
    """Bring a deleted ledger back as it was."""
    ledger.deleted_at = None
    session.flush()


def count_members(user_id: int) -> dict[int, int]:
    """Return how many members each ledger of the person has, by the ledger's id."""
    mine = select(Member.ledger_id).where(Member.user_id == user_id)
    query = select(Member.ledger_id, func.count()).where(Member.ledger_id.in_(mine))
    return {row[0]: row[1] for row in session.execute(query.group_by(Member.ledger_id))}


def count_contents(ledger_id: int) -> Contents:
    """Return how much there is in a ledger; as quick for a million rows as for ten."""
    rows = func.coalesce(func.sum(MonthlyTotal.count), 0)
    counts = (
        select(func.count()).where(Account.ledger_id == ledger_id).scalar_subquery(),
        select(rows)
        .where(MonthlyTotal.ledger_id == ledger_id, MonthlyTotal.kind != ARRIVAL)
        .scalar_subquery(),
        select(func.count()).where(Import.ledger_id == ledger_id).scalar_subquery(),
        select(func.count()).where(Member.ledger_id == ledger_id).scalar_subquery(),
    )
    return Contents(*map(int, session.execute(select(*counts)).one()))


def _open(user_id: int, **values: object) -> Ledger:
    ledger = Ledger(**values)
    session.add(ledger)
    session.flush()
    session.add(Member(ledger_id=ledger.id, user_id=user_id, role="owner"))
    accounts.record(ledger.id, name="Main account", type="checking", currency=ledger.currency)
    categories.record_starter_set(ledger.id)
    return ledger


def _deleted(row: object) -> DeletedLedger:
    scope = scopes.of_row(row)
    deleted_at: dt.datetime = row.deleted_at  # type: ignore[attr-defined]
    return DeletedLedger(
        scope.id,
        scope.name,
        scope.kind,
        scope.currency,
        scope.role,
        scope.is_archived,
        deleted_at,
        deleted_at + KEPT,
    )
