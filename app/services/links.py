"""Links in mails that let their reader do one thing: prove an address, set a new password, come in.

A token says who it is for, at which address, and is good only while that is so. That of a password
reset carries the person's ``link_number`` too, which grows with every newer one, and with every
change of password or address. That of an invitation is the invitation's own.
"""

import datetime as dt

from app.core import signing
from app.models.base import session
from app.models.invitations import Invitation
from app.models.mails import Mail
from app.models.users import User
from app.services import invitations, users

VERIFY = "verify_email"
CONFIRM = "confirm_address"
RESET = "password_reset"
LIFETIMES = {
    VERIFY: dt.timedelta(days=7),
    CONFIRM: dt.timedelta(days=1),
    RESET: dt.timedelta(minutes=60),
}


def prepare(mail: Mail) -> bool:
    """Whether a mail still has a reason to leave; one that has none is dropped.

    That is one whose link would be dead already. Whoever asks for a password reset is looked up
    only here: the answer to them costs the same whether there is such a person or not.
    """
    is_wanted = _is_addressed(mail) and _is_still_wanted(mail)
    if not is_wanted:
        session.delete(mail)
    return is_wanted


def token_of(mail: Mail, user: User | None) -> str | None:
    """Return the token that goes into a mail; None for kinds that have no link to act on."""
    invitation = _invitation_of(mail)
    if invitation is not None:
        return _token_into(invitation)
    if user is None or mail.kind not in LIFETIMES:
        return None
    return signing.sign(mail.kind, [user.id, mail.recipient, user.link_number])


def holder(purpose: str, token: str) -> User:
    """Return who a token was made for; Invalid when it is not good, or not any more."""
    facts = signing.read(purpose, token, LIFETIMES[purpose])
    if users.find_active(facts[0]) is None:
        raise signing.dead_link()
    user = users.find_locked(facts[0])  # of two who use a link at once, the second finds it used
    if not _is_good(purpose, user, address=facts[1], number=facts[2]):
        raise signing.dead_link()
    return user


def end_all(user: User) -> None:
    """Let no link sent before work any more."""
    _grow_number(user)
    user.pending_email = None


def _is_addressed(mail: Mail) -> bool:
    """Find out who a password reset is for; False when nobody may have one at that address."""
    if mail.kind != RESET or mail.user_id is not None:
        return True
    user = users.find_by_email(mail.recipient)
    if user is None or not user.is_active or not user.is_verified:
        return False
    _grow_number(user)
    # As it is stored: what was typed may look alike to us and be another address to a mail server.
    mail.user_id, mail.recipient = user.id, user.email
    mail.details = {"link_number": user.link_number}
    session.flush()
    return True


def _grow_number(user: User) -> None:
    users.find_locked(user.id).link_number += 1


def _invitation_of(mail: Mail) -> Invitation | None:
    """Return the invitation that a mail brings, while it lets somebody in."""
    number = mail.details.get("invitation_id")
    return None if number is None else invitations.find_waiting(number)


def _token_into(invitation: Invitation) -> str:
    if invitation.ledger_id is None:
        return invitations.token_of(invitation)
    return invitations.mailed_token_of(invitation)


def _is_still_wanted(mail: Mail) -> bool:
    if "invitation_id" in mail.details:
        return _invitation_of(mail) is not None
    if mail.kind not in LIFETIMES or mail.user_id is None:
        return True
    user = users.find(mail.user_id)
    number = mail.details.get("link_number", user.link_number)
    return _is_good(mail.kind, user, address=mail.recipient, number=number)


def _is_good(purpose: str, user: User, *, address: str, number: int) -> bool:
    if purpose == VERIFY:
        return user.email == address and not user.is_verified
    if purpose == CONFIRM:
        return user.pending_email == address
    return user.email == address and user.link_number == number
