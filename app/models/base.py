"""The declarative base, the column shorthands, and the session every layer above shares."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    BigInteger,
    CursorResult,
    DateTime,
    Dialect,
    Executable,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    TypeDecorator,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, mapped_column, registry

from app.core import constraints, sealing, uow

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Instant(TypeDecorator[dt.datetime]):
    """An aware UTC instant on every database; SQLite keeps it without its zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> Any:
        """Refuse a naive datetime, store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its zone")
        return value.astimezone(dt.UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> dt.datetime | None:
        """Return the instant as aware UTC."""
        return None if value is None else value.astimezone(dt.UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """Read SQLite's text in one step: a page of a list has a hundred instants."""
        if dialect.name == "sqlite":
            return _instant_of_text
        return super().result_processor(dialect, coltype)


def _instant_of_text(text: str | None) -> dt.datetime | None:
    return None if text is None else dt.datetime.fromisoformat(f"{text}+00:00")


class Sealed(TypeDecorator[str]):
    """A text that is stored sealed: unreadable without a key that is not in the database."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> Any:
        """Seal."""
        return None if value is None else sealing.seal(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        """Open."""
        return None if value is None else sealing.unseal(value)


# SQLite gives out row ids by itself only for a column of exactly this type.
Id = BigInteger().with_variant(Integer(), "sqlite")

id_pk = Annotated[int, mapped_column(Id, primary_key=True)]
minor = Annotated[int, mapped_column(BigInteger)]
currency = Annotated[str, mapped_column(String(3))]


class Base(DeclarativeBase):
    """Base of every model."""

    # A registry, not a type_annotation_map: Flask-SQLAlchemy copies the class's attributes.
    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={dt.datetime: Instant, int: Id},
    )


db = SQLAlchemy(
    model_class=Base, session_options={"expire_on_commit": False}, disable_autonaming=True
)
session = db.session
uow.bind(session)
constraints.register(Base.metadata)


def read(query: Executable, **values: object) -> CursorResult[Any]:
    """Return the rows of ``query`` as columns, at half the price of :meth:`Session.execute`.

    For queries that every request makes. It knows no entities, and flushes nothing first.
    """
    return session.connection().execute(query, values)


def store(
    statement: Executable, rows: Mapping[str, Any] | Sequence[Mapping[str, Any]]
) -> CursorResult[Any]:
    """Run a statement that writes, for one row of values or for each of several.

    As :func:`read` does it, for what every new transaction needs.
    """
    return session.connection().execute(statement, rows)


def upsert(table: Table, dialect: str) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT for ``table`` that can say ON CONFLICT, in the dialect of that name."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
