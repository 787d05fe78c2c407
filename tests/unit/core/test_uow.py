"""The unit of work: all or nothing, effects only afterwards, no write outside."""

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, scoped_session

from app.core.errors import Conflict, NotFound, Stale, Unavailable
from app.core.uow import unit_of_work
from app.models.accounts import Account
from app.models.base import db
from app.models.ledgers import Ledger, LedgerKey
from app.models.users import User
from tests.factories.people import Person, person

pytestmark = pytest.mark.usefixtures("db_session")


@pytest.fixture
def someone(app: Flask) -> Person:
    return person(app)


def _account(name: str, someone: Person) -> Account:
    return Account(ledger_id=someone.ledger_id, name=name, type="cash", currency="EUR")


def _names(session: scoped_session[Session]) -> set[str]:
    """The names of accounts as another connection sees them: only what is committed."""
    session.rollback()
    return set(session.scalars(select(Account.name)))


def _revision(session: scoped_session[Session], someone: Person) -> int:
    return session.scalar(select(Ledger.revision).where(Ledger.id == someone.ledger_id)) or 0


def test_what_ends_well_is_stored(db_session: scoped_session[Session], someone: Person) -> None:
    with unit_of_work() as work:
        work.session.add(_account("Wallet", someone))
    assert _names(db_session) == {"Main account", "Wallet"}


def test_an_error_rolls_everything_back(
    db_session: scoped_session[Session], someone: Person
) -> None:
    with pytest.raises(NotFound), unit_of_work() as work:  # noqa: PT012 - the block is what is tried
        work.session.add(_account("Wallet", someone))
        work.session.flush()
        raise NotFound
    assert _names(db_session) == {"Main account"}


def test_even_an_interrupt_rolls_back(db_session: scoped_session[Session], someone: Person) -> None:
    with pytest.raises(KeyboardInterrupt), unit_of_work() as work:  # noqa: PT012 - the block is what is tried
        work.session.add(_account("Wallet", someone))
        work.session.flush()
        raise KeyboardInterrupt
    assert _names(db_session) == {"Main account"}


def test_after_a_rollback_the_next_one_works(
    db_session: scoped_session[Session], someone: Person
) -> None:
    with pytest.raises(NotFound), unit_of_work():
        raise NotFound
    with unit_of_work() as work:
        work.session.add(_account("Wallet", someone))
    assert "Wallet" in _names(db_session)


def test_a_nested_one_joins_and_falls_with_the_outer(
    db_session: scoped_session[Session], someone: Person
) -> None:
    with pytest.raises(NotFound), unit_of_work() as outer:  # noqa: PT012 - the block is what is tried
        with unit_of_work() as inner:
            inner.session.add(_account("Wallet", someone))
        assert inner is outer
        raise NotFound
    assert _names(db_session) == {"Main account"}


def test_a_nested_one_commits_with_the_outer(
    db_session: scoped_session[Session], someone: Person
) -> None:
    with unit_of_work() as outer:
        outer.session.add(_account("Wallet", someone))
        with unit_of_work() as inner:
            inner.session.add(_account("Piggy bank", someone))
    assert _names(db_session) == {"Main account", "Wallet", "Piggy bank"}


def test_an_effect_sees_the_committed_rows(app: Flask, someone: Person) -> None:
    seen: list[int | None] = []

    def count() -> None:
        with app.app_context():
            from app.models.base import session

            seen.append(session.scalar(select(func.count()).select_from(Account)))

    with unit_of_work() as work:
        work.session.add(_account("Wallet", someone))
        work.after_commit(count)
        work.session.flush()
        assert seen == []
    assert seen == [2]


def test_no_effect_without_a_commit() -> None:
    seen: list[str] = []
    with pytest.raises(NotFound), unit_of_work() as work:  # noqa: PT012 - the block is what is tried
        work.after_commit(seen.append, "effect")
        raise NotFound
    assert seen == []


def test_effects_of_a_nested_one_wait_for_the_outer() -> None:
    seen: list[str] = []
    with unit_of_work():
        with unit_of_work() as inner:
            inner.after_commit(seen.append, "effect")
        assert seen == []
    assert seen == ["effect"]


def test_a_failing_effect_stops_no_other() -> None:
    seen: list[str] = []
    with unit_of_work() as work:
        work.after_commit(seen.append, "before")
        work.after_commit(int, "not a number")
        work.after_commit(seen.append, "after")
    assert seen == ["before", "after"]


def test_a_new_row_outside_is_refused(db_session: scoped_session[Session], someone: Person) -> None:
    db_session.add(_account("Wallet", someone))
    with pytest.raises(RuntimeError, match="outside a unit of work"):
        db_session.flush()


def test_a_change_outside_is_refused(db_session: scoped_session[Session], someone: Person) -> None:
    account = db_session.get_one(Account, someone.account_id)
    account.name = "Wallet"
    with pytest.raises(RuntimeError, match="outside a unit of work"):
        db_session.commit()


def test_a_deletion_outside_is_refused(
    db_session: scoped_session[Session], someone: Person
) -> None:
    db_session.delete(db_session.get_one(Account, someone.account_id))
    with pytest.raises(RuntimeError, match="outside a unit of work"):
        db_session.flush()


def test_the_aggregate_gets_a_new_revision(
    db_session: scoped_session[Session], someone: Person
) -> None:
    before = _revision(db_session, someone)
    with unit_of_work(LedgerKey(someone.ledger_id)):
        pass
    assert _revision(db_session, someone) == before + 1


def test_a_rollback_takes_the_revision_back(
    db_session: scoped_session[Session], someone: Person
) -> None:
    before = _revision(db_session, someone)
    with pytest.raises(NotFound), unit_of_work(LedgerKey(someone.ledger_id)):
        raise NotFound
    assert _revision(db_session, someone) == before


def test_a_lost_race_on_a_version_is_stale(
    db_session: scoped_session[Session], someone: Person
) -> None:
    account = db_session.get_one(Account, someone.account_id)
    with pytest.raises(Stale), unit_of_work() as work:  # noqa: PT012 - the block is what is tried
        work.session.execute(text("UPDATE accounts SET version = version + 1"))
        account.name = "Wallet"


def test_a_broken_constraint_says_what_it_means(someone: Person) -> None:
    with pytest.raises(Conflict, match="already an account with this name"), unit_of_work() as work:
        work.session.add(_account("Main account", someone))


def test_another_fault_of_the_database_is_passed_on() -> None:
    with pytest.raises(Exception, match="no_such_table") as fault, unit_of_work() as work:
        work.session.execute(text("SELECT * FROM no_such_table"))
    assert isinstance(fault.value, OperationalError) or "Undefined" in str(fault.value)


def test_reading_opens_no_transaction(db_session: scoped_session[Session]) -> None:
    db_session.scalars(select(User)).all()
    raw = db_session.connection().connection.driver_connection
    in_transaction = getattr(raw, "in_transaction", None)
    if in_transaction is None:
        in_transaction = raw.info.transaction_status.name != "IDLE"  # type: ignore[union-attr]
    assert not in_transaction


@pytest.mark.any_database
def test_a_lock_that_is_never_free_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.core.write_lock.PATIENCE", 0.05)
    with db.engine.connect() as other:
        other.exec_driver_sql("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable), unit_of_work():
            pass
        other.exec_driver_sql("ROLLBACK")
    with unit_of_work():
        pass
