"""Group commit: what several threads write to one aggregate at the same moment is stored together.

Everybody who adds to a ledger waits for its lock. Here the one who gets it writes for all who wait
by then, in one transaction: the lock is taken, the statements are sent and the disk is asked once
for all of them. Nobody is answered before the transaction is stored. (The idea is that of the
``commit_delay`` of databases, one level up.)
"""

import threading
from collections.abc import Callable, Hashable, Sequence
from typing import Generic, Protocol, TypeVar

from app.core import uow
from app.core.errors import Conflict, Invalid, OutlayError
from app.core.uow import Revisioned, unit_of_work

MOST = 100
"""Items that one transaction stores."""


class Key(Revisioned, Hashable, Protocol):
    """What is written to, known by its value."""


K = TypeVar("K", bound=Key)
Item = TypeVar("Item")
Result = TypeVar("Result")


class _Waiting(Generic[Item, Result]):
    """An item, and the thread that waits until it is stored, or until it is its turn to store."""

    def __init__(self, item: Item) -> None:
        self.item = item
        self.woken = threading.Event()
        self.outcome: list[Result | BaseException] = []


class GroupCommit(Generic[K, Item, Result]):
    """Stores items of many threads, those of one aggregate together.

    ``write`` is called within a transaction that holds the aggregate's lock. It returns for every
    item, in order, what came of it, or the error that is the item's own and spoils no other.
    """

    def __init__(
        self, write: Callable[[K, Sequence[Item]], Sequence[Result | OutlayError]]
    ) -> None:
        self._write = write
        self._lock = threading.Lock()
        self._queues: dict[K, list[_Waiting[Item, Result]]] = {}

    def submit(self, aggregate: K, item: Item) -> Result:
        """Store an item; returns once it is stored. Raises its error, or the transaction's.

        Within a unit of work it becomes part of that.
        """
        if uow.is_open():
            return _result(self._store(aggregate, item))
        uow.let_go()
        mine = _Waiting[Item, Result](item)
        if not self._is_first(aggregate, mine):
            mine.woken.wait()
        if not mine.outcome:
            self._lead(aggregate)
        return _result(mine.outcome[0])

    def _is_first(self, aggregate: K, mine: _Waiting[Item, Result]) -> bool:
        """Queue up; whoever finds nobody there leads."""
        with self._lock:
            queue = self._queues.setdefault(aggregate, [])
            queue.append(mine)
            return len(queue) == 1

    def _lead(self, aggregate: K) -> None:
        """Store what waits once the aggregate is locked, then hand the lead on."""
        taken: Sequence[_Waiting[Item, Result]] = []
        outcomes: Sequence[Result | BaseException]
        try:
            with unit_of_work(aggregate):
                taken = self._first(aggregate)
                outcomes = self._write(aggregate, [one.item for one in taken])
        except BaseException as error:  # noqa: BLE001 - all who wait have to hear of it
            taken = taken or self._first(aggregate)
            if len(taken) > 1 and isinstance(error, Conflict | Invalid):
                # The database refused an item, and did not say which.
                outcomes = [self._store(aggregate, one.item) for one in taken]
            else:
                outcomes = [error] * len(taken)
        uow.detach()
        self._leave(aggregate, taken, outcomes)

    def _first(self, aggregate: K) -> Sequence[_Waiting[Item, Result]]:
        with self._lock:
            return self._queues[aggregate][:MOST]

    def _leave(
        self,
        aggregate: K,
        taken: Sequence[_Waiting[Item, Result]],
        outcomes: Sequence[Result | BaseException],
    ) -> None:
        for one, outcome in zip(taken, outcomes, strict=True):
            one.outcome.append(outcome)
        with self._lock:
            queue = self._queues[aggregate]
            del queue[: len(taken)]
            if not queue:
                del self._queues[aggregate]
        for one in (*taken, *queue[:1]):
            one.woken.set()

    def _store(self, aggregate: K, item: Item) -> Result | Exception:
        """Store an item by itself; returns what came of it."""
        try:
            with unit_of_work(aggregate):
                return _result(self._write(aggregate, [item])[0])
        except Exception as error:  # noqa: BLE001 - it is the item's own, and raised to whom it concerns
            return error


def _result(outcome: Result | BaseException) -> Result:
    if isinstance(outcome, BaseException):
        raise outcome
    return outcome
