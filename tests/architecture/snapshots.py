"""A database's rows as they were at one moment: to see what changed since, and to put it back."""

from typing import Any

from sqlalchemy import Connection, create_engine, delete, insert, select, text

from app.models import Base
from config import Settings

_SEEN = {("sign_ins", "last_seen_at"), ("api_tokens", "last_used_at")}
"""What a mere look changes: when a sign-in or token was last in use."""
_TOLD = " UNION ALL ".join(
    f"SELECT concat(count(*), ':', max(xmin::text::bigint)) AS told FROM {table.name}"  # noqa: S608 - own table names
    for table in Base.metadata.sorted_tables
)
"""How many rows each table has, and the last transaction that wrote one of them: one query for all
tables, as thousands of requests are followed by it, and only of this database."""
_VERSION = {
    "sqlite": "PRAGMA data_version",
    "postgresql": f"SELECT string_agg(told, ' ') FROM ({_TOLD}) tables",  # noqa: S608 - own names
}
_WITHOUT_KEYS = {
    "sqlite": "PRAGMA foreign_keys = OFF",
    "postgresql": "SET session_replication_role = replica",
}

Rows = dict[str, list[dict[str, Any]]]


class Snapshot:
    """Every row of a database, over a connection of its own."""

    def __init__(self, settings: Settings) -> None:
        self._engine = create_engine(settings.database_url, isolation_level="AUTOCOMMIT")
        self._connection: Connection = self._engine.connect()
        self._dialect = self._engine.dialect.name
        self._connection.execute(text(_WITHOUT_KEYS[self._dialect]))
        self._rows: Rows = {}
        self._seen: Any = None

    def take(self) -> None:
        """Remember the rows as they are now."""
        self._rows = self._read()
        self._seen = self._version()

    def changed(self) -> set[str]:
        """Return the tables that are not as they were; quickly, where nothing was written."""
        version = self._version()
        if version == self._seen:
            return set()
        now = self._read()
        found = {name for name, rows in now.items() if _told(name, rows) != self._told_of(name)}
        if not found:
            self._seen = version
        return found

    def restore(self, names: set[str] | None = None) -> None:
        """Put back the rows of the tables ``names``, by default of all."""
        self._connection.execute(text("BEGIN"))
        for table in Base.metadata.sorted_tables:
            if names is not None and table.name not in names:
                continue
            self._connection.execute(delete(table))
            if self._rows[table.name]:
                self._connection.execute(insert(table), self._rows[table.name])
        self._connection.execute(text("COMMIT"))
        self._seen = self._version()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
        self._engine.dispose()

    def _version(self) -> Any:
        return self._connection.scalar(text(_VERSION[self._dialect]))

    def _told_of(self, name: str) -> list[Any]:
        return _told(name, self._rows[name])

    def _read(self) -> Rows:
        return {
            table.name: [
                dict(row._mapping)
                for row in self._connection.execute(
                    select(table).order_by(*table.primary_key.columns)
                )
            ]
            for table in Base.metadata.sorted_tables
        }


def _told(name: str, rows: list[dict[str, Any]]) -> list[Any]:
    return [[value for column, value in row.items() if (name, column) not in _SEEN] for row in rows]
