"""Brings the databases back to empty between tests, quickly and whatever was committed."""

import redis
from sqlalchemy import Connection, create_engine, inspect, text

from config import Settings

MIGRATIONS_TABLE = "alembic_version"


class Cleaner:
    """Empties all tables and the Redis database of one application; the schema stays."""

    def __init__(self, settings: Settings) -> None:
        self._engine = create_engine(settings.database_url, isolation_level="AUTOCOMMIT")
        self._connection = self._engine.connect()
        quote = self._engine.dialect.identifier_preparer.quote
        names = inspect(self._engine).get_table_names()
        self._tables = [quote(name) for name in names if name != MIGRATIONS_TABLE]
        self._redis = redis.Redis.from_url(settings.redis_url)

    def clean(self) -> None:
        """Delete every row of every table, and every key."""
        used = self._used_tables()
        if used and self._engine.dialect.name == "sqlite":
            self._empty_sqlite(used)
        elif used:
            # Whoever still holds a lock on a table would make this wait for ever.
            self._connection.execute(text("SET lock_timeout = '10s'"))
            self._connection.execute(text(f"TRUNCATE {', '.join(used)} CASCADE"))
        self._redis.flushdb()

    def close(self) -> None:
        """Close all connections."""
        self._connection.close()
        self._engine.dispose()
        self._redis.close()

    def _used_tables(self) -> list[str]:
        """The tables that hold rows: most tests touch few, and emptying is the slow part."""
        if not self._tables:
            return []
        query = " UNION ALL ".join(
            f"SELECT {number} WHERE EXISTS (SELECT 1 FROM {name})"  # noqa: S608 - own table names
            for number, name in enumerate(self._tables)
        )
        return [self._tables[number] for number in self._connection.scalars(text(query))]

    def _empty_sqlite(self, tables: list[str]) -> None:
        connection: Connection = self._connection
        connection.execute(text("PRAGMA foreign_keys = OFF"))
        connection.execute(text("BEGIN IMMEDIATE"))
        for name in tables:
            connection.execute(text(f"DELETE FROM {name}"))  # noqa: S608 - own table names
        connection.execute(text("COMMIT"))
