"""Storing many rows at once: COPY on PostgreSQL, executemany on SQLite."""

import datetime as dt
import sqlite3
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.orm import Session, scoped_session

# As SQLAlchemy stores dates; Python's own way of it is deprecated.
sqlite3.register_adapter(dt.date, dt.date.isoformat)


def insert_rows(
    session: scoped_session[Any] | Session,
    table: Table,
    columns: Sequence[str],
    rows: list[tuple[Any, ...]],
) -> None:
    """Store ``rows``, each with its values in the order of ``columns``, in the open transaction."""
    if not rows:
        return
    connection = session.connection()
    names = ", ".join(columns)
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(columns))
        statement = f"INSERT INTO {table.name} ({names}) VALUES ({marks})"  # noqa: S608 - no data
        connection.exec_driver_sql(statement, rows)
        return
    cursor: Any = connection.connection.cursor()
    with cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
