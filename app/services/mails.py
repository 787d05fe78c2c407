"""The outbox: mails are rows first, and leave by a job once what they tell of is stored."""

from typing import Any

from app.core import queue
from app.core.uow import UnitOfWork
from app.models.base import session
from app.models.mails import Mail
from app.models.users import User

SEND_JOB = "app.jobs.mails.send"
UNPROVED = frozenset({"verify_email", "confirm_address", "invitation"})
"""Kinds that go to addresses nobody has proved yet; all others go to proved ones only."""


def post(
    unit: UnitOfWork,
    kind: str,
    *,
    recipient: str,
    user: User | None = None,
    details: dict[str, Any] | None = None,
) -> Mail | None:
    """Store a mail with the change it tells of; a job composes and sends it after the commit.

    Returns None, and stores nothing, where the address is not proved and ``kind`` has to wait for
    that. ``details`` hold ids and plain values, never secrets.
    """
    if user is not None and not user.is_verified and kind not in UNPROVED:
        return None
    mail = Mail(
        kind=kind, recipient=recipient, user_id=user.id if user else None, details=details or {}
    )
    session.add(mail)
    session.flush()
    unit.after_commit(lambda: hand_over(mail.id))
    return mail


def hand_over(mail_id: int) -> None:
    """Give a waiting mail to a worker; the sweep finds it where the queue is away."""
    queue.enqueue(SEND_JOB, mail_id, name=f"mail-{mail_id}")
