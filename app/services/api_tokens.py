"""Personal API tokens: keys for scripts, of which only a hash stays."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Collection, Sequence
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, bindparam, or_, select, update

from app.core import clock
from app.models.api_tokens import SCOPES, ApiToken
from app.models.base import read, session
from app.models.users import Actor, User
from app.services import actors

PREFIX = "outlay_"
"""What every token begins with, so that one that leaked is recognised for what it is."""
_LENGTH = len(PREFIX) + 43

_FIND = (
    actors.query(
        ApiToken.id.label("token_id"), ApiToken.scopes, ApiToken.last_used_at, ApiToken.expires_at
    )
    .join(ApiToken, ApiToken.user_id == User.id)
    .where(ApiToken.token_hash == bindparam("token_hash"), ApiToken.revoked_at.is_(None))
)


def record(
    user_id: int, *, name: str, scopes: Collection[str], lifetime: dt.timedelta | None
) -> tuple[ApiToken, str]:
    """Make a token; returns it with its text, which is known to nobody from then on."""
    text = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken(
        user_id=user_id,
        name=name,
        token_hash=_digest(text),
        hint=text[-4:],
        scopes=" ".join(scope for scope in SCOPES if scope in scopes),
        expires_at=clock.now() + lifetime if lifetime else None,
    )
    session.add(token)
    session.flush()
    return token, text


def find_actor(text: str) -> Actor | None:
    """Return who a token stands for, while it counts; in one query."""
    if len(text) != _LENGTH:
        return None
    row = read(_FIND, token_hash=_digest(text)).one_or_none()
    if row is None or (row.expires_at is not None and row.expires_at <= clock.now()):
        return None
    scopes = frozenset(row.scopes.split())
    return actors.of_row(row, token_id=row.token_id, scopes=scopes, seen_at=row.last_used_at)


def find_all(user_id: int) -> Sequence[ApiToken]:
    """Return a person's tokens that count, the newest first."""
    return session.scalars(
        select(ApiToken).where(*_live(user_id)).order_by(ApiToken.id.desc())
    ).all()


def note_used(token_id: int) -> None:
    """Write down that a token is in use now."""
    _change(ApiToken.id == token_id, last_used_at=clock.now())


def revoke(user_id: int, token_id: int) -> bool:
    """End one token of a person; False when there is none."""
    mine = (ApiToken.user_id == user_id, ApiToken.id == token_id, ApiToken.revoked_at.is_(None))
    return _change(*mine, revoked_at=clock.now()) == 1


def revoke_all(user_id: int) -> int:
    """End all tokens of a person; returns how many counted until now."""
    return _change(*_live(user_id), revoked_at=clock.now())


def _live(user_id: int) -> tuple[ColumnElement[bool], ...]:
    """Return what holds of a person's tokens while they count."""
    lasting = or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > clock.now())
    return (ApiToken.user_id == user_id, ApiToken.revoked_at.is_(None), lasting)


def _change(*which: Any, **values: object) -> int:
    result = session.execute(
        update(ApiToken).where(*which).values(**values).execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", result).rowcount


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
