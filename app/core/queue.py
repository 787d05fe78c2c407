"""The queue: how work is handed to a worker, and what happens when Redis is away.

A job that must happen is stored as a row first; the queue only makes it happen soon. So handing it
over may fail: whatever is left is found by the sweep that runs while the scheduler does.
"""

import datetime as dt
import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, Worker
from rq.exceptions import DuplicateJobError, InvalidJobOperation, NoSuchJobError
from rq.job import Job, JobStatus
from rq.serializers import JSONSerializer

from app.core import clock
from app.core.errors import Conflict, NotFound, Unavailable

log = logging.getLogger(__name__)
QUEUE = "outlay"
MOST_SHOWN = 100
"""How many jobs of each state are looked at."""

_STATES = {
    JobStatus.QUEUED: "waiting",
    JobStatus.STARTED: "running",
    JobStatus.FAILED: "failed",
}
_BEAT = "outlay:scheduler-beat"
_BEAT_SECONDS = 7 * 86400
_EXCEPTION = re.compile(r"^Traceback .*\n(?:[ \t].*\n)+(?:\w+\.)*(\w+)", re.ASCII | re.MULTILINE)
_connections: list[Redis] = []

PATIENCE_SECONDS = 1
"""How long a page waits for Redis; a worker, which waits for jobs, sets itself a longer time."""


@dataclass(frozen=True, slots=True)
class QueuedJob:
    """A job as the queue knows it: ``work`` is the function, ``subject_id`` the row it is about.

    ``state`` is waiting, running or failed. ``reason`` is the kind of exception alone: what it
    says may quote what somebody uploaded.
    """

    id: str
    work: str
    subject_id: int | None
    state: str
    since: dt.datetime | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class QueueState:
    """How much there is to do, and how many workers do it."""

    waiting: int
    running: int
    failed: int
    workers: int


def configure(url: str) -> None:
    """Say where Redis is; connects only when it is needed."""
    _connections[:] = [
        Redis.from_url(
            url,
            socket_connect_timeout=PATIENCE_SECONDS,
            socket_timeout=PATIENCE_SECONDS,
            health_check_interval=30,
        )
    ]


def connection() -> Redis:
    """Return the connection pool to Redis."""
    return _connections[0]


def queue() -> Queue:
    """Return the queue that Outlay's workers listen to."""
    return Queue(QUEUE, connection=connection(), serializer=JSONSerializer)


def enqueue(job: str, *ids: int, name: str, timeout: int = 3600, once: bool = False) -> bool:
    """Hand ``job`` (a dotted function name) to a worker; False when Redis is away.

    ``name`` identifies the work, so that handing it over twice does not do it twice at a time.
    ``once`` leaves alone what waits under that name already, or was done within a minute.
    """
    kept = {"result_ttl": 60, "failure_ttl": 60} if once else {"failure_ttl": 86400}
    try:
        queue().enqueue(
            job, args=ids, job_id=name, job_timeout=timeout, unique=once,
            **{"result_ttl": 300, **kept},
        )  # fmt: skip
    except DuplicateJobError:
        return True
    except (RedisError, OSError) as error:
        log.warning("queue is away; left for the sweep", extra={"job": name, "error": str(error)})
        return False
    return True


def state() -> QueueState:
    """Count jobs and living workers. Unavailable when Redis is away."""
    with _present():
        found = queue()
        return QueueState(
            waiting=found.count,
            running=found.started_job_registry.count,
            failed=found.failed_job_registry.count,
            workers=len(Worker.all(queue=found, serializer=JSONSerializer)),
        )


def jobs() -> Sequence[QueuedJob]:
    """Return what runs, waits and failed, at most a hundred of each. Unavailable without Redis."""
    with _present():
        found = queue()
        last = MOST_SHOWN - 1
        by_state = {
            "running": found.started_job_registry.get_job_ids(0, last),
            "waiting": found.get_job_ids(0, MOST_SHOWN),
            "failed": found.failed_job_registry.get_job_ids(0, last, desc=True),
        }
        return [job for state, ids in by_state.items() for job in _found(ids, state)]


def find(job_id: str) -> QueuedJob:
    """Return a job that waits, runs or failed. NotFound without one, Unavailable without Redis."""
    with _present():
        job = _job(job_id)
        state = _STATES.get(job.get_status())
        if state is None:
            raise NotFound
        return _shown(job, state)


def retry(job_id: str) -> None:
    """Have a failed job done again. NotFound without one; Conflict when it did not fail."""
    with _present():
        job = _job(job_id)
        try:
            queue().failed_job_registry.requeue(job)
        except InvalidJobOperation as error:
            raise Conflict("This job did not fail, so there is nothing to try again.") from error


def drop(job_id: str) -> None:
    """Forget a job that waits or failed. NotFound without one; Conflict while it runs."""
    with _present():
        job = _job(job_id)
        if job.id in queue().started_job_registry.get_job_ids():
            raise Conflict("This job runs at the moment. Wait until it has ended.")
        job.delete()


def ping() -> None:
    """Ask Redis for an answer. Unavailable without one."""
    with _present():
        connection().ping()


def note_beat() -> None:
    """Leave word that the scheduler is alive; without Redis nobody could read it either."""
    try:
        connection().set(_BEAT, clock.now().isoformat(), ex=_BEAT_SECONDS)
    except (RedisError, OSError) as error:
        log.warning("queue is away; no beat left", extra={"error": str(error)})


def last_beat() -> dt.datetime | None:
    """Return when the scheduler last left word, if it did this week. Unavailable without Redis."""
    with _present():
        said = connection().get(_BEAT)
    return dt.datetime.fromisoformat(bytes(said).decode()) if said else None  # type: ignore[arg-type]


@contextmanager
def _present() -> Iterator[None]:
    try:
        yield
    except (RedisError, OSError) as error:
        raise Unavailable("The queue is away. Try again in a moment.") from error


def _job(job_id: str) -> Job:
    try:
        job = Job.fetch(job_id, connection=connection(), serializer=JSONSerializer)
    except (NoSuchJobError, ValueError) as error:
        raise NotFound from error
    if job.origin != QUEUE:
        raise NotFound
    return job


def _found(ids: Sequence[str], state: str) -> Iterator[QueuedJob]:
    """Return the jobs of these ids that are still there."""
    for job in Job.fetch_many(ids, connection=connection(), serializer=JSONSerializer):
        if job is not None:
            yield _shown(job, state)


def _shown(job: Job, state: str) -> QueuedJob:
    since = {"running": job.started_at, "waiting": job.enqueued_at, "failed": job.ended_at}[state]
    subject = next((one for one in job.args if isinstance(one, int)), None)
    return QueuedJob(
        id=job.id,
        work=job.func_name or "",
        subject_id=subject,
        state=state,
        since=since.replace(tzinfo=dt.UTC) if since and since.tzinfo is None else since,
        reason=_reason(job) if state == "failed" else None,
    )


def _reason(job: Job) -> str:
    """Return the name of the exception that ended a job, or RQ's own words where there is none.

    Only the line right below the frames is an exception's name: further ones may be its message.
    """
    result = job.latest_result()
    text = ((result.exc_string if result else None) or "").strip()
    found = _EXCEPTION.search(text)
    if found:
        return found[1]
    return "" if "Traceback" in text else text.partition("\n")[0][:200]
