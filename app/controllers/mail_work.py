"""Mails, as the worker sends them: claimed under a lock, tried, and tried again later.

Between the claim and the note that a mail left, nothing else touches it: only a job killed in just
that moment has it sent a second time, with the same Message-ID.
"""

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import dataclass

from app.core.uow import unit_of_work
from app.models.mails import Mail
from app.models.users import User
from app.services import links, mails, users

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Letter:
    """What is needed to compose a mail; ``token`` proves that its reader got it."""

    mail: Mail
    user: User | None
    token: str | None

    @property
    def until(self) -> dt.datetime | None:
        """Until when what the mail brings is good, where its row says so."""
        ends = self.mail.details.get("expires_at")
        return dt.datetime.fromisoformat(ends) if ends else None


class Refused(Exception):
    """The mail was refused for good: another try would not help."""


Deliver = Callable[[Letter], None]
"""Composes a mail and hands it over. Raises Refused, or anything else when it is worth a try."""


def send(mail_id: int, deliver: Deliver) -> None:
    """Send a mail that is due; does nothing when another job did, or is at it."""
    letter = _take(mail_id)
    if letter is None:
        return
    try:
        deliver(letter)
    except Refused as refusal:
        _note_failure(letter.mail, str(refusal), for_good=True)
    except Exception as error:  # noqa: BLE001 - whatever it is, the mail waits and says why
        log.warning("a mail did not leave", extra={"mail": mail_id, "error": repr(error)})
        _note_failure(letter.mail, str(error) or type(error).__name__, for_good=False)
    else:
        with unit_of_work():
            mails.note_sent(letter.mail)


def send_due() -> int:
    """Hand over every mail whose time has come; returns how many."""
    due = mails.find_due()
    for mail in due:
        mails.hand_over(mail)
    return len(due)


def forget_sent() -> None:
    """Drop what is known of mails that left long ago."""
    with unit_of_work():
        mails.remove_old()


def _take(mail_id: int) -> Letter | None:
    with unit_of_work():
        mail = mails.claim(mail_id)
        if mail is None or not links.prepare(mail):
            return None
        user = users.find(mail.user_id) if mail.user_id else None
        return Letter(mail, user, links.token_of(mail, user))


def _note_failure(mail: Mail, reason: str, *, for_good: bool) -> None:
    with unit_of_work():
        mails.note_failure(mail, reason, for_good=for_good)
