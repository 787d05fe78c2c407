"""Joining a ledger by an invitation: who is let in, and as what."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from app.core import clock
from app.core.errors import Forbidden, NotFound
from app.models.activities import Trace
from app.models.base import session
from app.models.invitations import Invitation
from app.models.ledgers import Ledger
from app.models.members import Member
from app.models.users import User
from app.services import activities, invitations, members

_NO_GOOD = "This invitation is not good. Ask for a new one."


@dataclass(frozen=True, slots=True)
class Offer:
    """What whoever has the link of an invitation is shown before they accept."""

    ledger_id: int
    ledger_name: str
    role: str
    invited_by: str
    email: str | None
    placeholder: str | None
    expires_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Joined:
    """A ledger that somebody is in now; ``is_new`` unless they were in it before."""

    ledger_id: int
    is_new: bool


def find(token: str) -> Invitation:
    """Return the invitation of a token, good or used up. Forbidden when it is into no ledger."""
    found = invitations.find_any(token)
    if found.ledger_id is None or _ledger(found.ledger_id) is None:
        raise Forbidden(_NO_GOOD)
    return found


def is_member(invitation: Invitation, user_id: int) -> bool:
    """Whether a person is in the ledger of an invitation already."""
    return _member(invitation, user_id) is not None


def offer(invitation: Invitation) -> Offer:
    """Return what a good invitation offers. Forbidden, saying why, when it lets nobody in."""
    require_good(invitation)
    ledger = session.get_one(Ledger, invitation.ledger_id)
    placeholder = session.get(Member, invitation.member_id) if invitation.member_id else None
    return Offer(
        ledger_id=ledger.id,
        ledger_name=ledger.name,
        role=str(invitation.role),
        invited_by=invitation.created_by.name if invitation.created_by else "",
        email=invitation.email,
        placeholder=placeholder.name if placeholder else None,
        expires_at=invitation.expires_at,
    )


def require_good(invitation: Invitation) -> None:
    """Raise Forbidden, saying why, when an invitation into a ledger lets nobody in any more."""
    invitations.require_waiting(invitation)
    if invitation.created_by_id is None:
        raise Forbidden("Whoever made this invitation is gone. Ask somebody else for a new one.")


def require_for_newcomer(token: str) -> None:
    """Raise Forbidden, saying why, unless somebody who registers now could join at once."""
    invitation = find(token)
    require_good(invitation)
    if invitation.email is not None and not invitations.was_mailed(token):
        raise _unproved(invitation.email)


def join(by: Trace, token: str, user: User) -> Joined:
    """Let a person into the ledger of an invitation; for whoever holds that ledger's lock.

    Nothing changes for who is a member already, whatever the role. An address is proved by the
    link that was mailed to it. Forbidden when the invitation lets nobody in, or not this person;
    Conflict when somebody else was faster.
    """
    invitation = find(token)
    if is_member(invitation, user.id):
        return Joined(_ledger_id(invitation), is_new=False)
    require_good(invitation)
    if invitation.email is not None:
        _require_addressee(by, invitation.email, user, proved=invitations.was_mailed(token))
    invitations.use(invitation)
    _enter(by, invitation, user)
    return Joined(_ledger_id(invitation), is_new=True)


def _enter(by: Trace, invitation: Invitation, user: User) -> None:
    ledger_id, role = _ledger_id(invitation), str(invitation.role)
    activities.record(by, "invitation.accepted", invitation, user_id=user.id)
    if invitation.member_id is None:
        kind, member = "member.joined", members.join(ledger_id, user.id, role)
    else:
        kind, member = "member.claimed", members.find(ledger_id, invitation.member_id)
        members.claim(member, user.id, role)
        invitations.revoke_claims(member.id)
    after = {"role": role, "name": member.name}
    activities.record(by, kind, member, user_id=user.id, after=after, invitation_id=invitation.id)


def _require_addressee(by: Trace, email: str, user: User, *, proved: bool) -> None:
    """Raise Forbidden unless the invited address is the person's, and proved to be."""
    if user.email != email:
        raise Forbidden(
            f"This invitation is for {email}. You are signed in as {user.email}: sign in with the"
            " invited address, or ask for an invitation to yours."
        )
    if not user.is_verified:
        if not proved:
            raise _unproved(email)
        user.email_verified_at = clock.now()
        session.flush()
        activities.record(by, "user.email_verified", user_id=user.id)


def _unproved(email: str) -> Forbidden:
    return Forbidden(
        f"Prove first that {email} is yours: open the invitation by the link in the mail that went"
        " there."
    )


def _member(invitation: Invitation, user_id: int) -> Member | None:
    try:
        return members.find_person(_ledger_id(invitation), user_id)
    except NotFound:
        return None


def _ledger(ledger_id: int) -> int | None:
    """Return the id of a ledger that is not deleted."""
    query = select(Ledger.id).where(Ledger.id == ledger_id, Ledger.deleted_at.is_(None))
    return session.scalar(query)


def _ledger_id(invitation: Invitation) -> int:
    if invitation.ledger_id is None:
        raise Forbidden(_NO_GOOD)
    return invitation.ledger_id
