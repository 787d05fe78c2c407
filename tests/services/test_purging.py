"""Purging: all of a ledger goes and nothing else does, wherever it is stopped and begun again."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, func, select, update

from app.controllers import ledger_work
from app.core import clock
from app.core.uow import unit_of_work
from app.models.base import Base, db, session
from app.models.imports import Import
from app.models.ledgers import REMOVING, Ledger
from app.services import purging, verification
from tests.factories import statements
from tests.factories.callers import Api, Body, expect
from tests.factories.fixtures import Caller, Work
from tests.factories.people import PASSWORD

STATEMENT = statements.simple(
    *((f"2026-01-{day:02}", f"Shop {day}", f"-{day}.50") for day in range(1, 13))
)


class Killed(Exception):
    """What stands for the end of a process."""


@contextmanager
def _killed_at(app: Flask, number: int) -> Iterator[None]:
    """Let the process end just before its so many-th DELETE."""
    left = number

    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        nonlocal left
        left -= statement.startswith("DELETE")
        if left < 0:
            raise Killed

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", count)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", count)


def _fill(api: Api, work: Work) -> Body:
    """Open a ledger with something in every table."""
    ledger = api.add("/ledgers", name="Flat")
    here = f"?ledger_id={ledger['id']}"
    [account] = api.read("/accounts", ledger_id=ledger["id"])["items"]
    parent = api.add(f"/categories{here}", name="Animals")["id"]
    child = api.add(f"/categories{here}", name="Dog", parent_id=parent)["id"]
    for amount in ("1", "2", "3"):
        api.add(f"/transactions{here}", type="expense", amount=amount, category_id=child)
    api.upload(f"{STATEMENT}nonsense,x,y,,,\n", query=here, account_id=account["id"], commit="true")
    api.upload(STATEMENT, query=here, account_id=account["id"])
    work()
    found = api.read("/imports", ledger_id=ledger["id"])["items"]
    assert [one["status"] for one in found] == ["review", "done"]
    return ledger


def _left(ledger_id: int) -> dict[str, int]:
    """Count the rows that still belong to a ledger, by the table's name."""
    imports = select(Import.id).where(Import.ledger_id == ledger_id)
    counts = {}
    for table in Base.metadata.sorted_tables:
        if "ledger_id" in table.c:
            condition = table.c.ledger_id == ledger_id
        elif "import_id" in table.c:
            condition = table.c.import_id.in_(imports)
        else:
            continue
        counts[table.name] = session.scalar(select(func.count()).where(condition)) or 0
    return {name: count for name, count in counts.items() if count}


def _rows(api: Api) -> list[Any]:
    return [api.rows(), api.read("/accounts"), api.read("/categories"), api.read("/imports")]


def test_everything_of_a_ledger_goes_and_nothing_else(app: Flask, api: Api, work: Work) -> None:
    kept, gone = _fill(api, work), _fill(api, work)
    api.spend("5")
    with app.app_context():
        before, mine = _left(kept["id"]), _rows(api)
        assert {"transactions", "import_rows", "monthly_totals", "activities"} <= before.keys()
        purging.purge(gone["id"])
        assert _left(gone["id"]) == {}
        assert session.get(Ledger, gone["id"]) is None
        assert (_left(kept["id"]), _rows(api)) == (before, mine)
        assert verification.find_differences() == []


@given(st.integers(0, 40), st.integers(1, 8))
@settings(
    max_examples=8,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_a_purge_that_is_killed_leaves_the_books_right_and_goes_on(
    app: Flask, caller: Caller, work: Work, deletes: int, size: int
) -> None:
    api = caller()
    api.spend("5")
    ledger = _fill(api, work)
    with app.app_context():
        try:
            with _killed_at(app, deletes):
                purging.purge(ledger["id"], size=size)
        except Killed:
            assert session.get_one(Ledger, ledger["id"]).deleted_at == REMOVING
            assert ledger["id"] in purging.find_due()
        session.remove()
        assert verification.find_differences() == []
        assert api.get(f"/ledgers/{ledger['id']}").status_code == 404
        assert api.post(f"/ledgers/{ledger['id']}/restore").status_code == 404
        ledger_work.purge_deleted()
        assert session.get(Ledger, ledger["id"]) is None
        assert _left(ledger["id"]) == {}
        assert verification.find_differences() == []
    assert len(api.rows()) == 1


def test_the_scheduler_waits_for_thirty_days(app: Flask, api: Api, work: Work) -> None:
    recent, old = _fill(api, work), _fill(api, work)
    for ledger in (recent, old):
        path = f"/ledgers/{ledger['id']}"
        assert api.request("DELETE", path, {"password": PASSWORD}).status_code == 204
    with app.app_context():
        _went(recent, dt.timedelta(days=29, hours=23))
        _went(old, dt.timedelta(days=30))
        assert verification.find_differences() == []
        assert ledger_work.purge_deleted() == 1
        assert session.get(Ledger, old["id"]) is None
    expect(200, api.post(f"/ledgers/{recent['id']}/restore"))


@pytest.mark.parametrize("what", ["archived", "deleted"])
def test_ledgers_that_are_put_away_are_still_verified(
    app: Flask, api: Api, work: Work, what: str
) -> None:
    ledger = _fill(api, work)
    if what == "archived":
        expect(200, api.patch(f"/ledgers/{ledger['id']}", {"archived": True}))
    else:
        api.request("DELETE", f"/ledgers/{ledger['id']}", {"password": PASSWORD})
    [account] = _account_ids(app, ledger)
    with app.app_context():
        assert verification.find_differences() == []
        with unit_of_work():
            table = Base.metadata.tables["accounts"]
            session.execute(update(table).where(table.c.id == account).values(balance=1))
        assert len(verification.find_differences()) == 1


def _account_ids(app: Flask, ledger: Body) -> list[int]:
    table = Base.metadata.tables["accounts"]
    with app.app_context():
        query = select(table.c.id).where(table.c.ledger_id == ledger["id"])
        return list(session.scalars(query))


def _went(ledger: Body, ago: dt.timedelta) -> None:
    with unit_of_work():
        gone = update(Ledger).where(Ledger.id == ledger["id"]).values(deleted_at=clock.now() - ago)
        session.execute(gone)
