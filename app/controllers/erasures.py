"""Erasing a person, as they ask for it; a job does it, but they are nobody from now on."""

from app.core import queue
from app.core.uow import UnitOfWork, unit_of_work
from app.models.activities import Trace
from app.models.users import Actor, User
from app.services import activities, erasure, people, users
from app.services.erasure import Fate

ERASE_JOB = "app.jobs.erasures.erase"


def plan(actor: Actor) -> list[Fate]:
    """Return what becomes of each of the actor's ledgers when they are erased."""
    return erasure.plan(actor.id)


def request(actor: Actor, *, password: str) -> None:
    """Erase the actor. Invalid for a wrong password, Conflict for the only administrator."""
    users.demand_password(users.find(actor.id), password)
    with unit_of_work() as work:
        user, _ = people.lock(actor.id)
        begin(work, actor.trace, user)


def begin(work: UnitOfWork, by: Trace, user: User) -> None:
    """Let somebody be nobody from the next request on, and hand the rest to a worker."""
    erasure.demand_other_administrator(user)
    erasure.begin(user)
    activities.record(by, "user.erased")
    hand_over(work, user.id)


def hand_over(work: UnitOfWork, user_id: int) -> None:
    """Give an erasure to a worker, once it is stored."""
    work.after_commit(lambda: queue.enqueue(ERASE_JOB, user_id, name=f"erase-{user_id}", once=True))
