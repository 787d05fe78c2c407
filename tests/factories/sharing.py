"""Ledgers that several people share."""

from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import select, update

from app.core import clock
from app.core.uow import unit_of_work
from app.models.activities import Activity
from app.models.base import session
from app.models.users import User
from tests.factories.callers import Api, expect
from tests.factories.fixtures import Caller


@dataclass(frozen=True, slots=True)
class Shared:
    """A ledger with an owner, an editor and a viewer, and somebody who is in none of it."""

    id: str
    owner: Api
    editor: Api
    viewer: Api
    stranger: Api

    @property
    def members(self) -> str:
        """The path of its members."""
        return f"/ledgers/{self.id}/members"

    @property
    def hand_over(self) -> str:
        """The path of handing it over."""
        return f"/ledgers/{self.id}/hand-over"

    @property
    def invitations(self) -> str:
        """The path of its invitations."""
        return f"/ledgers/{self.id}/invitations"

    def member(self, person: Api) -> int:
        """The id under which a person is a member."""
        items = person.read(self.members)["items"]
        return next(int(one["id"]) for one in items if one["user_id"] == person.person.id)

    def invite(self, role: str = "editor", **fields: Any) -> dict[str, Any]:
        """Make an invitation as the owner."""
        return self.owner.add(self.invitations, role=role, **fields)

    def disable(self, app: Flask, person: Api) -> None:
        """Disable somebody's account."""
        with app.app_context(), unit_of_work():
            session.execute(update(User).where(User.id == person.person.id).values(is_active=False))


def share(caller: Caller, *, personal: bool = False) -> Shared:
    """Open a ledger, or take the owner's personal one, and let an editor and a viewer in."""
    owner, editor, viewer, stranger = (caller() for _ in range(4))
    ledger_id = owner.person.ledger_id if personal else owner.add("/ledgers", name="Home")["id"]
    shared = Shared(str(ledger_id), owner, editor, viewer, stranger)
    for person, role in ((editor, "editor"), (viewer, "viewer")):
        accept(person, shared.invite(role))
    return shared


def accept(person: Api, invitation: dict[str, Any]) -> dict[str, Any]:
    """Accept an invitation, which has to work; returns the ledger."""
    return expect(200, person.post("/invitations/accept", {"token": invitation["token"]}))


def kinds_of(app: Flask, ledger_id: str) -> list[str]:
    """What happened in a ledger, the oldest first."""
    query = select(Activity.kind).where(Activity.ledger_id == int(ledger_id))
    with app.app_context():
        return list(session.scalars(query.order_by(Activity.id)))


def verify(app: Flask, person: Api) -> None:
    """Let somebody's address count as proved."""
    with app.app_context(), unit_of_work():
        values = {"email_verified_at": clock.now()}
        session.execute(update(User).where(User.id == person.person.id).values(**values))
