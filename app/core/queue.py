"""The queue: how work is handed to a worker, and what happens when Redis is away.

A job that must happen is stored as a row first; the queue only makes it happen soon. So handing it
over may fail: whatever is left is found by the sweep that runs while the scheduler does.
"""

import logging

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.exceptions import DuplicateJobError
from rq.serializers import JSONSerializer

log = logging.getLogger(__name__)
QUEUE = "outlay"
_connections: list[Redis] = []


def configure(url: str) -> None:
    """Say where Redis is; connects only when it is needed."""
    _connections[:] = [Redis.from_url(url, socket_connect_timeout=2, health_check_interval=30)]


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
