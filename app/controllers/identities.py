"""Signing in with an OpenID provider, and linking who somebody is there to who they are here.

Only an issuer and a subject together say who somebody is (OpenID Connect Core, section 5.7): an
address may change hands, so the same address alone links nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from app.core import clock
from app.core.errors import Conflict, Invalid, NotFound
from app.core.uow import UnitOfWork, unit_of_work
from app.models.identities import Identity
from app.models.users import Actor, Circumstances, Opened, User
from app.services import (
    activities,
    identities,
    ledgers,
    links,
    mails,
    registrations,
    second_factors,
    sign_ins,
    users,
)


@dataclass(frozen=True, slots=True)
class Subject:
    """Who a provider says somebody is; ``email`` counts as theirs only if it is verified."""

    issuer: str
    subject: str
    email: str = ""
    email_verified: bool = False
    first_name: str = ""
    last_name: str = ""


class AddressTaken(Conflict):
    """Somebody here has the address already, and has to sign in before anything is linked."""

    code = "address_taken"
    detail = "There is an account with your address already. Sign in with its password to link it."


def list_all(actor: Actor) -> Sequence[Identity]:
    """Return the actor's identities elsewhere."""
    return identities.find_all(actor.id)


def show(actor: Actor, identity_id: int) -> Identity:
    """Return one of the actor's identities."""
    found = identities.find_of(actor.id, identity_id)
    if found is None:
        raise NotFound
    return found


def has_password(actor: Actor) -> bool:
    """Whether the actor ever chose a password."""
    return users.has_password(users.find(actor.id))


def check_password(actor: Actor, *, password: str) -> bool:
    """Ask for the password before an identity is linked. Invalid when it is wrong."""
    users.demand_password(users.find(actor.id), password)
    return True


def link(actor: Actor, subject: Subject) -> Identity:
    """Let a subject stand for the actor. Conflict when it stands for somebody else."""
    known = identities.find(subject.issuer, subject.subject)
    if known and known.user_id != actor.id:
        raise Conflict("This identity belongs to another account here.")
    return known or _link(actor, subject)


def accept_offer(actor: Actor, *, issuer: str, subject: str, email: str) -> bool:
    """Link an identity that came with the actor's own address; does nothing with another's."""
    mine = users.normalize_email(email) == actor.email
    if not mine or identities.find(issuer, subject):
        return False
    _link(actor, Subject(issuer, subject))
    return True


def sign_in(
    circumstances: Circumstances,
    subject: Subject,
    *,
    mode: str,
    person: dict[str, str],
) -> Opened:
    """Open the sign-in of whom a subject stands for; of somebody new where ``mode`` lets them in.

    ``person`` holds the currency, locale and time zone of somebody new; who may be new, see
    :func:`registrations.admit`. AddressTaken when the address is somebody's already;
    Unauthenticated when the account is disabled. The provider has asked for a second factor if it
    wants one: none is asked for here.
    """
    known = identities.find(subject.issuer, subject.subject)
    password_hash = "" if known else users.unknown_password_hash()
    with unit_of_work() as work:
        user = (
            users.demand_active(known.user_id)
            if known
            else _register(work, subject, mode, {**person, "password_hash": password_hash})
        )
        if known is None:
            visitor = circumstances.visitor.of(user.id)
            activities.record(visitor, "user.registered", user_id=user.id)
        activities.record_sign_in(user.id, circumstances, "oidc")
        return sign_ins.record(user, circumstances, strength="oidc")


def remove(actor: Actor, identity_id: int, *, password: str) -> None:
    """Unlink an identity. Conflict for people without a password, who could not sign in again."""
    found = show(actor, identity_id)
    user = users.find(actor.id)
    if not users.has_password(user):
        raise Conflict("Set a password first: without one, this is your only way in.")
    users.demand_password(user, password)
    with unit_of_work() as work:
        identities.remove(found)
        activities.record(actor.trace, "identity.unlinked", user_id=user.id)
        second_factors.tell(work, user, "identity_unlinked")


def _link(actor: Actor, subject: Subject) -> Identity:
    user = users.find(actor.id)
    with unit_of_work() as work:
        activities.record(actor.trace, "identity.linked", user_id=user.id)
        second_factors.tell(work, user, "identity_linked")
        return identities.record(user, issuer=subject.issuer, subject=subject.subject)


def _register(work: UnitOfWork, subject: Subject, mode: str, details: dict[str, str]) -> User:
    if not subject.email:
        raise Invalid("The provider did not say which address is yours, and Outlay needs one.")
    if users.find_by_email(subject.email):
        raise AddressTaken
    registrations.admit(mode, "", subject.email)
    user = users.record(
        email=subject.email,
        first_name=subject.first_name,
        last_name=subject.last_name,
        **details,
    )
    if subject.email_verified:
        user.email_verified_at = clock.now()
    else:
        mails.post(work, links.VERIFY, recipient=user.email, user=user)
    ledgers.open_personal(user)
    identities.record(user, issuer=subject.issuer, subject=subject.subject)
    return user
