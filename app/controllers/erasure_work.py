"""Erasing a person, as the worker does it: ledger by ledger, then whatever is left of them."""

from collections.abc import Callable, Sequence

from app.controllers.erasures import hand_over
from app.core.uow import unit_of_work
from app.models.ledgers import LedgerKey
from app.services import erasure, purging

ForgetMails = Callable[[Sequence[int]], None]
"""Removes the files of mails, given the mails' ids."""


def erase(user_id: int, *, forget_mails: ForgetMails) -> None:
    """Remove all there is of somebody whose erasure was begun; starts over after a kill."""
    user = erasure.find_begun(user_id)
    if user is None:
        return
    for fate in erasure.plan(user_id):
        _leave(fate.ledger_id, user_id)
    forget_mails(erasure.find_mail_ids(user))
    with unit_of_work():
        erasure.remove(user)


def resume() -> int:
    """Hand over every erasure that is not done; returns how many."""
    with unit_of_work() as work:
        begun = erasure.find_all_begun()
        for user in begun:
            hand_over(work, user.id)
    return len(begun)


def _leave(ledger_id: int, user_id: int) -> None:
    with unit_of_work(LedgerKey(ledger_id)):
        if erasure.leave(ledger_id, user_id):
            return
    purging.purge(ledger_id)
