"""SQLite's write lock: taken as soon as it is free, given up on when it never is."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import OperationalError

from app.core import write_lock


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "books.db"


@pytest.fixture
def mine(file: Path) -> Iterator[Connection]:
    engine = create_engine(f"sqlite:///{file}", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE rows (id INTEGER PRIMARY KEY)")
        connection.exec_driver_sql("PRAGMA busy_timeout = 1234")
        yield connection
    engine.dispose()


@pytest.fixture
def theirs(file: Path, mine: Connection) -> Iterator[sqlite3.Connection]:
    """Another connection, which holds the lock."""
    connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    with closing(connection):
        connection.execute("BEGIN IMMEDIATE")
        yield connection


def _patience(connection: Connection) -> object:
    return connection.exec_driver_sql("PRAGMA busy_timeout").scalar()


def test_a_free_lock_is_taken_at_once(mine: Connection) -> None:
    write_lock.take(mine)
    mine.exec_driver_sql("INSERT INTO rows VALUES (1)")
    mine.exec_driver_sql("COMMIT")
    assert mine.exec_driver_sql("SELECT id FROM rows").scalar() == 1
    assert _patience(mine) == 1234


def test_it_is_waited_for(mine: Connection, theirs: sqlite3.Connection) -> None:
    theirs.execute("INSERT INTO rows VALUES (1)")
    later = threading.Timer(0.2, theirs.execute, ["COMMIT"])
    later.start()
    began = time.monotonic()
    write_lock.take(mine)
    assert time.monotonic() - began > 0.1
    later.join()
    assert mine.exec_driver_sql("SELECT id FROM rows").scalar() == 1
    assert _patience(mine) == 1234


def test_not_for_ever(
    mine: Connection, theirs: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write_lock, "PATIENCE", 0.05)
    with pytest.raises(OperationalError, match="locked"):
        write_lock.take(mine)
    assert _patience(mine) == 1234
    theirs.execute("ROLLBACK")
    write_lock.take(mine)


def test_another_fault_is_told_at_once(mine: Connection) -> None:
    write_lock.take(mine)
    with pytest.raises(OperationalError, match="within a transaction"):
        write_lock.take(mine)
