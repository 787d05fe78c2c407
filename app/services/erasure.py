"""Erasing a person: what is theirs alone goes, what they share stays with the others.

Every step is safe to repeat, so a job that is killed halfway starts from the beginning.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, delete, func, or_, select, update

from app.core import clock
from app.core.errors import Conflict
from app.models.activities import Activity
from app.models.api_tokens import ApiToken
from app.models.base import session
from app.models.invitations import Invitation
from app.models.ledgers import Ledger
from app.models.mails import Mail
from app.models.members import Member
from app.models.users import User
from app.services import sign_ins

_RANK = case((Member.role == "owner", 0), (Member.role == "editor", 1), else_=2)


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one of a person's ledgers: it goes, or it stays with ``heir_id``.

    ``heir_id`` is the person who becomes its owner; None with ``stays`` where others own it too.
    """

    ledger_id: int
    name: str
    stays: bool
    heir_id: int | None = None
    heir: str = ""


def plan(user_id: int) -> list[Fate]:
    """Return what becomes of each ledger of a person, in the order of their names."""
    mine = (
        select(Ledger)
        .join(Member, Member.ledger_id == Ledger.id)
        .where(Member.user_id == user_id)
        .order_by(Ledger.name, Ledger.id)
    )
    return [_fate(ledger, user_id) for ledger in session.scalars(mine).all()]


def demand_other_administrator(user: User) -> None:
    """Raise Conflict where people would be left without an administrator."""
    others = session.scalars(
        select(User.role).where(User.id != user.id, User.is_active).distinct()
    ).all()
    if user.role == "admin" and others and "admin" not in others:
        raise Conflict("Somebody else has to be an administrator first.")


def begin(user: User) -> None:
    """Let a person be nobody from the next request on; a job removes what there is of them."""
    user.erasure_requested_at = clock.now()
    user.is_active = False
    user.link_number += 1
    sign_ins.revoke_all(user.id)
    session.execute(delete(ApiToken).where(ApiToken.user_id == user.id))
    session.flush()


def find_begun(user_id: int) -> User | None:
    """Return a person whose erasure was begun and is not done."""
    query = select(User).where(User.id == user_id, User.erasure_requested_at.is_not(None))
    return session.scalar(query, execution_options={"populate_existing": True})


def find_all_begun() -> Sequence[User]:
    """Return everybody whose erasure was begun and is not done."""
    return session.scalars(select(User).where(User.erasure_requested_at.is_not(None))).all()


def leave(ledger_id: int, user_id: int) -> bool:
    """Take a person out of a ledger, under its lock; False when nobody else is in it.

    Where they were its only owner, the member of the highest role who joined first becomes it.
    What was personal is shared from now on.
    """
    ledger = session.get(Ledger, ledger_id, populate_existing=True)
    if ledger is None:
        return True
    fate = _fate(ledger, user_id)
    if not fate.stays:
        ledger.deleted_at = ledger.deleted_at or clock.now()  # nobody comes in any more
        session.flush()
        return False
    if fate.heir_id is not None:
        heir = session.scalars(
            select(Member).where(Member.ledger_id == ledger_id, Member.user_id == fate.heir_id)
        ).one()
        heir.role = "owner"
    if ledger.personal_user_id == user_id:
        ledger.personal_user_id, ledger.kind = None, "shared"
    session.execute(delete(Member).where(Member.ledger_id == ledger_id, Member.user_id == user_id))
    session.flush()
    return True


def find_mail_ids(user: User) -> Sequence[int]:
    """Return the ids of the mails that went or will go to a person, to whichever address."""
    return session.scalars(select(Mail.id).where(_to(user))).all()


def remove(user: User) -> None:
    """Remove a person who is in no ledger any more, and turn what the log says into stubs."""
    about = or_(Activity.actor_id == user.id, Activity.user_id == user.id)
    session.execute(update(Activity).where(about).values(address="", user_agent=""))
    session.execute(
        update(Activity)
        .where(Activity.user_id == user.id)
        .values(before=None, after=None, details={})
    )
    session.execute(delete(Mail).where(_to(user)))
    session.execute(delete(Invitation).where(func.lower(Invitation.email) == user.email.lower()))
    session.execute(delete(User).where(User.id == user.id))


def _to(user: User) -> ColumnElement[bool]:
    return or_(Mail.user_id == user.id, Mail.recipient == user.email)


def _fate(ledger: Ledger, user_id: int) -> Fate:
    others = (
        select(Member.user_id, Member.role, User.first_name, User.last_name, User.email)
        .join(User, User.id == Member.user_id)
        .where(Member.ledger_id == ledger.id, Member.user_id != user_id)
        .where(User.erasure_requested_at.is_(None))
        .order_by(_RANK, User.is_active.desc(), Member.joined_at, Member.id)
    )
    first = session.execute(others.limit(1)).one_or_none()
    if first is None:
        return Fate(ledger.id, ledger.name, stays=False)
    if first.role == "owner":
        return Fate(ledger.id, ledger.name, stays=True)
    name = f"{first.first_name} {first.last_name}".strip() or first.email
    return Fate(ledger.id, ledger.name, stays=True, heir_id=first.user_id, heir=name)
