"""An upgrade keeps what people entrusted to Outlay, and so does the way back."""

from collections.abc import Sequence
from pathlib import Path

import flask_migrate
import pytest
from sqlalchemy import select, text

from app.controllers import demo, verification
from app.core.uow import unit_of_work
from app.models.base import Base, session
from app.models.transactions import Transaction
from app.services import searching
from tests.conftest import ROOT, make_settings, running_app

TABLES = ("users", "ledgers", "ledger_members", "accounts", "categories", "transactions")
MIGRATIONS = str(ROOT / "migrations")


def _counts() -> dict[str, int]:
    return {name: session.scalar(text(f"SELECT count(*) FROM {name}")) or 0 for name in TABLES}  # noqa: S608 - names of ours


def _found(word: str) -> Sequence[int] | None:
    ledger_id = session.scalar(select(Transaction.ledger_id).limit(1)) or 0
    return searching.find(ledger_id, word, 10_000)


def _forgetful_tables() -> set[str]:
    """Tables that would give the id of a deleted row out again, though their models say not to."""
    tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%'"
    wanted = {
        table.name
        for table in Base.metadata.sorted_tables
        if table.dialect_options["sqlite"]["autoincrement"]
    }
    return wanted - set(session.scalars(text(tables)))


def test_the_way_back_and_forth_keeps_every_row(tmp_path: Path) -> None:
    settings = make_settings(
        tmp_path, database_url=f"sqlite:///{tmp_path}/books.db", redis_url="redis://127.0.0.1:1"
    )
    with running_app(settings) as app, app.app_context():
        flask_migrate.upgrade(directory=MIGRATIONS)
        demo.fill()
        before, found = _counts(), _found("north")
        assert all(before.values())
        assert found
        session.remove()
        flask_migrate.downgrade(directory=MIGRATIONS, revision="0001")
        assert _counts() == before
        session.remove()
        flask_migrate.upgrade(directory=MIGRATIONS)
        assert (_counts(), _found("north")) == (before, found)
        assert verification.find_differences() == []
        assert session.scalar(text("PRAGMA foreign_keys")) == 1
        assert _forgetful_tables() == set()


def test_links_of_before_the_table_of_invitations_are_good_no_more(tmp_path: Path) -> None:
    settings = make_settings(
        tmp_path, database_url=f"sqlite:///{tmp_path}/books.db", redis_url="redis://127.0.0.1:1"
    )
    with running_app(settings) as app, app.app_context():
        flask_migrate.upgrade(directory=MIGRATIONS, revision="0002")
        with unit_of_work():
            session.execute(
                text(
                    "INSERT INTO registration_invitations (token_hash, created_at, expires_at)"
                    " VALUES ('x', '2026-01-01', '2099-01-01')"
                )
            )
        session.remove()
        flask_migrate.upgrade(directory=MIGRATIONS)
        assert session.scalar(text("SELECT count(*) FROM invitations")) == 0


def test_a_migration_that_fails_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = make_settings(
        tmp_path, database_url=f"sqlite:///{tmp_path}/books.db", redis_url="redis://127.0.0.1:1"
    )
    with running_app(settings) as app, app.app_context():
        monkeypatch.setattr("alembic.op.batch_alter_table", None)  # breaks 0001 after some tables
        with pytest.raises(TypeError):
            flask_migrate.upgrade(directory=MIGRATIONS)
        tables = session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table'")).all()
        assert [name for name in tables if name in TABLES] == []
