"""Passwords: changing one, and setting a new one when it is forgotten."""

from app.core.errors import Conflict
from app.core.uow import unit_of_work
from app.models.activities import NOBODY, Trace
from app.models.users import Actor, User
from app.services import activities, links, mails, passwords, users


def request_reset(*, email: str) -> None:
    """Have a link to set a new password sent to ``email``, if that is somebody's proved address.

    Does the same for every address: only the job that sends the mail looks who it is for.
    """
    with unit_of_work() as work:
        mails.post(work, links.RESET, recipient=users.normalize_email(email))


def request_own(actor: Actor) -> None:
    """Have the link to set a password sent to the actor, who may have none yet.

    Conflict while their address is not proved: the link would show the books to whose it is.
    """
    if not users.find(actor.id).is_verified:
        raise Conflict("First prove that the address is yours: follow the link that went there.")
    with unit_of_work():
        activities.record(actor.trace, "user.password_reset_sent", user_id=actor.id)
        request_reset(email=actor.email)


def address_of(token: str) -> str:
    """Return whose password the link in a mail would set. Invalid when none (any more)."""
    return links.holder(links.RESET, token).email


def reset(*, token: str, password: str, revoke_tokens: bool = True, visitor: Trace = NOBODY) -> int:
    """Set a new password with the link in a mail; ends every sign-in of the person.

    Returns how many personal API tokens were ended with it: whoever resets a password may have
    been robbed of more than that. Raises Invalid when the link is not good (any more), or the
    password is too weak.
    """
    user = links.holder(links.RESET, token)
    password_hash = _hash(user, password)
    with unit_of_work() as work:
        found = links.holder(links.RESET, token)
        activities.record(visitor.of(found.id), "user.password_reset", user_id=found.id)
        return passwords.replace(work, found, password_hash, revoke_tokens=revoke_tokens)


def change(actor: Actor, *, current_password: str, password: str) -> None:
    """Set a new password; ends every other sign-in of the person. Invalid when it is refused."""
    user = users.find(actor.id)
    users.demand_password(user, current_password, field="current_password")
    password_hash = _hash(user, password)
    with unit_of_work() as work:
        passwords.replace(work, users.find_locked(user.id), password_hash, keep=actor.sign_in_id)
        activities.record(actor.trace, "user.password_changed", user_id=user.id)


def _hash(user: User, password: str) -> str:
    passwords.check(password, user.email, user.first_name, user.last_name)
    return users.hash_password(password)
