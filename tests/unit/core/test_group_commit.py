"""Group commit: those who wait for the same lock are stored together, and each hears of its own."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from app.core.errors import Conflict, Invalid, NotFound, OutlayError, Unavailable
from app.core.group_commit import MOST, GroupCommit
from app.core.uow import unit_of_work
from app.models.ledgers import Ledger, LedgerKey
from app.models.tags import Tag
from tests.factories.people import person

pytestmark = pytest.mark.usefixtures("db_session")

Outcome = str | OutlayError
Answers = dict[str, Outcome]
WAIT = 30
"""Seconds that a test is patient for; nothing waits for so long."""


class Names:
    """Stores tags by their names, and can be held up in the middle of it."""

    def __init__(self, app: Flask, session: scoped_session[Session]) -> None:
        self.app, self.session = app, session
        self.group = GroupCommit[LedgerKey, str, str](self._write)
        self.ledger = LedgerKey(person(app).ledger_id)
        self.batches: list[list[str]] = []
        self.begun, self.free = threading.Event(), threading.Event()

    def _write(self, ledger: LedgerKey, names: Sequence[str]) -> list[Outcome]:
        self.batches.append(list(names))
        self.begun.set()
        assert self.free.wait(WAIT)
        if "broken" in names:
            raise Unavailable
        wanted = [name for name in names if name != "bad"]
        self.session.add_all(Tag(ledger_id=ledger.id, name=name, key=name) for name in wanted)
        self.session.flush()
        return [Invalid(name) if name == "bad" else name.upper() for name in names]

    def submit(self, name: str) -> Outcome:
        """Store a name; returns what came of it, or the error."""
        with self.app.app_context():
            try:
                return self.group.submit(self.ledger, name)
            except OutlayError as error:
                return error

    def together(self, first: str, *others: str) -> Answers:
        """Store ``others`` together: they come while ``first`` is being stored."""
        with ThreadPoolExecutor(1 + len(others)) as pool:
            leading = pool.submit(self.submit, first)
            assert self.begun.wait(WAIT)
            waiting = [pool.submit(self.submit, name) for name in others]
            _until(lambda: self._queued() == 1 + len(others))
            self.free.set()
            futures: dict[str, Future[Outcome]] = dict(
                zip((first, *others), (leading, *waiting), strict=True)
            )
            return {name: future.result(WAIT) for name, future in futures.items()}

    def _queued(self) -> int:
        return sum(len(queue) for queue in self.group._queues.values())

    def stored(self) -> set[str]:
        """The names that are stored."""
        self.session.rollback()
        return set(self.session.scalars(select(Tag.name)))

    def revision(self) -> int:
        """The ledger's revision, which grows by one with every transaction."""
        return self.session.scalars(select(Ledger.revision)).one()


def _until(condition: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(WAIT * 100):
        if condition():
            return
        pause.wait(0.01)
    raise AssertionError("it did not come to that")


@pytest.fixture
def names(app: Flask, db_session: scoped_session[Session]) -> Names:
    return Names(app, db_session)


def test_those_who_wait_are_stored_in_one_transaction(names: Names) -> None:
    before = names.revision()
    answers = names.together("a", "b", "c", "d")
    assert answers == {"a": "A", "b": "B", "c": "C", "d": "D"}
    assert [sorted(batch) for batch in names.batches] == [["a"], ["b", "c", "d"]]
    assert names.stored() == {"a", "b", "c", "d"}
    assert names.revision() == before + 2
    assert names.group._queues == {}


def test_alone_nobody_waits(names: Names) -> None:
    names.free.set()
    assert [names.submit("a"), names.submit("b")] == ["A", "B"]
    assert names.batches == [["a"], ["b"]]


def test_an_error_of_ones_own_spoils_no_other(names: Names) -> None:
    answers = names.together("a", "b", "bad", "c")
    assert isinstance(answers.pop("bad"), Invalid)
    assert answers == {"a": "A", "b": "B", "c": "C"}
    assert names.stored() == {"a", "b", "c"}


def test_what_the_database_refuses_is_found_among_the_others(names: Names) -> None:
    names.free.set()
    assert names.submit("b") == "B"
    names.begun.clear()
    names.free.clear()
    answers = names.together("a", "b", "c")
    assert isinstance(answers.pop("b"), Conflict)
    assert answers == {"a": "A", "c": "C"}
    assert names.stored() == {"a", "b", "c"}


def test_what_fails_as_a_whole_is_told_to_all(names: Names) -> None:
    answers = names.together("a", "b", "broken")
    assert answers["a"] == "A"
    assert isinstance(answers["b"], Unavailable)
    assert isinstance(answers["broken"], Unavailable)
    assert names.stored() == {"a"}
    assert names.submit("b") == "B"


def test_within_a_unit_of_work_it_is_part_of_that(names: Names) -> None:
    names.free.set()
    with pytest.raises(NotFound), unit_of_work():  # noqa: PT012 - the block is what is tried
        names.group.submit(names.ledger, "a")
        raise NotFound
    assert names.stored() == set()
    with unit_of_work():
        names.group.submit(names.ledger, "a")
        with pytest.raises(Invalid):
            names.group.submit(names.ledger, "bad")
    assert names.stored() == {"a"}


def test_one_transaction_stores_only_so_many(names: Names, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST >= 10
    monkeypatch.setattr("app.core.group_commit.MOST", 2)
    names.together("a", "b", "c", "d")
    assert [len(batch) for batch in names.batches] == [1, 2, 1]
    assert names.stored() == {"a", "b", "c", "d"}
