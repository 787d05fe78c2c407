"""Sign-ins: server-side state behind every cookie and token, so that ending one counts at once."""

import datetime as dt
import hashlib
import secrets

from sqlalchemy import bindparam, select, update

from app.core import clock
from app.models.base import read, session
from app.models.ledgers import Ledger, LedgerScope, Membership
from app.models.users import Actor, SignIn, User

_FIND = (
    select(
        User.id,
        SignIn.id.label("sign_in_id"),
        User.email,
        User.first_name,
        User.last_name,
        User.role,
        User.currency,
        User.timezone,
        User.locale,
        Ledger.id.label("ledger_id"),
        Ledger.name.label("ledger_name"),
        Ledger.kind.label("ledger_kind"),
        Ledger.currency.label("ledger_currency"),
        Ledger.revision,
        Membership.role.label("ledger_role"),
        SignIn.expires_at,
    )
    .join(User, User.id == SignIn.user_id)
    .join(Ledger, Ledger.personal_user_id == User.id)
    .join(Membership, (Membership.ledger_id == Ledger.id) & (Membership.user_id == User.id))
    .where(
        SignIn.token_hash == bindparam("token_hash"),
        SignIn.kind == bindparam("kind"),
        SignIn.revoked_at.is_(None),
        User.is_active,
    )
)


def record(
    user: User, *, kind: str, lifetime: dt.timedelta, user_agent: str, address: str
) -> tuple[SignIn, str]:
    """Open a sign-in; returns it with the secret that stands for it, of which only a hash stays."""
    token = secrets.token_urlsafe(32)
    now = clock.now()
    sign_in = SignIn(
        user_id=user.id,
        token_hash=_digest(token),
        kind=kind,
        user_agent=user_agent[:300],
        address=address[:45],
        created_at=now,
        expires_at=now + lifetime,
    )
    session.add(sign_in)
    session.flush()
    return sign_in, token


def find_actor(token: str, kind: str) -> Actor | None:
    """Return who the secret of a sign-in stands for, while that sign-in counts; in one query."""
    row = read(_FIND, token_hash=_digest(token), kind=kind).one_or_none()
    if row is None or row.expires_at <= clock.now():
        return None
    name = f"{row.first_name} {row.last_name}".strip() or row.email
    return Actor(
        id=row.id,
        sign_in_id=row.sign_in_id,
        email=row.email,
        name=name,
        role=row.role,
        currency=row.currency,
        timezone=row.timezone,
        locale=row.locale,
        ledger=LedgerScope(
            row.ledger_id,
            row.ledger_name,
            row.ledger_kind,
            row.ledger_currency,
            row.revision,
            row.ledger_role,
        ),
    )


def revoke(sign_in_id: int) -> None:
    """End a sign-in; does nothing to one that ended before."""
    session.execute(
        update(SignIn)
        .where(SignIn.id == sign_in_id, SignIn.revoked_at.is_(None))
        .values(revoked_at=clock.now())
    )


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
