"""Invitations to register, where an instance is not open to everybody."""

import datetime as dt
from dataclasses import dataclass, replace

from app.core.paging import Page, PageRequest
from app.core.uow import UnitOfWork, unit_of_work
from app.models.invitations import Invitation
from app.models.users import Actor
from app.policies import require_administrator, require_operator
from app.services import activities, invitations, mails, registrations


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation as administrators see it; with its link while it lets somebody in."""

    id: int
    email: str | None
    created_by: str | None
    created_at: dt.datetime
    expires_at: dt.datetime
    uses: int
    max_uses: int | None
    state: str
    token: str | None
    url: str | None

    def without_link(self) -> "Invited":
        """Return what may be stored of it."""
        return replace(self, token=None, url=None)


def list_page(actor: Actor, *, base_url: str, request: PageRequest) -> Page[Invited]:
    """Return a page of all invitations, the newest first; links begin with ``base_url``."""
    require_administrator(actor)
    page = invitations.find_page(request)
    return Page(
        items=[_shown(one, base_url) for one in page.items],
        per_page=page.per_page,
        total=page.total,
        page=page.page,
    )


def show(actor: Actor, invitation_id: int, *, base_url: str) -> Invited:
    """Return one invitation."""
    require_administrator(actor)
    return _shown(invitations.find(invitation_id), base_url)


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
        return _shown(invitations.find(made.id), base_url)


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


def _shown(invitation: Invitation, base_url: str) -> Invited:
    token = invitations.token_of(invitation) if invitation.state == "waiting" else None
    return Invited(
        id=invitation.id,
        email=invitation.email,
        created_by=invitation.created_by.name if invitation.created_by else None,
        created_at=invitation.created_at,
        expires_at=invitation.expires_at,
        uses=invitation.uses,
        max_uses=invitation.max_uses,
        state=invitation.state,
        token=token,
        url=f"{base_url}/register?invitation={token}" if token else None,
    )
