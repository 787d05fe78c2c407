"""Jobs, as administrators see them: what waits, runs and failed, and nothing of what is in it.

``actor`` is an administrator, or None for who may run commands on the server.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from app.core import bounded, queue
from app.core.errors import Unavailable
from app.core.queue import QueuedJob, QueueState
from app.core.uow import unit_of_work
from app.models.activities import Trace
from app.models.users import Actor
from app.policies import require_operator
from app.services import activities, backlog
from app.services.backlog import Entry

SECONDS = 2.0
"""How long the queue may take to say what is in it."""


@dataclass(frozen=True, slots=True)
class Work:
    """What there is to do: by the queue, None while that is away, and by the database."""

    queue: QueueState | None
    jobs: Sequence[QueuedJob]
    entries: Sequence[Entry]


def show(actor: Actor | None) -> Work:
    """Return all there is to do. NotFound for all but administrators."""
    require_operator(actor)
    entries = backlog.find_all()
    answer = bounded.ask({"queue": lambda: (queue.state(), queue.jobs())}, SECONDS)["queue"]
    if answer.value is not None:
        return Work(*answer.value, entries)
    if isinstance(answer.error, Unavailable | TimeoutError):
        return Work(None, (), entries)
    raise answer.error or Unavailable


def find(actor: Actor | None, job_id: str) -> QueuedJob:
    """Return a job of the queue. NotFound without one."""
    require_operator(actor)
    return queue.find(job_id)


def retry(actor: Actor | None, job_id: str) -> None:
    """Have a failed job done again. NotFound without one, Conflict when it did not fail."""
    by = require_operator(actor)
    queue.retry(job_id)
    _note(by, "job.retried", job_id)


def drop(actor: Actor | None, job_id: str) -> None:
    """Forget a job that waits or failed; Conflict while it runs.

    What it was to do stays in the database, and is handed out again if it still has to be done.
    """
    by = require_operator(actor)
    queue.drop(job_id)
    _note(by, "job.dropped", job_id)


def _note(by: Trace, kind: str, job_id: str) -> None:
    with unit_of_work():
        activities.record(by, kind, job=job_id[:100])
