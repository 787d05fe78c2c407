"""Invitations: links that let somebody in, to register or into a ledger.

The token of a link is signed over the row it stands for, so it can be shown and mailed again, and
nothing secret is stored. When it was made is signed too: a database restored from a backup gives
its ids out once more, and an old link must not open a new row.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import CursorResult, func, or_, select, update
from sqlalchemy.orm import joinedload

from app.core import clock, signing
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.paging import Page, PageRequest
from app.models.base import session
from app.models.invitations import Invitation, Invited
from app.services import users

PURPOSE = "invitation"
REGISTER_PATH = "/register?invitation="
LEDGER_PATH = "/invitation?token="
MAILED = "invitation by mail"
"""The purpose of a token that went to one address only and so proves that its reader got it."""
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
    member_id: int | None = None,
    longest: dt.timedelta = LONGEST_LIFETIME,
) -> Invitation:
    """Make an invitation: to register, or into a ledger with a role there; for a week by default.

    Invalid when it would end in the past or later than ``longest`` from now, or let several people
    in at one address.
    """
    if email and max_uses != 1:
        raise Invalid(errors={"max_uses": ["An invitation for one address works once."]})
    invitation = Invitation(
        ledger_id=ledger_id,
        role=role,
        member_id=member_id,
        email=users.normalize_email(email) if email else None,
        created_by_id=created_by_id,
        expires_at=_checked_end(expires_at, longest) if expires_at else clock.now() + LIFETIME,
        max_uses=max_uses,
    )
    session.add(invitation)
    session.flush()
    return invitation


def token_of(invitation: Invitation) -> str:
    """Return the token of an invitation's link; the same each time."""
    return signing.sign_undated(PURPOSE, [invitation.id, _mark(invitation)])


def mailed_token_of(invitation: Invitation) -> str:
    """Return the token that goes to the address of an invitation, and is shown to nobody else."""
    return signing.sign_undated(MAILED, [invitation.id, _mark(invitation)])


def was_mailed(token: str) -> bool:
    """Whether a token is one that was sent by mail."""
    return _read(MAILED, token) is not None


def shown(invitation: Invitation, base_url: str) -> Invited:
    """Return an invitation with its link, which begins with ``base_url``."""
    token = token_of(invitation) if invitation.state == "waiting" else None
    path = REGISTER_PATH if invitation.ledger_id is None else LEDGER_PATH
    return Invited(
        id=invitation.id,
        role=invitation.role,
        email=invitation.email,
        member_id=invitation.member_id,
        created_by=invitation.created_by.name if invitation.created_by else None,
        created_at=invitation.created_at,
        expires_at=invitation.expires_at,
        uses=invitation.uses,
        max_uses=invitation.max_uses,
        state=invitation.state,
        token=token,
        url=f"{base_url}{path}{token}" if token else None,
    )


def shown_page(
    base_url: str, request: PageRequest, *, ledger_id: int | None = None
) -> Page[Invited]:
    """Return :func:`find_page` with links."""
    page = find_page(request, ledger_id=ledger_id)
    items = [shown(one, base_url) for one in page.items]
    return Page(items=items, per_page=page.per_page, total=page.total, page=page.page)


def find_good(token: str) -> Invitation:
    """Return the invitation of a token while it lets somebody in. Forbidden, saying why, if not."""
    invitation = find_any(token)
    require_waiting(invitation)
    return invitation


def find_any(token: str) -> Invitation:
    """Return the invitation of a token, whatever became of it. Forbidden when there is none."""
    facts = _read(PURPOSE, token) or _read(MAILED, token)
    if facts is None:
        raise Forbidden(_NO_GOOD)
    invitation = _find(Invitation.id == facts[0])
    if invitation is None or _mark(invitation) != facts[1]:
        raise Forbidden(_NO_GOOD)
    return invitation


def require_waiting(invitation: Invitation) -> None:
    """Raise Forbidden, saying why, unless an invitation lets somebody in."""
    if invitation.state != "waiting":
        raise Forbidden(_REFUSALS[invitation.state])


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


def find_all_waiting(ledger_id: int) -> Sequence[Invitation]:
    """Return the invitations into a ledger that let somebody in, the newest first."""
    query = select(Invitation).where(Invitation.ledger_id == ledger_id, *_waiting())
    newest = query.order_by(Invitation.id.desc()).options(joinedload(Invitation.created_by))
    return session.scalars(newest, execution_options={"populate_existing": True}).all()


def use(invitation: Invitation) -> None:
    """Let one person in. Conflict when it lets nobody in any more: somebody else was faster."""
    if not _change(invitation, uses=Invitation.uses + 1):
        raise Conflict("Somebody else was faster: this invitation is not good any more.")


def revoke(invitation: Invitation) -> None:
    """Take an invitation back. Conflict when it lets nobody in any more."""
    if not _change(invitation, revoked_at=clock.now()):
        raise Conflict("This invitation lets nobody in any more; there is nothing to take back.")


def revoke_those_of(ledger_id: int, user_id: int) -> None:
    """Take back what a person made who owns the ledger no more."""
    _revoke_all(Invitation.ledger_id == ledger_id, Invitation.created_by_id == user_id)


def revoke_open_to(ledger_id: int, email: str) -> None:
    """Take back every invitation into a ledger by which somebody with this address could come."""
    is_open = or_(Invitation.email.is_(None), Invitation.email == email)
    _revoke_all(Invitation.ledger_id == ledger_id, is_open)


def revoke_claims(member_id: int) -> None:
    """Take back the invitations to become a placeholder that is none any more."""
    _revoke_all(Invitation.member_id == member_id)


def count_waiting(ledger_id: int) -> int:
    """Return how many invitations into a ledger let somebody in."""
    query = select(func.count()).where(Invitation.ledger_id == ledger_id, *_waiting())
    return session.scalar(query) or 0


def _revoke_all(*conditions: Any) -> None:
    statement = update(Invitation).where(*conditions, *_waiting()).values(revoked_at=clock.now())
    session.execute(statement.execution_options(synchronize_session=False))


def _change(invitation: Invitation, **values: Any) -> bool:
    """Change an invitation in one statement, if it is still waiting; whoever comes second waits."""
    statement = (
        update(Invitation)
        .where(Invitation.id == invitation.id, *_waiting())
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", session.execute(statement)).rowcount == 1


def _waiting() -> tuple[Any, ...]:
    """Return what holds of invitations that let somebody in."""
    return (
        Invitation.revoked_at.is_(None),
        Invitation.expires_at > clock.now(),
        or_(Invitation.max_uses.is_(None), Invitation.uses < Invitation.max_uses),
    )


def _read(purpose: str, token: str) -> list[Any] | None:
    """Return which invitation a token for a purpose stands for; None when it is none."""
    try:
        return signing.read_undated(purpose, token)
    except Invalid:
        return None


def _find(*conditions: Any) -> Invitation | None:
    """Return an invitation as it is stored now, whatever the session has seen of it before."""
    query = select(Invitation).where(*conditions).options(joinedload(Invitation.created_by))
    return session.scalar(query.execution_options(populate_existing=True))


def _checked_end(expires_at: dt.datetime, longest: dt.timedelta) -> dt.datetime:
    if not clock.now() < expires_at <= clock.now() + longest:
        message = f"Has to lie ahead, and at most {longest.days} days."
        raise Invalid(errors={"expires_at": [message]})
    return expires_at


def _mark(invitation: Invitation) -> int:
    return int(invitation.created_at.timestamp())
