"""The database on this app: engine, migrations, and what SQLite has to be told."""

import sqlite3
from typing import Any

from flask import Flask
from sqlalchemy import Engine, event

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


def init_app(app: Flask) -> None:
    """Give ``app`` its engine and the ``flask db`` commands."""
    db.init_app(app)
    migrate.init_app(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            _prepare_sqlite(db.engine)


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _connected(connection: sqlite3.Connection, _record: Any) -> None:
        # No transaction but the ones that a unit of work opens by itself.
        connection.isolation_level = None
        # SQLite's own knows ASCII only.
        connection.create_function("lower", 1, _lower, deterministic=True)
        for pragma in _PRAGMAS:
            connection.execute(pragma)


def _lower(text: str | None) -> str | None:
    return None if text is None else text.lower()
