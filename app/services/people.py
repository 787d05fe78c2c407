"""People as administrators see them: who there is, and what becomes of their account."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, case, exists, func, or_, select

from app.core import clock
from app.core.errors import Conflict, NotFound
from app.core.paging import Page, PageRequest
from app.core.rows import AnyRow
from app.models.api_tokens import ApiToken
from app.models.base import session
from app.models.ledgers import Ledger
from app.models.members import Member
from app.models.second_factors import OneTimePassword, Passkey
from app.models.users import SignIn, User
from app.services import api_tokens, links, sign_ins, users

ACTIVE_FOR = dt.timedelta(days=30)
"""How long after they were last seen somebody counts as active."""

_LAST_SIGN_IN: Any = (
    select(func.max(SignIn.last_seen_at, type_=SignIn.created_at.type))
    .where(SignIn.user_id == User.id)
    .scalar_subquery()
)
_LAST_TOKEN: Any = (
    select(func.max(ApiToken.last_used_at, type_=SignIn.created_at.type))
    .where(ApiToken.user_id == User.id)
    .scalar_subquery()
)
_LAST_SEEN: Any = case(
    (_LAST_TOKEN.is_(None), _LAST_SIGN_IN),
    (_LAST_SIGN_IN.is_(None) | (_LAST_TOKEN > _LAST_SIGN_IN), _LAST_TOKEN),
    else_=_LAST_SIGN_IN,
)
_HAS_SECOND_FACTOR = or_(
    exists().where(OneTimePassword.user_id == User.id, OneTimePassword.confirmed_at.is_not(None)),
    exists().where(Passkey.user_id == User.id),
)
_LEDGERS = (
    select(func.count())
    .select_from(Member)
    .join(Ledger, Ledger.id == Member.ledger_id)
    .where(Member.user_id == User.id, Ledger.deleted_at.is_(None))
    .scalar_subquery()
)
_SHOWN = select(
    User.id,
    User.email,
    User.first_name,
    User.last_name,
    User.role,
    User.is_active,
    User.email_verified_at,
    User.erasure_requested_at,
    User.created_at,
    _HAS_SECOND_FACTOR.label("has_second_factor"),
    _LAST_SEEN.label("last_seen_at"),
    _LEDGERS.label("ledgers"),
)
_ORDERS: dict[str, Any] = {
    "email": User.email.asc(),
    "-email": User.email.desc(),
    "registered": User.created_at.asc(),
    "-registered": User.created_at.desc(),
    "seen": _LAST_SEEN.asc().nulls_first(),
    "-seen": _LAST_SEEN.desc().nulls_last(),
}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as administrators see them: of their ledgers only how many there are."""

    id: int
    email: str
    name: str
    role: str
    is_active: bool
    is_verified: bool
    is_being_erased: bool
    has_second_factor: bool
    created_at: dt.datetime
    last_seen_at: dt.datetime | None
    ledgers: int


def find_page(
    request: PageRequest, *, q: str = "", role: str | None = None, state: str | None = None
) -> Page[Person]:
    """Return a page of the people whose name or address holds each word of ``q``."""
    conditions = [*_words(q), *_filters(role, state)]
    skip = (request.page - 1) * request.per_page
    query = _SHOWN.where(*conditions).order_by(_ORDERS[request.sort], User.id)
    rows = session.execute(query.offset(skip).limit(request.per_page)).all()
    total = session.scalar(select(func.count()).select_from(User).where(*conditions)) or 0
    people = [_person(row) for row in rows]
    return Page(items=people, per_page=request.per_page, total=total, page=request.page)


def find(user_id: int) -> Person:
    """Return one of them. NotFound without."""
    row = session.execute(_SHOWN.where(User.id == user_id)).one_or_none()
    if row is None:
        raise NotFound
    return _person(row)


def find_id(email_or_id: str) -> int:
    """Return whom an address or an id in digits means. NotFound when nobody."""
    condition: ColumnElement[bool] = User.email == users.normalize_email(email_or_id)
    if email_or_id.isascii() and email_or_id.isdigit() and len(email_or_id) < 19:
        condition = User.id == int(email_or_id)
    found = session.scalar(select(User.id).where(condition))
    if found is None:
        raise NotFound("There is nobody with this address or number.")
    return found


def lock(user_id: int) -> tuple[User, Sequence[int]]:
    """Return a person as stored now, and the ids of all who administer; none changes meanwhile.

    Whoever changes what others may do takes these locks first, always in the order of ids: of two
    administrators who demote each other, the second sees what the first one did.
    """
    administrators = session.scalars(
        _locked(select(User.id).where(User.role == "admin", User.is_active))
    ).all()
    user = session.scalar(
        _locked(select(User).where(User.id == user_id)),
        execution_options={"populate_existing": True},
    )
    if user is None:
        raise NotFound
    return user, administrators


def require_another(user: User, administrators: Sequence[int]) -> None:
    """Raise Conflict when nobody would be left to administer without this person."""
    if list(administrators) == [user.id]:
        raise Conflict("This is the only administrator. Make somebody else an administrator first.")


def sign_out(user: User) -> int:
    """End everything a person is known by: sign-ins, tokens, links in mails; returns how many."""
    links.end_all(user)
    return sign_ins.revoke_all(user.id) + api_tokens.revoke_all(user.id)


def count() -> tuple[int, int]:
    """Return how many people there are, and how many of them were seen in the last 30 days."""
    total = session.scalar(select(func.count()).select_from(User)) or 0
    lately = select(func.count()).where(clock.now() - ACTIVE_FOR < _LAST_SEEN)
    return total, session.scalar(lately.select_from(User)) or 0


def _locked(query: Select[Any]) -> Select[Any]:
    """Lock rows against changes, not against others that refer to them."""
    return query.order_by(User.id).with_for_update(key_share=True)


def _person(row: AnyRow) -> Person:
    return Person(
        id=row.id,
        email=row.email,
        name=f"{row.first_name} {row.last_name}".strip(),
        role=row.role,
        is_active=row.is_active,
        is_verified=row.email_verified_at is not None,
        is_being_erased=row.erasure_requested_at is not None,
        has_second_factor=row.has_second_factor,
        created_at=row.created_at,
        last_seen_at=row.last_seen_at,
        ledgers=row.ledgers,
    )


def _words(q: str) -> list[ColumnElement[bool]]:
    told = func.lower(User.email + " " + User.first_name + " " + User.last_name)
    return [told.contains(word, autoescape=True) for word in q.lower().split()]


def _filters(role: str | None, state: str | None) -> list[ColumnElement[bool]]:
    conditions: dict[str | None, ColumnElement[bool]] = {
        "active": User.is_active.is_(True),
        "disabled": User.is_active.is_not(True),
        "unverified": User.email_verified_at.is_(None),
    }
    found = [conditions[state]] if state in conditions else []
    return [*found, User.role == role] if role else found
