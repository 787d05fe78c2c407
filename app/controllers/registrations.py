"""Invitations to register, where an instance is not open to everybody."""

from dataclasses import dataclass

from app.core.errors import NotFound
from app.core.uow import unit_of_work
from app.models.registrations import RegistrationInvitation
from app.models.users import Actor
from app.services import registrations


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation and the secret of its link, which is known only now."""

    invitation: RegistrationInvitation
    token: str


def invite(actor: Actor | None, *, email: str | None = None) -> Invited:
    """Make an invitation to register, for one address where ``email`` says which.

    ``actor`` is an administrator, or None for who may run commands on the server. NotFound for
    everybody else: they need not know that there is such a thing.
    """
    if actor is not None and actor.role != "admin":
        raise NotFound
    with unit_of_work():
        return Invited(*registrations.record(email, actor.id if actor else None))


def check(mode: str, token: str) -> None:
    """Raise Forbidden, and say why, when nobody could register with this invitation or none."""
    registrations.admit(mode, token)


def link(base_url: str, invited: Invited) -> str:
    """Return the address at which an invitation is taken up."""
    return f"{base_url}/register?invitation={invited.token}"
