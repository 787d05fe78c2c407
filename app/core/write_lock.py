"""SQLite's write lock, waited for in short steps.

SQLite's own way of waiting (``busy_timeout``) sleeps longer and longer, for up to a tenth of a
second between two looks, while the lock was free for most of it. Two web processes that take turns
store half as much again like this. It is kept for all other statements.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

PATIENCE = 15.0
"""Seconds that a writer waits for others."""
_FIRST, _LONGEST, _GROWTH = 0.0005, 0.005, 1.5
"""Seconds between two looks: the first time, at most, and by how much they grow."""


def take(connection: Connection) -> None:
    """Begin a transaction that holds the lock. OperationalError where others hold it for too long.

    Taking it first: a read that becomes a write can lose it to another writer, and fails at once.
    """
    until, pause = time.monotonic() + PATIENCE, _FIRST
    with _without_waiting(connection):
        while not _is_taken(connection, last=time.monotonic() > until):
            time.sleep(pause)
            pause = min(pause * _GROWTH, _LONGEST)


def _is_taken(connection: Connection, *, last: bool) -> bool:
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    except OperationalError as error:
        if last or getattr(error.orig, "sqlite_errorname", "") != "SQLITE_BUSY":
            raise
        return False
    return True


@contextmanager
def _without_waiting(connection: Connection) -> Iterator[None]:
    driver: Any = connection.connection.driver_connection
    (patience,) = driver.execute("PRAGMA busy_timeout").fetchone()
    driver.execute("PRAGMA busy_timeout = 0")
    try:
        yield
    finally:
        driver.execute(f"PRAGMA busy_timeout = {patience}")
