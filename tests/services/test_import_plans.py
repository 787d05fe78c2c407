"""Imports cost what their rows cost, whatever PostgreSQL believes of its tables."""

from collections.abc import Callable, Iterator

import psycopg
import pytest
from flask import Flask
from psycopg.sql import SQL, Identifier

from app.models.base import db
from tests.factories.callers import Api, expect
from tests.factories.fixtures import Work

pytestmark = pytest.mark.only_postgres

ROWS = 1500
RULE = {
    "name": "Shops",
    "conditions": [{"field": "amount", "operator": "at_least", "value": "0"}],
    "actions": [{"action": "add_tag", "value": "shop"}],
}


@pytest.fixture
def postgres(app: Flask) -> Iterator[psycopg.Connection]:
    """A connection of the test's own."""
    with app.app_context():
        url = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def _rows_read(connection: psycopg.Connection) -> int:
    """How many rows of both tables were read so far, one after the other or by an index."""
    read = connection.execute(
        "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_user_tables"
        " WHERE relname IN ('transactions', 'import_rows')"
    ).fetchone()
    assert read is not None
    return int(read[0] or 0)


@pytest.fixture
def store(api: Api, work: Work, app: Flask) -> Callable[[str], None]:
    """Return what imports rows of a shop each, which a rule tags."""
    api.add("/rules", RULE)

    def run(shop: str) -> None:
        rows = [f"2026-01-{1 + n % 28:02},{shop} {n},-{n + 1}.00,EUR,," for n in range(ROWS)]
        statement = "\n".join(["date,description,amount,currency,category,account", *rows, ""])
        upload = expect(202, api.upload(statement, commit="true"))
        work()
        done = api.read(f"/imports/{upload['id']}")
        assert (done["status"], done["rows_new"]) == ("done", ROWS)
        with app.app_context():
            db.engine.dispose()  # what a connection read is told to all when it ends

    return run


def test_rows_are_found_again_however_empty_the_tables_seem(
    api: Api, store: Callable[[str], None], postgres: psycopg.Connection
) -> None:
    store("Baker")
    for table in ("transactions", "import_rows"):
        postgres.execute(SQL("VACUUM ANALYZE {}").format(Identifier(table)))
    before = _rows_read(postgres)
    store("Butcher")
    assert api.read("/transactions", tag="shop")["total"] == 2 * ROWS
    assert _rows_read(postgres) - before < 50 * ROWS
