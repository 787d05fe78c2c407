"""Invitations: links that let somebody in, to register or into a ledger.

The token of a link is signed over the row it stands for, so it can be shown and mailed again, and
nothing secret is stored. When it was made is signed too: a database restored from a backup gives
its ids out once more, and an old link must not open a new row.
"""

import datetime as dt
from typing import Any, cast

from sqlalchemy import CursorResult, func, or_, select, update
from sqlalchemy.orm import joinedload

from app.core import clock, signing
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.paging import Page, PageRequest
from app.models.base import session
from app.models.invitations import Invitation
from app.services import users

PURPOSE = "invitation"
LIFETIME = dt.timedelta(days=7)
LONGEST_LIFETIME = dt.timedelta(days=366)

_NO_GOOD = "This invitation is not good. Ask for a new one."
_REFUSALS = {
    "used": "This invitation was used already. Ask for a new one.",
    "expired": "This invitation has expired. Ask for a new one.",
    "revoked": "This invitation was taken back. Ask for a new one.",
}


def record(
    *,
    email: str | None = None,
    created_by_id: int | None = None,
    expires_at: dt.datetime | None = None,
    max_uses: int | None = 1,
    ledger_id: int | None = None,
    role: str | None = None,
) -> Invitation:
    """Make an invitation: to register, or into a ledger with a role there; for a week by default.

    Invalid when it would end in the past or too late, or let several people in at one address.
    """
    if email and max_uses != 1:
        raise Invalid(errors={"max_uses": ["An invitation for one address works once."]})
    invitation = Invitation(
        ledger_id=ledger_id,
        role=role,
        email=users.normalize_email(email) if email else None,
        created_by_id=created_by_id,
        expires_at=_checked_end(expires_at) if expires_at else clock.now() + LIFETIME,
        max_uses=max_uses,
    )
    session.add(invitation)
    session.flush()
    return invitation


def token_of(invitation: Invitation) -> str:
    """Return the token of an invitation's link; the same each time."""
    return signing.sign_undated(PURPOSE, [invitation.id, _mark(invitation)])


def find_good(token: str) -> Invitation:
    """Return the invitation of a token while it lets somebody in. Forbidden, saying why, if not."""
    try:
        invitation_id, mark = signing.read_undated(PURPOSE, token)
    except Invalid as error:
        raise Forbidden(_NO_GOOD) from error
    invitation = _find(Invitation.id == invitation_id)
    if invitation is None or _mark(invitation) != mark:
        raise Forbidden(_NO_GOOD)
    if invitation.state != "waiting":
        raise Forbidden(_REFUSALS[invitation.state])
    return invitation


def find(invitation_id: int, *, ledger_id: int | None = None) -> Invitation:
    """Return an invitation into a ledger, or to register, with who made it. NotFound if none."""
    found = _find(Invitation.id == invitation_id, Invitation.ledger_id == ledger_id)
    if found is None:
        raise NotFound
    return found


def find_waiting(invitation_id: int) -> Invitation | None:
    """Return an invitation of either kind while it lets somebody in."""
    found = _find(Invitation.id == invitation_id)
    return found if found and found.state == "waiting" else None


def find_page(request: PageRequest, *, ledger_id: int | None = None) -> Page[Invitation]:
    """Return a page of the invitations into a ledger, or to register, the newest first."""
    these = select(Invitation).where(Invitation.ledger_id == ledger_id)
    skip = (request.page - 1) * request.per_page
    query = these.order_by(Invitation.id.desc()).offset(skip).limit(request.per_page)
    total = session.scalar(select(func.count()).select_from(these.subquery())) or 0
    items = session.scalars(query.options(joinedload(Invitation.created_by))).all()
    return Page(items=items, per_page=request.per_page, total=total, page=request.page)


def use(invitation: Invitation) -> None:
    """Let one person in. Conflict when it lets nobody in any more: somebody else was faster."""
    if not _change(invitation, uses=Invitation.uses + 1):
        raise Conflict("Somebody else was faster: this invitation is not good any more.")


def revoke(invitation: Invitation) -> None:
    """Take an invitation back. Conflict when it lets nobody in any more."""
    if not _change(invitation, revoked_at=clock.now()):
        raise Conflict("This invitation lets nobody in any more; there is nothing to take back.")


def _change(invitation: Invitation, **values: Any) -> bool:
    """Change an invitation in one statement, if it is still waiting; whoever comes second waits."""
    statement = (
        update(Invitation)
        .where(Invitation.id == invitation.id)
        .where(Invitation.revoked_at.is_(None), Invitation.expires_at > clock.now())
        .where(or_(Invitation.max_uses.is_(None), Invitation.uses < Invitation.max_uses))
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", session.execute(statement)).rowcount == 1


def _find(*conditions: Any) -> Invitation | None:
    """Return an invitation as it is stored now, whatever the session has seen of it before."""
    query = select(Invitation).where(*conditions).options(joinedload(Invitation.created_by))
    return session.scalar(query.execution_options(populate_existing=True))


def _checked_end(expires_at: dt.datetime) -> dt.datetime:
    if not clock.now() < expires_at <= clock.now() + LONGEST_LIFETIME:
        message = "Has to lie ahead, and at most a year."
        raise Invalid(errors={"expires_at": [message]})
    return expires_at


def _mark(invitation: Invitation) -> int:
    return int(invitation.created_at.timestamp())
