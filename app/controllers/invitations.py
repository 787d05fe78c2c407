"""Invitations into a ledger: made and taken back by its owners, accepted by whoever they reach."""

import datetime as dt
from dataclasses import dataclass

from app.core.errors import Conflict, Invalid
from app.core.paging import Page, PageRequest
from app.core.uow import UnitOfWork, unit_of_work
from app.models.invitations import Invitation, Invited
from app.models.ledgers import LedgerKey, LedgerScope
from app.models.users import Actor
from app.policies import Permission, require
from app.services import activities, invitations, joining, ledgers, mails, members, users
from app.services.joining import Offer

LONGEST_LIFETIME = dt.timedelta(days=90)
MOST_WAITING = 100
"""How many invitations into a ledger may wait at once."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A ledger as whoever accepted an invitation sees it; ``is_new`` unless they did before."""

    ledger: LedgerScope
    is_new: bool


def list_page(
    actor: Actor, ledger_id: int, *, base_url: str, request: PageRequest
) -> Page[Invited]:
    """Return a page of a ledger's invitations, the newest first; links begin with ``base_url``."""
    scope = ledgers.find(actor.id, ledger_id)
    require(scope, Permission.MANAGE)
    return invitations.shown_page(base_url, request, ledger_id=scope.id)


def list_waiting(actor: Actor, ledger_id: int, *, base_url: str) -> list[Invited]:
    """Return the invitations into a ledger that let somebody in, the newest first."""
    scope = ledgers.find(actor.id, ledger_id)
    require(scope, Permission.MANAGE)
    return [invitations.shown(one, base_url) for one in invitations.find_all_waiting(scope.id)]


def show(actor: Actor, ledger_id: int, invitation_id: int, *, base_url: str) -> Invited:
    """Return one invitation into a ledger."""
    scope = ledgers.find(actor.id, ledger_id)
    require(scope, Permission.MANAGE)
    return invitations.shown(invitations.find(invitation_id, ledger_id=scope.id), base_url)


def invite(
    actor: Actor,
    ledger_id: int,
    *,
    base_url: str,
    role: str,
    email: str | None = None,
    expires_at: dt.datetime | None = None,
    max_uses: int | None = 1,
    member_id: int | None = None,
) -> Invited:
    """Make an invitation into a ledger; one for an address goes there as a mail too.

    With ``member_id``, whoever accepts becomes that placeholder. Conflict with ``email`` for who
    did not prove their own address, and where too many invitations wait.
    """
    scope = ledgers.find(actor.id, ledger_id)
    require(scope, Permission.MANAGE)
    with unit_of_work(scope) as work:
        require(ledgers.find(actor.id, ledger_id), Permission.MANAGE)
        _require_sensible(actor, ledger_id, email, max_uses, member_id)
        made = invitations.record(
            ledger_id=ledger_id,
            role=role,
            email=email,
            created_by_id=actor.id,
            expires_at=expires_at,
            longest=LONGEST_LIFETIME,
            max_uses=max_uses,
            member_id=member_id,
        )
        activities.record(actor.trace, "invitation.created", made, after=_told(made))
        if made.email:
            _send(work, actor, scope, made, made.email)
        return invitations.shown(invitations.find(made.id, ledger_id=ledger_id), base_url)


def revoke(actor: Actor, ledger_id: int, invitation_id: int) -> None:
    """Take an invitation back at once. Conflict when it lets nobody in any more."""
    scope = ledgers.find(actor.id, ledger_id)
    require(scope, Permission.MANAGE)
    with unit_of_work(scope):
        require(ledgers.find(actor.id, ledger_id), Permission.MANAGE)
        invitation = invitations.find(invitation_id, ledger_id=ledger_id)
        invitations.revoke(invitation)
        activities.record(actor.trace, "invitation.revoked", invitation, before=_told(invitation))


def preview(token: str) -> Offer:
    """Return what an invitation offers, to whoever has its link. Forbidden when it is not good."""
    return joining.offer(joining.find(token))


def find_joined(actor: Actor, token: str) -> LedgerScope | None:
    """Return the ledger of an invitation if the actor is in it already."""
    invitation = joining.find(token)
    if invitation.ledger_id is None or not joining.is_member(invitation, actor.id):
        return None
    return ledgers.find(actor.id, invitation.ledger_id)


def accept(actor: Actor, *, token: str) -> Accepted:
    """Let the actor into the ledger of an invitation. For who is in it already nothing changes.

    Forbidden when the invitation lets nobody in, or not them; Conflict when somebody was faster.
    """
    ledger_id = joining.find(token).ledger_id or 0
    with unit_of_work(LedgerKey(ledger_id)):
        joined = joining.join(actor.trace, token, users.find_locked(actor.id))
    return Accepted(ledgers.find(actor.id, joined.ledger_id), joined.is_new)


def _require_sensible(
    actor: Actor, ledger_id: int, email: str | None, max_uses: int | None, member_id: int | None
) -> None:
    if email and not actor.is_verified:
        raise Conflict(
            "Prove your own address first: follow the link in the mail you got. Until then, invite"
            " by a link that you pass on yourself."
        )
    if member_id is not None:
        _require_claimable(ledger_id, member_id, max_uses)
    if invitations.count_waiting(ledger_id) >= MOST_WAITING:
        raise Conflict(f"At most {MOST_WAITING} invitations can wait. Take some back first.")
    members.require_room(ledger_id)


def _require_claimable(ledger_id: int, member_id: int, max_uses: int | None) -> None:
    if members.find(ledger_id, member_id).user_id is not None:
        raise Invalid(errors={"member_id": ["This member has an account already."]})
    if max_uses != 1:
        raise Invalid(errors={"max_uses": ["Only one person can take the place of somebody."]})


def _send(
    work: UnitOfWork, actor: Actor, scope: LedgerScope, invitation: Invitation, email: str
) -> None:
    """Have the link go out, in the language of its reader if they are known, else the actor's."""
    known = users.find_by_email(email)
    details = {
        "invitation_id": invitation.id,
        "expires_at": invitation.expires_at.isoformat(),
        "locale": known.locale if known else actor.locale,
        "ledger": scope.name,
        "inviter": actor.name,
        "role": invitation.role,
    }
    mails.post(work, "ledger_invitation", recipient=email, details=details)


def _told(invitation: Invitation) -> dict[str, object]:
    """Return what the log says of an invitation."""
    return {
        "role": invitation.role,
        "email": invitation.email,
        "max_uses": invitation.max_uses,
        "expires_at": invitation.expires_at.isoformat(),
    }
