"""The database on this app: engine, migrations, and what SQLite has to be told."""

import math
import sqlite3
import time
from typing import Any

from flask import Flask
from sqlalchemy import Engine, event
from sqlalchemy.exc import InvalidatePoolError

from app.configuration import ROOT
from app.extensions import db, migrate

# WAL lets readers read while one writes; FULL makes a commit survive a power cut.
_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA busy_timeout = 15000",
    "PRAGMA cache_size = -16000",
    "PRAGMA temp_store = MEMORY",
)
RESTED_SECONDS = 1.0
"""A connection that was used less long ago is taken to be there still: no restart is so quick."""


def init_app(app: Flask) -> None:
    """Give ``app`` its engine and the ``flask db`` commands."""
    db.init_app(app)
    migrate.init_app(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            _prepare_sqlite(db.engine)
        else:
            _prepare_postgres(db.engine)


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _connected(connection: sqlite3.Connection, _record: Any) -> None:
        # No transaction but the ones that a unit of work opens by itself.
        connection.isolation_level = None
        # SQLite's own knows ASCII only.
        connection.create_function("lower", 1, _lower, deterministic=True)
        for pragma in _PRAGMAS:
            connection.execute(pragma)


def _prepare_postgres(engine: Engine) -> None:
    """Ask whether a connection is still there once it rested, not before each of its uses.

    The database may have been started anew meanwhile. SQLAlchemy's own ``pool_pre_ping`` asks
    always, which costs every request one or two round trips.
    """

    @event.listens_for(engine, "checkin")
    def _returned(_connection: Any, record: Any) -> None:
        record.info["rests_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _taken(connection: Any, record: Any, _proxy: Any) -> None:
        if time.monotonic() - record.info.get("rests_since", math.inf) < RESTED_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error


def _lower(text: str | None) -> str | None:
    return None if text is None else text.lower()
