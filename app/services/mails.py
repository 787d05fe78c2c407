"""The outbox: mails are rows first, and leave by a job once what they tell of is stored."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, func, select

from app.core import clock, queue
from app.core.errors import NotFound
from app.core.uow import UnitOfWork
from app.models.base import session
from app.models.mails import Mail
from app.models.users import User

SEND_JOB = "app.jobs.mails.send"
SEND_SECONDS = 50
"""How long a job may take to send one mail; shorter than the wait for the next try."""

UNPROVED = frozenset(
    {"verify_email", "confirm_address", "registration_invitation", "ledger_invitation"}
)
"""Kinds that go to addresses nobody has proved yet; all others go to proved ones only."""

MOST_ATTEMPTS = 8
MOST_AT_ONCE = 500
MOST_SHOWN = 50
KEPT = dt.timedelta(days=30)
"""How long a mail that left is remembered."""


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
    unit.after_commit(lambda: hand_over(mail))
    return mail


def hand_over(mail: Mail) -> None:
    """Give a waiting mail to a worker; the sweep finds it where the queue is away."""
    name = f"mail-{mail.id}-{mail.attempts}"
    queue.enqueue(SEND_JOB, mail.id, name=name, timeout=SEND_SECONDS, once=True)


def find_due() -> Sequence[Mail]:
    """Return the mails that should be on their way by now, the oldest first."""
    due = select(Mail).where(Mail.status == "waiting", Mail.due_at <= clock.now())
    return session.scalars(due.order_by(Mail.due_at).limit(MOST_AT_ONCE)).all()


def claim(mail_id: int) -> Mail | None:
    """Take a mail that is due, for one try; None when it is not, or is in other hands.

    The next try is put off first: a job that dies halfway leaves a mail that is tried again, and
    no other job takes it in the meantime.
    """
    query = select(Mail).where(Mail.id == mail_id, Mail.status == "waiting")
    mail = session.scalar(query.where(Mail.due_at <= clock.now()).with_for_update())
    if mail is not None:
        mail.attempts += 1
        mail.due_at = clock.now() + wait_after(mail.attempts)
        session.flush()
    return mail


def wait_after(attempts: int) -> dt.timedelta:
    """Return how long to wait after that many tries: 1, 3, 9, 27 minutes and so on, to 12 hours."""
    return dt.timedelta(minutes=3 ** (attempts - 1))


def note_sent(mail: Mail) -> None:
    """Keep that the mail left."""
    mail.status, mail.sent_at, mail.reason = "sent", clock.now(), None
    session.flush()


def note_failure(mail: Mail, reason: str, *, for_good: bool) -> None:
    """Keep why the mail could not leave; after the last try, or ``for_good``, it never will."""
    mail.reason = reason[:500]
    if for_good or mail.attempts >= MOST_ATTEMPTS:
        mail.status = "failed"
    session.flush()


def find_failed() -> Sequence[Mail]:
    """Return the newest mails that failed for good, the newest first."""
    failed = select(Mail).where(Mail.status == "failed")
    return session.scalars(failed.order_by(Mail.id.desc()).limit(MOST_SHOWN)).all()


def count_failed() -> int:
    """Return how many mails failed for good."""
    return session.scalar(select(func.count()).where(Mail.status == "failed")) or 0


def retry(unit: UnitOfWork, mail_id: int) -> None:
    """Let a mail that failed for good be tried again from the start. NotFound without one."""
    query = select(Mail).where(Mail.id == mail_id, Mail.status == "failed")
    mail = session.scalar(query.with_for_update())
    if mail is None:
        raise NotFound
    mail.status, mail.attempts, mail.due_at, mail.reason = "waiting", 0, clock.now(), None
    session.flush()
    unit.after_commit(lambda: hand_over(mail))


def remove_old() -> None:
    """Drop mails that left some time ago: nobody will ask about them."""
    before = clock.now() - KEPT
    session.execute(delete(Mail).where(Mail.status == "sent", Mail.sent_at < before))
