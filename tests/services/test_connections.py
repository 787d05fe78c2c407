"""Connections to PostgreSQL: those that are gone by now are found out, others are not asked."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from flask import Flask

from app.models.base import db
from tests.factories.callers import Api

pytestmark = pytest.mark.only_postgres


@pytest.fixture(autouse=True)
def _pool(app: Flask) -> Iterator[None]:
    """A pool without connections of other tests; what is cut here meets no other test."""
    with app.app_context():
        db.engine.dispose()
        yield
        db.session.remove()
        db.engine.dispose()


def _cut(app: Flask) -> None:
    """End the one connection that is there, as a restart of PostgreSQL does."""
    with app.app_context(), db.engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        url = db.engine.url.set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False)) as killer:
        killer.execute("SELECT pg_terminate_backend(%s)", [driver.info.backend_pid])


def test_after_a_restart_nobody_notices(
    app: Flask, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.database.RESTED_SECONDS", 0.0)
    api.spend("1.00")
    _cut(app)
    api.spend("2.00")
    assert api.balance() == "-3.00"


def test_who_was_used_a_moment_ago_is_not_asked(
    app: Flask, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        dialect = db.engine.dialect
    asked: list[object] = []
    ping = dialect.do_ping

    def note(connection: object) -> bool:
        asked.append(connection)
        return ping(connection)  # type: ignore[arg-type]

    monkeypatch.setattr(dialect, "do_ping", note)
    monkeypatch.setattr("app.database.RESTED_SECONDS", 60.0)
    api.spend("1.00")
    assert asked == []
    monkeypatch.setattr("app.database.RESTED_SECONDS", 0.0)
    api.spend("1.00")
    assert asked
