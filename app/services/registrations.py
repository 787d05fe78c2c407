"""Who may register: everybody, whoever is invited, or nobody; the first person always may."""

import datetime as dt
import hashlib
import secrets
from typing import Any, cast

from sqlalchemy import CursorResult, select, update

from app.core import clock
from app.core.errors import Conflict, Forbidden, Invalid
from app.models.base import session
from app.models.registrations import RegistrationInvitation
from app.models.users import User
from app.services import users

LIFETIME = dt.timedelta(days=7)


def admit(mode: str, token: str, email: str | None = None) -> RegistrationInvitation | None:
    """Return the invitation somebody registers with, None where no invitation is needed.

    ``mode`` is open, invite or closed. Raises Forbidden when they may not register, Invalid for
    an address that is not the invited one.
    """
    if mode == "open" or not users.exist():
        return None
    if mode == "closed":
        raise Forbidden("Nobody can register here at present.")
    return _find_good(token, email)


def record(email: str | None, created_by_id: int | None) -> tuple[RegistrationInvitation, str]:
    """Make an invitation; returns it with the secret of its link, of which only a hash stays."""
    token = secrets.token_urlsafe(32)
    invitation = RegistrationInvitation(
        token_hash=_digest(token),
        email=users.normalize_email(email) if email else None,
        created_by_id=created_by_id,
        expires_at=clock.now() + LIFETIME,
    )
    session.add(invitation)
    session.flush()
    return invitation, token


def use(invitation: RegistrationInvitation, user: User) -> None:
    """Use an invitation up. Conflict when somebody else was faster."""
    statement = (
        update(RegistrationInvitation)
        .where(RegistrationInvitation.id == invitation.id)
        .where(RegistrationInvitation.used_at.is_(None))
        .values(used_at=clock.now(), used_by_id=user.id)
        .execution_options(synchronize_session=False)
    )
    if cast("CursorResult[Any]", session.execute(statement)).rowcount != 1:
        raise Conflict("This invitation was used already.")


def _find_good(token: str, email: str | None) -> RegistrationInvitation:
    if not token:
        raise Forbidden("You can register here with an invitation only.")
    query = select(RegistrationInvitation).where(
        RegistrationInvitation.token_hash == _digest(token),
        RegistrationInvitation.used_at.is_(None),
        RegistrationInvitation.expires_at > clock.now(),
    )
    invitation = session.scalar(query)
    if invitation is None:
        raise Forbidden("This invitation is not good, or not any more. Ask for a new one.")
    if email and invitation.email and invitation.email != users.normalize_email(email):
        raise Invalid(errors={"email": ["This invitation is for another address."]})
    return invitation


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
