"""Who is in a ledger: adding, changing, removing, leaving, handing over.

An owner may, as of the moment in which it happens: their role is read again under the lock.
"""

from collections.abc import Callable

from app.core.errors import Conflict
from app.core.uow import unit_of_work
from app.models.members import Member
from app.models.users import Actor
from app.policies import Permission, require
from app.services import activities, invitations, ledgers, members
from app.services.members import Shown

Precondition = Callable[[Shown], None] | None
"""Sees a member under the lock, and raises if the change must not be."""


def list_all(actor: Actor, ledger_id: int) -> list[Shown]:
    """Return the members of a ledger, with names and addresses."""
    scope = ledgers.find(actor.id, ledger_id)
    require(scope, Permission.SEE)
    return members.show_all(scope.id)


def show(actor: Actor, ledger_id: int, member_id: int) -> Shown:
    """Return one member of a ledger."""
    scope = ledgers.find(actor.id, ledger_id)
    require(scope, Permission.SEE)
    return members.show(scope.id, member_id)


def show_to_manager(actor: Actor, ledger_id: int, member_id: int) -> Shown:
    """Return one member to whoever may change them. Forbidden for everybody else in the ledger."""
    scope = ledgers.find(actor.id, ledger_id)
    require(scope, Permission.MANAGE)
    return members.show(scope.id, member_id)


def names(actor: Actor, user_ids: set[int]) -> dict[int, str]:
    """Return what to call those who entered or changed rows of the actor's ledger, by their ids."""
    require(actor.ledger, Permission.SEE)
    return members.names(user_ids)


def add(actor: Actor, ledger_id: int, *, name: str) -> Shown:
    """Add somebody without an account, by name. Conflict where a ledger has too many members."""
    scope = ledgers.find(actor.id, ledger_id)
    require(scope, Permission.MANAGE)
    with unit_of_work(scope):
        _demand(actor, ledger_id, Permission.MANAGE)
        member = members.add_placeholder(ledger_id, name)
        activities.record(actor.trace, "member.added", member, after={"name": name})
    return members.show(ledger_id, member.id)


def update(
    actor: Actor,
    ledger_id: int,
    member_id: int,
    *,
    role: str | None = None,
    name: str | None = None,
    precondition: Precondition = None,
) -> Shown:
    """Give a person another role, or a placeholder another name.

    Conflict for the last owner, the person whose personal ledger it is, and where role or name is
    not the ledger's to give.
    """
    scope = ledgers.find(actor.id, ledger_id)
    require(scope, Permission.MANAGE)
    with unit_of_work(scope):
        _demand(actor, ledger_id, Permission.MANAGE)
        member = _find(ledger_id, member_id, precondition)
        if name is not None and name != member.name:
            _rename(actor, member, name)
        if role is not None and role != member.role:
            _change_role(actor, member, role)
    return members.show(ledger_id, member_id)


def remove(
    actor: Actor, ledger_id: int, member_id: int, *, precondition: Precondition = None
) -> None:
    """Take somebody out of a ledger; everybody may leave by themselves.

    They see nothing of it from their next request on. What they entered stays. Links that are open
    to whoever has them end, so that nobody comes back by one. Conflict for the last owner, and for
    the person whose personal ledger it is.
    """
    scope = ledgers.find(actor.id, ledger_id)
    require(scope, Permission.SEE)
    with unit_of_work(scope):
        member = _find(ledger_id, member_id, precondition)
        leaves = member.user_id == actor.id
        _demand(actor, ledger_id, Permission.SEE if leaves else Permission.MANAGE)
        shown = members.show(ledger_id, member_id)
        members.remove(member)
        if not leaves and shown.email:
            invitations.revoke_open_to(ledger_id, shown.email)
        kind = "member.left" if leaves else "member.removed"
        before = {"role": member.role, "name": member.name}
        activities.record(actor.trace, kind, member, user_id=member.user_id, before=before)


def leave(actor: Actor, ledger_id: int) -> None:
    """Take oneself out of a ledger; see :func:`remove`."""
    scope = ledgers.find(actor.id, ledger_id)
    require(scope, Permission.SEE)
    remove(actor, scope.id, members.find_person(scope.id, actor.id).id)


def hand_over(actor: Actor, ledger_id: int, *, member_id: int) -> Shown:
    """Make somebody else the owner and the actor an editor, in one step.

    Conflict for a placeholder, for oneself, and for the person whose personal ledger it is.
    """
    scope = ledgers.find(actor.id, ledger_id)
    require(scope, Permission.MANAGE)
    with unit_of_work(scope):
        _demand(actor, ledger_id, Permission.MANAGE)
        heir = members.find(ledger_id, member_id)
        if heir.user_id == actor.id:
            raise Conflict("You own this ledger already.")
        before = {"role": heir.role}
        members.change_role(heir, "owner")
        members.change_role(members.find_person(ledger_id, actor.id), "editor")
        activities.record(
            actor.trace,
            "member.ownership_handed_over",
            heir,
            user_id=heir.user_id,
            before=before,
            after={"role": "owner"},
            from_user_id=actor.id,
        )
    return members.show(ledger_id, member_id)


def _demand(actor: Actor, ledger_id: int, permission: Permission) -> None:
    """Ask once more under the lock: a moment ago somebody may have changed the actor's role."""
    require(ledgers.find(actor.id, ledger_id), permission)


def _find(ledger_id: int, member_id: int, precondition: Precondition) -> Member:
    member = members.find(ledger_id, member_id)
    if precondition:
        precondition(members.show(ledger_id, member_id))
    return member


def _rename(actor: Actor, member: Member, name: str) -> None:
    before = {"name": member.name}
    members.rename(member, name)
    activities.record(
        actor.trace, "member.renamed", member, before=before, after={"name": member.name}
    )


def _change_role(actor: Actor, member: Member, role: str) -> None:
    before = {"role": member.role}
    members.change_role(member, role)
    activities.record(
        actor.trace,
        "member.role_changed",
        member,
        user_id=member.user_id,
        before=before,
        after={"role": role},
    )
