"""One-time passwords as a second factor: set up, confirm, renew recovery codes, remove."""

from dataclasses import dataclass

from app.core.errors import Conflict, Invalid, NotFound
from app.core.uow import unit_of_work
from app.models.users import Actor
from app.services import activities, second_factors, users


@dataclass(frozen=True, slots=True)
class State:
    """Whether the second factor counts, and how many recovery codes are left of it."""

    is_on: bool
    recovery_codes_left: int


@dataclass(frozen=True, slots=True)
class Setup:
    """What an authenticator app needs: the secret in base32, and the address with all of it."""

    secret: str
    uri: str


def show(actor: Actor) -> State:
    """Return how the actor's second factor stands."""
    if second_factors.find(actor.id) is None:
        return State(is_on=False, recovery_codes_left=0)
    return State(is_on=True, recovery_codes_left=second_factors.count_recovery_codes(actor.id))


def start(actor: Actor, *, password: str) -> Setup:
    """Make a secret, which counts once it is confirmed. Conflict where there is one already."""
    user = users.find(actor.id)
    users.demand_password(user, password)
    with unit_of_work():
        users.find_locked(actor.id)
        if second_factors.find(actor.id):
            raise Conflict("There is a second factor already. Remove it first.")
        one_time = second_factors.begin(actor.id)
    return Setup(secret=one_time.secret, uri=second_factors.address(one_time, user))


def show_setup(actor: Actor) -> Setup:
    """Return the secret that waits for its first code. NotFound when there is none."""
    one_time = second_factors.find_unconfirmed(actor.id)
    if one_time is None:
        raise NotFound("There is nothing to confirm. Set it up from the start.")
    return Setup(secret=one_time.secret, uri=second_factors.address(one_time, users.find(actor.id)))


def confirm(actor: Actor, *, code: str) -> list[str]:
    """Let the secret count, proved by a code; returns the recovery codes, for this once."""
    with unit_of_work() as work:
        one_time = second_factors.find_unconfirmed(actor.id)
        if one_time is None:
            raise Conflict("There is nothing to confirm. Set it up from the start.")
        if not second_factors.confirm(one_time, code):
            raise Invalid(errors={"code": ["This is not the code. Is the clock right?"]})
        second_factors.tell(work, users.find(actor.id), "otp_on")
        activities.record(actor.trace, "second_factor.enabled", user_id=actor.id)
        return second_factors.renew_recovery_codes(actor.id)


def renew_recovery_codes(actor: Actor, *, password: str) -> list[str]:
    """Make new recovery codes; the old ones count no more. Conflict without a second factor."""
    user = users.find(actor.id)
    users.demand_password(user, password)
    with unit_of_work() as work:
        users.find_locked(actor.id)
        if second_factors.find(actor.id) is None:
            raise Conflict("There is no second factor. Set it up first.")
        second_factors.tell(work, user, "recovery_codes_renewed")
        activities.record(actor.trace, "second_factor.recovery_codes_renewed", user_id=actor.id)
        return second_factors.renew_recovery_codes(actor.id)


def remove(actor: Actor, *, password: str) -> None:
    """Take the second factor away; does nothing where there is none."""
    user = users.find(actor.id)
    users.demand_password(user, password)
    with unit_of_work() as work:
        if second_factors.find(actor.id):
            second_factors.tell(work, user, "otp_off")
            activities.record(actor.trace, "second_factor.disabled", user_id=actor.id)
        second_factors.remove(actor.id)
