"""Storing many rows at once: COPY on PostgreSQL, executemany on SQLite."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.orm import Session, scoped_session


def insert_rows(
    session: scoped_session[Any] | Session,
    table: Table,
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
) -> None:
    """Store ``rows``, each with its values in the order of ``columns``, in the open transaction."""
    connection = session.connection()
    names = ", ".join(columns)
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(columns))
        values = [tuple(map(_plain, row)) for row in rows]
        connection.exec_driver_sql(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", values)
        return
    with (
        connection.connection.cursor() as cursor,
        cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value
