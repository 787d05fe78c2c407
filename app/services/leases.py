"""Leases: which job works on a row, so that one that was believed dead changes nothing any more.

A job takes the row up, remembers at which attempt, and holds that against the row in every
transaction of its own; while it is alive it says so.
"""

import datetime as dt
from typing import Any

from sqlalchemy import ColumnElement, or_
from sqlalchemy.exc import InvalidRequestError

from app.core import clock
from app.models.base import session
from app.models.mixins import Leased

LEASE = dt.timedelta(seconds=30)
"""How long a job at work is believed alive after it last said so."""

PATIENCE = dt.timedelta(seconds=10)
"""How long a row may wait for its first job before it is handed over again."""

MOST_ATTEMPTS = 5


def take(work: Leased) -> bool:
    """Take a row up for a job; False when that was tried too often."""
    work.attempts += 1
    keep_alive(work)
    return work.attempts <= MOST_ATTEMPTS


def keep_alive(work: Leased) -> None:
    """Say that the job at work is alive."""
    work.lease_until = clock.now() + LEASE


def holds(work: Leased, attempt: int) -> bool:
    """Read ``work`` again in a write transaction: False when it is gone, or another's."""
    try:
        session.refresh(work)
    except InvalidRequestError:
        return False
    return work.attempts == attempt


def abandoned(model: type[Leased], since: Any) -> ColumnElement[bool]:
    """Match rows whose job died, or never came to the queue; ``since`` is when they last moved."""
    now = clock.now()
    forgotten = model.lease_until.is_(None) & (since < now - PATIENCE)
    return or_(model.lease_until < now, forgotten)
