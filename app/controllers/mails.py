"""Mails as an administrator sees them."""

import smtplib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.core import bounded
from app.core.uow import unit_of_work
from app.models.mails import Mail
from app.models.users import Actor
from app.policies import require_administrator
from app.services import activities, mails


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of a mail that was sent to try the way out; ``said`` is the server's answer.

    Where mails become files ``said`` is where the file lies.
    """

    recipient: str
    is_taken: bool
    said: str


def list_failed(actor: Actor) -> Sequence[Mail]:
    """Return the newest mails that failed for good. NotFound for all but administrators."""
    require_administrator(actor)
    return mails.find_failed()


def count_failed(actor: Actor) -> int:
    """Return how many mails failed for good."""
    require_administrator(actor)
    return mails.count_failed()


def retry(actor: Actor, mail_id: int) -> None:
    """Have a mail that failed for good tried again. NotFound when there is none."""
    require_administrator(actor)
    with unit_of_work() as work:
        mails.retry(work, mail_id)
        activities.record(actor.trace, "mail.retried", mail=mail_id)


def try_out(
    actor: Actor,
    *,
    recipient: str | None = None,
    tester: Callable[[str], Callable[[], str]],
    seconds: float,
) -> Trial:
    """Send a mail at once, to the actor where no ``recipient`` is named; waits ``seconds`` at most.

    ``tester`` makes, for a recipient, what sends it and returns the server's answer.
    """
    require_administrator(actor)
    to = recipient or actor.email
    answer = bounded.ask({"mail": tester(to)}, seconds)["mail"]
    with unit_of_work():
        activities.record(actor.trace, "mail.tested", taken=answer.error is None)
    if answer.value is not None:
        return Trial(to, True, answer.value)
    return Trial(to, False, _reason(answer.error, seconds))


def _reason(error: Exception | None, seconds: float) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        words = said.decode(errors="replace") if isinstance(said, bytes) else said
        return f"{error.smtp_code} {words}"
    if isinstance(error, TimeoutError):
        return f"No answer within {seconds:.0f} seconds."
    return str(error) or type(error).__name__
