"""Invitations to register, where an instance is not open to everybody."""

import datetime as dt

from app.core.paging import Page, PageRequest
from app.core.uow import UnitOfWork, unit_of_work
from app.models.invitations import Invitation, Invited
from app.models.users import Actor
from app.policies import require_administrator, require_operator
from app.services import activities, invitations, mails, registrations


def list_page(actor: Actor, *, base_url: str, request: PageRequest) -> Page[Invited]:
    """Return a page of all invitations, the newest first; links begin with ``base_url``."""
    require_administrator(actor)
    return invitations.shown_page(base_url, request)


def show(actor: Actor, invitation_id: int, *, base_url: str) -> Invited:
    """Return one invitation."""
    require_administrator(actor)
    return invitations.shown(invitations.find(invitation_id), base_url)


def invite(
    actor: Actor | None,
    *,
    base_url: str,
    email: str | None = None,
    expires_at: dt.datetime | None = None,
    max_uses: int | None = 1,
) -> Invited:
    """Make an invitation to register; one for an address goes there as a mail too.

    ``actor`` is an administrator, or None for who may run commands on the server.
    """
    by = require_operator(actor)
    with unit_of_work() as work:
        made = invitations.record(
            email=email,
            created_by_id=actor.id if actor else None,
            expires_at=expires_at,
            max_uses=max_uses,
        )
        activities.record(by, "invitation.created", made)
        if made.email:
            _send(work, made, made.email, locale=actor.locale if actor else None)
        return invitations.shown(invitations.find(made.id), base_url)


def revoke(actor: Actor, invitation_id: int) -> None:
    """Take an invitation back at once. Conflict when it lets nobody in any more."""
    require_administrator(actor)
    with unit_of_work():
        invitation = invitations.find(invitation_id)
        invitations.revoke(invitation)
        activities.record(actor.trace, "invitation.revoked", invitation)


def check(mode: str, token: str) -> None:
    """Raise Forbidden, and say why, when nobody could register with this invitation or none."""
    registrations.admit(mode, token)


def _send(work: UnitOfWork, invitation: Invitation, email: str, *, locale: str | None) -> None:
    """Have the link go out as a mail, in the language of whoever invites."""
    details = {
        "invitation_id": invitation.id,
        "expires_at": invitation.expires_at.isoformat(),
        "locale": locale,
    }
    mails.post(work, "registration_invitation", recipient=email, details=details)
