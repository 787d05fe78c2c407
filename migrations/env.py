"""Runs the migrations on the database of the current app; knows nothing else of it."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from flask import current_app

database = current_app.extensions["migrate"].db
SQLITE = database.engine.dialect.name == "sqlite"


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write column types of our own as the plain types they are stored as."""
    if kind == "type" and isinstance(item, sa.TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


def include_name(name: str | None, kind: str, _parents: Any) -> bool:
    """Leave out what models do not describe: indexes of words and of how texts begin."""
    searching = ("transaction_search", "ix_transactions_search", "ix_transactions_described")
    return not (kind in {"table", "index"} and name and name.startswith(searching))


# Models do not describe them, so they need not be compared.
warnings.filterwarnings("ignore", "Skipped unsupported reflection of expression-based index")


def run() -> None:
    """Run the migrations: on PostgreSQL each in a transaction, on SQLite all in one."""
    engine = database.engine
    if not SQLITE:
        engine = engine.execution_options(isolation_level="READ COMMITTED")
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            render_as_batch=True,
            render_item=render_item,
            include_name=include_name,
            compare_type=True,
            transaction_per_migration=True,
        )
        with whole(connection) if SQLITE else nullcontext(), context.begin_transaction():
            context.run_migrations()


@contextmanager
def whole(connection: sa.Connection) -> Iterator[None]:
    """Change a SQLite database as a whole or not at all, and lose no row on the way.

    SQLite changes a column by making the table anew; with foreign keys on, dropping the old one
    would delete the rows of every table that refers to it.
    """
    connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    yield
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise RuntimeError(f"a migration left a row that refers to nothing: {tuple(broken)}")
    connection.commit()
    connection.exec_driver_sql("PRAGMA foreign_keys = ON")


run()
