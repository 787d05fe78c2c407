"""Runs the migrations on the database of the current app; knows nothing else of it."""

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


def run() -> None:
    """Run the migrations, each in a transaction of its own."""
    engine = database.engine
    if not SQLITE:
        engine = engine.execution_options(isolation_level="READ COMMITTED")
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            render_as_batch=True,
            render_item=render_item,
            compare_type=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
