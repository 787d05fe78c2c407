"""E-mail addresses: proving that one is one's own, and changing it."""

from app.core import clock
from app.core.errors import Conflict, Invalid
from app.core.uow import UnitOfWork, unit_of_work
from app.models.activities import NOBODY, Trace
from app.models.users import Actor, User
from app.services import activities, links, mails, users


def show(actor: Actor) -> User:
    """Return the acting person, with their address and the one that waits for its proof."""
    return users.find(actor.id)


def verify(*, token: str, visitor: Trace = NOBODY) -> None:
    """Take the link in a mail as proof of the address it went to. Invalid when it is not good."""
    with unit_of_work():
        user = links.holder(links.VERIFY, token)
        user.email_verified_at = clock.now()
        activities.record(visitor.of(user.id), "user.email_verified", user_id=user.id)


def resend(actor: Actor) -> None:
    """Send the link that proves the address once more. Conflict when that is done already."""
    with unit_of_work() as work:
        user = users.find_locked(actor.id)
        if user.is_verified:
            raise Conflict("This address is proved to be yours already.")
        mails.post(work, links.VERIFY, recipient=user.email, user=user)


def change(actor: Actor, *, email: str, password: str) -> None:
    """Have a link sent to a new address; the old one stays until the link is followed.

    Raises Invalid for a wrong password or one's own address, Conflict for somebody else's.
    """
    users.demand_password(users.find(actor.id), password)
    address = users.normalize_email(email)
    with unit_of_work() as work:
        user = users.find_locked(actor.id)
        if address == user.email:
            raise Invalid(errors={"email": ["This is your address already."]})
        _refuse_taken(address)
        user.pending_email = address
        mails.post(work, links.CONFIRM, recipient=address, user=user)
        activities.record(
            actor.trace, "user.email_change_requested", user_id=user.id, after={"email": address}
        )


def confirm(*, token: str, visitor: Trace = NOBODY) -> None:
    """Use the new address from now on, proved by the link that went to it; tells the old one.

    Raises Invalid when the link is not good, Conflict when the address was taken meanwhile.
    """
    with unit_of_work() as work:
        user = links.holder(links.CONFIRM, token)
        address = str(user.pending_email)
        _refuse_taken(address)
        _tell_old_address(work, user, address)
        links.end_all(user)
        activities.record(
            visitor.of(user.id),
            "user.email_changed",
            user_id=user.id,
            before={"email": user.email},
            after={"email": address},
        )
        user.email, user.email_verified_at = address, clock.now()


def _refuse_taken(address: str) -> None:
    if users.find_by_email(address):
        message = "There is already an account with this address."
        raise Conflict(errors={"email": [message]})


def _tell_old_address(work: UnitOfWork, user: User, address: str) -> None:
    mails.post(work, "address_changed", recipient=user.email, user=user, details={"new": address})
