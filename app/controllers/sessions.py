"""Where somebody is signed in: the list of their devices, and ending what is on it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from app.core.errors import NotFound
from app.core.uow import unit_of_work
from app.models.users import Actor, SignIn
from app.services import activities, devices, sign_ins


@dataclass(frozen=True, slots=True)
class Session:
    """A sign-in as its owner sees it: a browser's, or that of an app with its tokens."""

    id: int
    kind: str
    name: str
    address: str
    created_at: dt.datetime
    last_seen_at: dt.datetime
    current: bool


def list_all(actor: Actor, *, idle: dt.timedelta) -> Sequence[Session]:
    """Return the actor's sign-ins that count, the one seen last first."""
    return [_shown(actor, row) for row in sign_ins.find_live(actor.id, idle=idle)]


def revoke(actor: Actor, session_id: int) -> None:
    """End one of the actor's sign-ins. NotFound when it is not theirs, or has ended."""
    with unit_of_work():
        if not sign_ins.revoke_of(actor.id, session_id):
            raise NotFound
        device = sign_ins.device_of(session_id)
        activities.record(actor.trace, "sign_in.revoked", user_id=actor.id, device=device)


def revoke_others(actor: Actor) -> int:
    """End all of the actor's sign-ins but the one they came with; returns how many."""
    with unit_of_work():
        ended = sign_ins.revoke_all(actor.id, keep=actor.sign_in_id)
        if ended:
            activities.record(actor.trace, "sign_in.others_revoked", user_id=actor.id, ended=ended)
    return ended


def _shown(actor: Actor, row: SignIn) -> Session:
    return Session(
        id=row.id,
        kind=row.kind,
        name=devices.name_of(row.user_agent),
        address=row.address,
        created_at=row.created_at,
        last_seen_at=row.last_seen_at or row.created_at,
        current=row.id == actor.sign_in_id,
    )
