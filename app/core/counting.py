"""Counters that forget: in Redis for all processes, in one's own memory while Redis is away."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from limits.errors import StorageError
from limits.storage import MemoryStorage, RedisStorage

T = TypeVar("T")
log = logging.getLogger(__name__)

PATIENCE_SECONDS = 1
"""How long to wait for Redis before counting in memory."""
RETRY_SECONDS = 5.0
FRUGAL = "outlay+"
"""Stands before the scheme of an address that :class:`FrugalStorage` is for."""
STORAGE_OPTIONS: dict[str, Any] = {
    "wrap_exceptions": True,
    "socket_connect_timeout": PATIENCE_SECONDS,
    "socket_timeout": PATIENCE_SECONDS,
}
_KEPT_COUNTS = 8
_KEPT_ENDS = 10_000


class Counters:
    """Counters by key; each is forgotten some seconds after it was begun."""

    def __init__(self, url: str) -> None:
        self._redis = RedisStorage(
            url,
            key_prefix="outlay-counts",
            **STORAGE_OPTIONS,
        )
        self._memory = MemoryStorage()
        self._away_until = 0.0

    def add(self, key: str, seconds: int) -> int:
        """Count one more; returns how many there are. A new counter lasts ``seconds``."""
        return self._in(lambda storage: storage.incr(key, seconds))

    def get(self, key: str) -> int:
        """Return how many were counted."""
        return self._in(lambda storage: storage.get(key))

    def seconds_left(self, key: str) -> float:
        """Return how long a counter lasts from now; 0 where there is none."""
        expires_at = self._in(lambda storage: storage.get_expiry(key) if storage.get(key) else 0.0)
        return max(0.0, expires_at - time.time())

    def clear(self, key: str) -> None:
        """Forget a counter."""
        self._in(lambda storage: storage.clear(key))

    def _in(self, work: Callable[[RedisStorage | MemoryStorage], T]) -> T:
        if time.monotonic() >= self._away_until:
            try:
                return work(self._redis)
            except StorageError as error:
                log.warning("Redis is away; counting in memory: %s", error)
                self._away_until = time.monotonic() + RETRY_SECONDS
        return work(self._memory)


class FrugalStorage(RedisStorage):
    """Redis for fixed windows at one round trip a request: what is known here is not asked again.

    A count is known to whoever raised it, and the end of a window never changes.
    """

    STORAGE_SCHEME = ["outlay+redis", "outlay+rediss", "outlay+redis+unix"]  # noqa: RUF012

    def __init__(self, uri: str, **options: Any) -> None:
        super().__init__(uri.removeprefix(FRUGAL), **options)
        self._raised = threading.local()
        self._ends: dict[str, float] = {}

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Raise a counter; returns its count."""
        count = super().incr(key, expiry, amount)
        raised = self._raised.__dict__
        if len(raised) >= _KEPT_COUNTS:
            raised.clear()
        raised[key] = count
        if count == amount:
            self._keep_end(key, time.time() + expiry)
        return count

    def get(self, key: str) -> int:
        """Return a count: as this thread left it, if it raised it."""
        return self._raised.__dict__.get(key) or super().get(key)

    def get_expiry(self, key: str) -> float:
        """Return when a counter ends."""
        if self._ends.get(key, 0.0) <= time.time():
            self._keep_end(key, super().get_expiry(key))
        return self._ends[key]

    def _keep_end(self, key: str, end: float) -> None:
        if len(self._ends) >= _KEPT_ENDS:
            self._ends.clear()
        self._ends[key] = end


_counters: list[Counters] = []


def configure(url: str | None) -> None:
    """Say where to count; None counts nothing at all."""
    _counters[:] = [Counters(url)] if url else []


def counters() -> Counters | None:
    """Return the counters, None where nothing is to be counted."""
    return _counters[0] if _counters else None
