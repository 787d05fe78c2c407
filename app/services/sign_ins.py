"""Sign-ins: server-side state behind every cookie and token, so that ending one counts at once."""

import datetime as dt
import hashlib
import logging
import secrets
from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Result, bindparam, func, select, update

from app.core import clock
from app.models.base import read, session
from app.models.users import Actor, Circumstances, Opened, SignIn, User
from app.services import actors, devices

REFRESH_GRACE = dt.timedelta(seconds=20)
"""How long a refresh token may be sent once more, because its answer may have been lost."""

log = logging.getLogger(__name__)

_FIND = (
    actors.query(
        SignIn.id.label("sign_in_id"), SignIn.created_at, SignIn.last_seen_at, SignIn.expires_at
    )
    .join(SignIn, SignIn.user_id == User.id)
    .where(
        SignIn.token_hash == bindparam("token_hash"),
        SignIn.kind == bindparam("kind"),
        SignIn.revoked_at.is_(None),
    )
)


def record(user: User, circumstances: Circumstances, *, strength: str = "password") -> Opened:
    """Open a sign-in; of the secret that stands for it only a hash stays."""
    token = secrets.token_urlsafe(32)
    now = clock.now()
    sign_in = SignIn(
        user_id=user.id,
        token_hash=_digest(token),
        kind=circumstances.kind,
        strength=strength,
        user_agent=circumstances.user_agent[:300],
        address=circumstances.address[:45],
        created_at=now,
        last_seen_at=now,
        expires_at=now + circumstances.lifetime,
    )
    session.add(sign_in)
    session.flush()
    said = {
        "user": user.id,
        "sign_in": sign_in.id,
        "kind": sign_in.kind,
        "address": sign_in.address,
    }
    log.info("signed in", extra=said | {"strength": sign_in.strength})
    return Opened(user, sign_in, token)


def find_actor(token: str, kind: str, *, idle: dt.timedelta) -> Actor | None:
    """Return who the secret of a sign-in stands for, while that sign-in counts; in one query.

    It counts until its own end, and no longer than ``idle`` after it was last seen.
    """
    row = read(_FIND, token_hash=_digest(token), kind=kind).one_or_none()
    now = clock.now()
    if row is None or row.expires_at <= now:
        return None
    seen_at = row.last_seen_at or row.created_at
    if seen_at + idle <= now:
        return None
    return actors.of_row(row, sign_in_id=row.sign_in_id, seen_at=seen_at)


def note_seen(sign_in_id: int) -> None:
    """Write down that a sign-in is in use now."""
    session.execute(update(SignIn).where(SignIn.id == sign_in_id).values(last_seen_at=clock.now()))


def find_live(user_id: int, *, idle: dt.timedelta) -> Sequence[SignIn]:
    """Return a person's sign-ins that count, the one seen last first."""
    now = clock.now()
    seen_at = func.coalesce(SignIn.last_seen_at, SignIn.created_at, type_=SignIn.created_at.type)
    return session.scalars(
        select(SignIn)
        .where(
            SignIn.user_id == user_id,
            SignIn.revoked_at.is_(None),
            SignIn.expires_at > now,
            seen_at > now - idle,
        )
        .order_by(seen_at.desc(), SignIn.id.desc())
    ).all()


def advance(sign_in_id: int, number: int) -> bool:
    """Use up the refresh token with this number; False when it was not the newest.

    One atomic statement: of two that come at the same instant, one wins.
    """
    used = session.execute(
        update(SignIn)
        .where(
            SignIn.id == sign_in_id,
            SignIn.refresh_number == number,
            SignIn.revoked_at.is_(None),
        )
        .values(refresh_number=number + 1, refreshed_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    return _changed(used) == 1


def is_retry(sign_in_id: int, number: int) -> bool:
    """Whether the token with this number was the newest until some seconds ago."""
    row = session.execute(
        select(SignIn.refresh_number, SignIn.refreshed_at).where(SignIn.id == sign_in_id)
    ).one()
    is_previous = row.refresh_number == number + 1 and row.refreshed_at is not None
    return is_previous and clock.now() - row.refreshed_at <= REFRESH_GRACE


def device_of(sign_in_id: int) -> str:
    """Return what to call the device of a sign-in in any language; "" when nobody can tell."""
    found = session.scalar(select(SignIn.user_agent).where(SignIn.id == sign_in_id))
    return devices.wordless_name_of(found or "")


def revoke(sign_in_id: int) -> None:
    """End a sign-in; does nothing to one that ended before."""
    _end(SignIn.id == sign_in_id)


def revoke_of(user_id: int, sign_in_id: int) -> bool:
    """End one sign-in of a person; False when there is none that counts."""
    return _end(SignIn.user_id == user_id, SignIn.id == sign_in_id) == 1


def revoke_all(user_id: int, *, keep: int | None = None) -> int:
    """End all sign-ins of a person but the one to ``keep``; returns how many."""
    kept = [] if keep is None else [SignIn.id != keep]
    return _end(SignIn.user_id == user_id, *kept)


def _end(*which: ColumnElement[bool]) -> int:
    return _changed(
        session.execute(
            update(SignIn)
            .where(*which, SignIn.revoked_at.is_(None))
            .values(revoked_at=clock.now())
            .execution_options(synchronize_session=False)
        )
    )


def _changed(result: Result[Any]) -> int:
    return cast("CursorResult[Any]", result).rowcount


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
