"""Kept answers to requests that may be sent twice."""

import datetime as dt
import hashlib

from sqlalchemy import delete, select, text

from app.core import clock
from app.core.errors import Conflict
from app.models.base import session
from app.models.requests import IdempotentRequest

KEPT_FOR = dt.timedelta(days=2)


def lock(user_id: int, key: str, *, wait: bool) -> None:
    """Hold ``key`` until the transaction ends; when another request does, wait, or Conflict.

    SQLite lets one writer in at a time, so there a second request always waits for the first.
    """
    if session.get_bind().dialect.name != "postgresql":
        return
    digest = hashlib.blake2b(f"{user_id}:{key}".encode(), digest_size=8).digest()
    number = int.from_bytes(digest, signed=True)
    if wait:
        session.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": number})
    elif not session.scalar(text("SELECT pg_try_advisory_xact_lock(:n)"), {"n": number}):
        raise Conflict("The first request with this key is still running.")


def find(user_id: int, key: str) -> IdempotentRequest | None:
    """Return the kept answer to a person's key."""
    return session.scalar(
        select(IdempotentRequest).where(
            IdempotentRequest.user_id == user_id, IdempotentRequest.key == key
        )
    )


def record(
    user_id: int, key: str, fingerprint: bytes, *, status: int, body: str, location: str | None
) -> None:
    """Keep the answer to a person's key."""
    session.add(
        IdempotentRequest(
            user_id=user_id,
            key=key,
            fingerprint=fingerprint,
            status=status,
            body=body,
            location=location,
        )
    )


def remove_old() -> None:
    """Forget answers that nobody will ask for again."""
    limit = clock.now() - KEPT_FOR
    session.execute(delete(IdempotentRequest).where(IdempotentRequest.created_at < limit))
