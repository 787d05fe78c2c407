"""The queue: how work is handed to a worker, and what happens when Redis is away.

A job that must happen is stored as a row first; the queue only makes it happen soon. So handing it
over may fail: whatever is left is found by the sweep that runs while the scheduler does.
"""

import logging

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
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


def enqueue(job: str, *ids: int, name: str, timeout: int = 3600) -> bool:
    """Hand ``job`` (a dotted function name) to a worker; False when Redis is away.

    ``name`` identifies the work, so that handing it over twice does not do it twice at a time.
    """
    try:
        queue().enqueue(
            job, args=ids, job_id=name, job_timeout=timeout, result_ttl=300, failure_ttl=86400
        )
    except (RedisError, OSError) as error:
        log.warning("queue is away; left for the sweep", extra={"job": name, "error": str(error)})
        return False
    return True
