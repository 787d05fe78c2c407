"""Optimistic locking: a change says which version of a row it was made for."""

from typing import Any

from sqlalchemy.exc import InvalidRequestError

from app.core.errors import NotFound, Stale
from app.models.base import session


def require_current(row: Any, version: int | None) -> None:
    """Read ``row`` again under the lock. Stale when a ``version`` is given and it has another."""
    try:
        session.refresh(row)
    except InvalidRequestError:  # deleted since it was loaded
        raise NotFound from None
    if version is not None and row.version != version:
        raise Stale
