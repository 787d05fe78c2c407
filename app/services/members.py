"""Members of a ledger: people with a role, and placeholders for those without an account.

Whatever changes a member is called under the ledger's lock, so that what is read here still holds
when the change is stored.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select

from app.core import clock
from app.core.errors import Conflict, NotFound
from app.core.rows import AnyRow
from app.models.base import session
from app.models.ledgers import Ledger
from app.models.members import Member
from app.models.users import User
from app.services import invitations, ledgers

PLACEHOLDER_ROLE = "viewer"
"""What stands in the row of a placeholder; the role comes with the invitation that claims it."""

MOST = 200
"""How many members a ledger has at most, placeholders included."""

_SHOWN = (
    select(
        Member.id,
        Member.user_id,
        Member.name,
        Member.role,
        Member.joined_at,
        User.first_name,
        User.last_name,
        User.email,
        Ledger.personal_user_id,
    )
    .join(Ledger, Ledger.id == Member.ledger_id)
    .outerjoin(User, User.id == Member.user_id)
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A member as the others see them; a placeholder has no ``user_id`` and no ``email``."""

    id: int
    user_id: int | None
    name: str
    email: str | None
    role: str
    joined_at: dt.datetime
    is_person_of_ledger: bool

    @property
    def is_placeholder(self) -> bool:
        """Whether it is only a name, for somebody who may claim it."""
        return self.user_id is None


def show_all(ledger_id: int) -> list[Shown]:
    """Return the members of a ledger: people by their role and name, then placeholders."""
    found = [_shown(row) for row in session.execute(_SHOWN.where(Member.ledger_id == ledger_id))]
    order = ("owner", "editor", "viewer").index
    return sorted(
        found, key=lambda one: (one.is_placeholder, order(one.role), one.name.casefold(), one.id)
    )


def show(ledger_id: int, member_id: int) -> Shown:
    """Return one member of a ledger. NotFound when there is no such one in it."""
    query = _SHOWN.where(Member.ledger_id == ledger_id, Member.id == member_id)
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound
    return _shown(row)


def names(user_ids: Collection[int]) -> dict[int, str]:
    """Return what to call people who entered or changed rows, by their ids."""
    query = select(User).where(User.id.in_(user_ids))
    return {user.id: user.name for user in session.scalars(query)}


def find(ledger_id: int, member_id: int) -> Member:
    """Return a member of a ledger as they are stored now. NotFound when there is none."""
    return _one(Member.ledger_id == ledger_id, Member.id == member_id)


def find_person(ledger_id: int, user_id: int) -> Member:
    """Return the member of a ledger that a person is. NotFound when they are none."""
    return _one(Member.ledger_id == ledger_id, Member.user_id == user_id)


def add_placeholder(ledger_id: int, name: str) -> Member:
    """Add somebody who is known by a name only. Conflict where a ledger has too many members."""
    require_room(ledger_id)
    member = Member(ledger_id=ledger_id, name=name, role=PLACEHOLDER_ROLE)
    session.add(member)
    session.flush()
    return member


def join(ledger_id: int, user_id: int, role: str) -> Member:
    """Let a person into a ledger. Conflict where it has too many members."""
    require_room(ledger_id)
    member = Member(ledger_id=ledger_id, user_id=user_id, role=role)
    session.add(member)
    session.flush()
    return member


def claim(member: Member, user_id: int, role: str) -> None:
    """Make a placeholder a person. Conflict when somebody else did already."""
    if member.user_id is not None:
        raise Conflict("Somebody took this place already. Ask for a new invitation.")
    member.user_id, member.role, member.joined_at = user_id, role, clock.now()
    session.flush()


def rename(member: Member, name: str) -> None:
    """Call a placeholder something else. Conflict for a person, who says their name themselves."""
    if member.user_id is not None:
        raise Conflict("Only they can change their name, in their profile.")
    member.name = name
    session.flush()


def change_role(member: Member, role: str) -> None:
    """Give a person another role. Conflict for a placeholder, and for an owner who has to stay."""
    if member.user_id is None:
        raise Conflict(f"{member.name} has no account yet. Say the role in an invitation.")
    if role != "owner":
        _end_ownership(member)
    member.role = role
    session.flush()


def remove(member: Member) -> None:
    """Take a member out of the ledger. Conflict for an owner who has to stay."""
    _end_ownership(member)
    session.delete(member)
    session.flush()


def require_room(ledger_id: int) -> None:
    """Raise Conflict where a ledger has as many members as it can have."""
    count = session.scalar(select(func.count()).where(Member.ledger_id == ledger_id)) or 0
    if count >= MOST:
        raise Conflict(f"A ledger has at most {MOST} members.")


def _end_ownership(member: Member) -> None:
    """Let an owner be one no more; the invitations they made go with it."""
    if member.role != "owner" or member.user_id is None:
        return
    if ledgers.load(member.ledger_id).personal_user_id == member.user_id:
        raise Conflict("This is their personal ledger: whose it is always stays its owner.")
    if not _has_other_owner(member):
        raise Conflict("A ledger needs an owner. Make somebody else an owner first.")
    invitations.revoke_those_of(member.ledger_id, member.user_id)


def _has_other_owner(member: Member) -> bool:
    """Whether somebody else owns the ledger who can sign in."""
    query = (
        select(Member.id)
        .join(User, User.id == Member.user_id)
        .where(Member.ledger_id == member.ledger_id, Member.id != member.id)
        .where(Member.role == "owner", User.is_active)
    )
    return session.scalar(query.limit(1)) is not None


def _one(*conditions: object) -> Member:
    query = select(Member).where(*conditions)  # type: ignore[arg-type]
    found = session.scalar(query, execution_options={"populate_existing": True})
    if found is None:
        raise NotFound
    return found


def _shown(row: AnyRow) -> Shown:
    name = row.name
    if row.user_id is not None:
        name = f"{row.first_name} {row.last_name}".strip() or row.email
    return Shown(
        id=row.id,
        user_id=row.user_id,
        name=name,
        email=row.email,
        role=row.role,
        joined_at=row.joined_at,
        is_person_of_ledger=row.user_id is not None and row.user_id == row.personal_user_id,
    )
