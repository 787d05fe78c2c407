"""Identities elsewhere: which subject at which issuer stands for which person."""

from collections.abc import Sequence

from sqlalchemy import select

from app.models.base import session
from app.models.identities import Identity
from app.models.users import User


def find(issuer: str, subject: str) -> Identity | None:
    """Return who a subject at an issuer is here."""
    query = select(Identity).where(Identity.issuer == issuer, Identity.subject == subject)
    return session.scalar(query)


def find_all(user_id: int) -> Sequence[Identity]:
    """Return a person's identities, the oldest first."""
    query = select(Identity).where(Identity.user_id == user_id).order_by(Identity.id)
    return session.scalars(query).all()


def find_of(user_id: int, identity_id: int) -> Identity | None:
    """Return one identity of a person."""
    query = select(Identity).where(Identity.id == identity_id, Identity.user_id == user_id)
    return session.scalar(query)


def record(user: User, *, issuer: str, subject: str) -> Identity:
    """Let a subject at an issuer stand for a person."""
    identity = Identity(user_id=user.id, issuer=issuer, subject=subject)
    session.add(identity)
    session.flush()
    return identity


def remove(identity: Identity) -> None:
    """Let it stand for nobody."""
    session.delete(identity)
