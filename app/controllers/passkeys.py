"""Passkeys: making one, signing in with one, taking one away."""

from collections.abc import Sequence

from app.core.errors import Invalid, NotFound, Unauthenticated
from app.core.uow import unit_of_work
from app.models.second_factors import Passkey
from app.models.users import Actor, Circumstances, Opened
from app.services import activities, passkeys, second_factors, sign_ins, users
from app.services.passkeys import Options, Site, Unproved


def list_all(actor: Actor) -> Sequence[Passkey]:
    """Return the actor's passkeys, the oldest first."""
    return passkeys.find_all(actor.id)


def show(actor: Actor, passkey_id: int) -> Passkey:
    """Return one of the actor's passkeys."""
    found = passkeys.find(actor.id, passkey_id)
    if found is None:
        raise NotFound
    return found


def begin(actor: Actor, site: Site, *, password: str) -> tuple[Options, bytes]:
    """Return what a browser needs to make a passkey, and the challenge to keep until it did."""
    user = users.find(actor.id)
    users.demand_password(user, password)
    return passkeys.registration_options(site, user)


def create(actor: Actor, site: Site, *, challenge: bytes, credential: str, name: str) -> Passkey:
    """Keep the passkey that a browser made. Invalid when it is not what was asked for."""
    with unit_of_work() as work:
        try:
            made = passkeys.record(
                site, actor.id, challenge=challenge, credential=credential, name=name
            )
        except Unproved as error:
            raise Invalid("What this device answered could not be checked. Try again.") from error
        second_factors.tell(work, users.find(actor.id), "passkey_added")
        activities.record(
            actor.trace, "passkey.added", made, user_id=actor.id, after={"name": made.name}
        )
    return made


def remove(actor: Actor, passkey_id: int, *, password: str) -> None:
    """Take a passkey away: it signs in no more."""
    found = show(actor, passkey_id)
    user = users.find(actor.id)
    users.demand_password(user, password)
    with unit_of_work() as work:
        activities.record(
            actor.trace, "passkey.removed", found, user_id=actor.id, before={"name": found.name}
        )
        passkeys.remove(found)
        second_factors.tell(work, user, "passkey_removed")


def begin_sign_in(site: Site) -> tuple[Options, bytes]:
    """Return what a browser needs to ask for a passkey, and the challenge to keep until it did."""
    return passkeys.sign_in_options(site)


def sign_in(
    circumstances: Circumstances, site: Site, *, challenge: bytes, credential: str
) -> Opened:
    """Open a sign-in, proved by a passkey whose owner was verified: both factors at once."""
    with unit_of_work():
        try:
            passkey = passkeys.prove(site, challenge=challenge, credential=credential)
        except Unproved as error:
            raise Unauthenticated("This passkey is not known here any more.") from error
        user = users.demand_active(passkey.user_id)
        activities.record_sign_in(user.id, circumstances, "passkey")
        return sign_ins.record(user, circumstances, strength="passkey")
