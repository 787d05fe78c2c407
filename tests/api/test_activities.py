"""The activity log: what is written down, who reads it, and making a row what it was."""

import csv
import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, event, func, select, update

from app.controllers import activity_work
from app.core import clock
from app.core.uow import unit_of_work
from app.models.activities import NOBODY, Activity, Trace
from app.models.base import db, session
from app.models.members import Member
from app.models.transactions import Transaction
from app.models.users import User
from app.services import activities, verification
from tests.factories.callers import Api, Body, expect, problem, refused
from tests.factories.fixtures import Work

STATEMENT = """date,description,amount,currency,category,account
2026-01-02,Bread,-3.50,EUR,,
2026-01-03,Cake,-4.50,EUR,,
nonsense
"""


def _log(api: Api, **query: Any) -> list[Body]:
    return api.rows("/user/activity", **query)


def _kinds(api: Api, **query: Any) -> list[str]:
    return [line["kind"] for line in _log(api, **query)]


def _history(api: Api, row_id: int) -> list[Body]:
    return api.rows(f"/transactions/{row_id}/history")


def _restore(api: Api, row_id: int, line: Body, **more: Any) -> Body:
    return expect(
        200, api.post(f"/transactions/{row_id}/restore", {"activity_id": line["id"], **more})
    )


def _join(api: Api, other: Api, role: str) -> None:
    with api.app.app_context(), unit_of_work() as work:
        work.session.add(Member(ledger_id=api.person.ledger_id, user_id=other.person.id, role=role))


def _differences(app: Flask) -> list[str]:
    with app.app_context():
        return [str(one) for one in verification.find_differences()]


# What is written down


def test_a_row_is_written_down_before_and_after(api: Api) -> None:
    food = api.starter("Food")
    row = api.spend("12.00", date="2026-01-02", description="Rewe", category_id=food)
    api.patch(f"/transactions/{row['id']}", {"amount": "13.00", "category_id": None})
    api.delete(f"/transactions/{row['id']}")
    deleted, updated, created = _log(api)
    assert [created["kind"], updated["kind"], deleted["kind"]] == [
        "transaction.created", "transaction.updated", "transaction.deleted",
    ]  # fmt: skip
    assert created["before"] is None
    assert created["after"] == {
        "type": "expense", "date": "2026-01-02", "amount": "12.00", "currency": "EUR",
        "description": "Rewe", "payee": "", "notes": "", "account_id": api.person.account_id,
        "account": "Main account", "to_account_id": None, "to_account": None, "to_amount": None,
        "to_currency": None, "category_id": food, "category": "Food", "tags": [], "splits": [],
        "state": "open", "to_state": "open", "refund_of_id": None,
    }  # fmt: skip
    assert updated["before"] == created["after"]
    assert updated["after"] == {
        **created["after"], "amount": "13.00", "category_id": None, "category": None,
    }  # fmt: skip
    assert (deleted["before"], deleted["after"]) == (updated["after"], None)
    for line in (created, updated, deleted):
        assert (line["by"], line["actor_id"]) == ("person", api.person.id)
        assert (line["subject_type"], line["subject_id"]) == ("transaction", row["id"])
        assert (line["ledger_id"], line["address"]) == (api.person.ledger_id, "127.0.0.1")


def test_a_change_that_changes_nothing_is_not_written_down(api: Api) -> None:
    row = api.spend("12.00")
    account, category = api.person.account_id, api.starter("Food")
    for path, body in (
        (f"/transactions/{row['id']}", {"amount": "12.00"}),
        (f"/accounts/{account}", {"name": "Main account"}),
        (f"/categories/{category}", {"name": "Food"}),
    ):
        expect(200, api.patch(path, body))
    assert _kinds(api) == ["transaction.created"]


@pytest.mark.parametrize("noun", ["account", "category"])
def test_accounts_and_categories_are_written_down(api: Api, noun: str) -> None:
    path = {"account": "/accounts", "category": "/categories"}[noun]
    made = api.add(path, name="Old")
    expect(200, api.patch(f"{path}/{made['id']}", {"name": "New", "archived": True}))
    assert api.delete(f"{path}/{made['id']}").status_code == 204
    deleted, updated, created = _log(api, kind=noun)
    assert [created["kind"], updated["kind"], deleted["kind"]] == [
        f"{noun}.created", f"{noun}.updated", f"{noun}.deleted",
    ]  # fmt: skip
    assert (updated["before"]["name"], updated["before"]["archived"]) == ("Old", False)
    assert (updated["after"]["name"], updated["after"]["archived"]) == ("New", True)
    assert deleted["subject_name"] == "New"


def test_what_is_refused_is_not_written_down(api: Api) -> None:
    row = api.spend("12.00")
    refused(api.post("/transactions", {"type": "expense", "amount": "0"}), "amount")
    stale = {"If-Match": '"other"'}
    problem(412, api.patch(f"/transactions/{row['id']}", {"amount": "1"}, headers=stale))
    problem(412, api.delete(f"/transactions/{row['id']}", headers=stale))
    assert _kinds(api) == ["transaction.created"]


def test_an_import_is_one_line_however_many_rows_it_has(api: Api, work: Work) -> None:
    import_id = api.upload(STATEMENT, commit="true").get_json()["id"]
    work()
    row = next(row for row in api.rows() if row["description"] == "Bread")
    api.patch(f"/transactions/{row['id']}", {"notes": "good"})
    api.delete(f"/imports/{import_id}")
    undone, updated, committed = _log(api)
    assert [committed["kind"], updated["kind"], undone["kind"]] == [
        "import.committed", "transaction.updated", "import.undone",
    ]  # fmt: skip
    assert committed["details"] == {"rows": 2, "duplicates": 0, "rejected": 1}
    assert (committed["actor_id"], committed["subject_name"]) == (api.person.id, "statement.csv")
    assert undone["details"] == {"rows": 1, "rows_kept": 1}


def test_an_import_is_committed_by_who_asked_last(api: Api, other: Api, work: Work) -> None:
    _join(api, other, "editor")
    import_id = api.upload(STATEMENT).get_json()["id"]
    work()
    expect(202, other.post(f"/imports/{import_id}/commit"))
    work()
    line = api.read(f"/ledgers/{api.person.ledger_id}/activity", kind="import")["items"][0]
    assert (line["kind"], line["actor_id"]) == ("import.committed", other.person.id)


def test_an_export_is_written_down(api: Api) -> None:
    assert api.get("/exports/transactions").status_code == 200
    assert api.get("/user/activity?format=csv").status_code == 200
    assert [line["details"] for line in _log(api, kind="export.downloaded")] == [
        {"rows_of": "activity"}, {"rows_of": "transactions"},
    ]  # fmt: skip


def _writes(api: Api, act: Callable[[], Any]) -> list[str]:
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    with api.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return [one for one in sent if not one.startswith("SELECT")]


def test_a_row_costs_one_more_insert_in_the_same_transaction(api: Api) -> None:
    writes = _writes(api, lambda: api.spend("1.00", account_id=api.person.account_id))
    inserts = [one.split()[2] for one in writes if one.startswith("INSERT")]
    assert inserts == ["transactions", "daily_totals", "monthly_totals", "activities"]
    assert len([one for one in writes if one.startswith("BEGIN")]) <= 1
    updates = [one for one in writes if one.startswith("UPDATE")]
    assert [one.split()[1] for one in updates] == ["ledgers", "accounts"]


# Who reads it


def test_one_reads_what_one_did_and_nobody_else(api: Api, other: Api) -> None:
    api.spend("1.00")
    assert _log(other) == []
    assert _kinds(api) == ["transaction.created"]


def test_members_read_what_was_done_in_their_ledger(api: Api, other: Api, caller: Any) -> None:
    path = f"/ledgers/{api.person.ledger_id}/activity"
    row = api.spend("1.00")
    for stranger in (other, caller()):
        problem(404, stranger.get(path))
        problem(404, stranger.get(f"/transactions/{row['id']}/history"))
    _join(api, other, "viewer")
    line = other.read(path)["items"][0]
    assert (line["kind"], line["actor_id"]) == ("transaction.created", api.person.id)
    assert (line["address"], line["device"]) == ("", "")
    assert other.read(f"/transactions/{row['id']}/history")["total"] == 1
    problem(403, other.post(f"/transactions/{row['id']}/restore", {"activity_id": line["id"]}))


def test_who_left_a_ledger_reads_no_more_of_it_in_their_own_log(api: Api, other: Api) -> None:
    _join(api, other, "editor")
    expect(
        201,
        other.post(
            f"/transactions?ledger_id={api.person.ledger_id}",
            {"type": "expense", "amount": "5.00"},
        ),
    )
    assert _kinds(other) == ["transaction.created"]
    with api.app.app_context(), unit_of_work() as work:
        theirs = (Member.user_id == other.person.id, Member.ledger_id == api.person.ledger_id)
        work.session.execute(delete(Member).where(*theirs))
    assert _log(other) == []


def test_the_log_of_a_deleted_person_names_nobody(api: Api, other: Api) -> None:
    _join(api, other, "editor")
    ledger_id = api.person.ledger_id
    other.add(f"/transactions?ledger_id={ledger_id}", type="expense", amount="5.00")
    line = api.read(f"/ledgers/{ledger_id}/activity")["items"][0]
    assert (line["by"], line["actor_id"]) == ("person", other.person.id)
    with api.app.app_context(), unit_of_work() as work:
        gone = update(User).where(User.id == other.person.id)
        work.session.execute(gone.values(erasure_requested_at=clock.now()))
    line = api.read(f"/ledgers/{ledger_id}/activity")["items"][0]
    assert (line["by"], line["actor_id"], line["actor_name"]) == ("former", None, None)
    assert "a former user" in api.get(f"/ledgers/{ledger_id}/activity?format=csv").text


def test_what_the_program_did_is_told_from_what_strangers_did(api: Api) -> None:
    with api.app.app_context(), unit_of_work():
        activities.record(NOBODY, "sign_in.tokens_reused", user_id=api.person.id)
        activities.record(Trace(address="192.0.2.7"), "user.sign_in_failed", user_id=api.person.id)
    stranger, program = _log(api)
    assert (stranger["by"], stranger["address"]) == ("stranger", "192.0.2.7")
    assert (program["by"], program["address"]) == ("program", "")
    assert stranger["details"] == program["details"] == {}


# Narrowing, paging, taking along


@pytest.fixture
def busy(api: Api) -> Api:
    """Somebody who did five things, one of them a year ago."""
    row = api.spend("1.00", description="=cmd|' /C calc'!A0")
    api.patch(f"/transactions/{row['id']}", {"amount": "2.00"})
    api.add("/accounts", name="Wallet")
    api.category("Fun")
    api.delete(f"/transactions/{row['id']}")
    with api.app.app_context(), unit_of_work() as work:
        oldest = select(func.min(Activity.id)).scalar_subquery()
        past = update(Activity).where(Activity.id == oldest)
        work.session.execute(past.values(at=clock.now() - dt.timedelta(days=365)))
    return api


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, 5), ({"kind": "transaction"}, 3), ({"kind": "transaction.deleted"}, 1),
        ({"kind": "trans"}, 0), ({"kind": "account"}, 1), ({"date_to": "2020-01-01"}, 0),
        ({"date_from": "2020-01-01"}, 5),
    ],
)  # fmt: skip
@pytest.mark.parametrize("whose", ["own", "ledger"])
def test_a_log_is_narrowed(busy: Api, whose: str, query: dict[str, str], found: int) -> None:
    ledger = f"/ledgers/{busy.person.ledger_id}/activity"
    page = busy.read("/user/activity" if whose == "own" else ledger, **query)
    assert (page["total"], len(page["items"])) == (found, found)


def test_days_are_those_of_who_asks(busy: Api) -> None:
    today = clock.today("UTC")
    yesterday = today - dt.timedelta(days=1)
    assert busy.read("/user/activity", date_from=today.isoformat())["total"] == 4
    assert busy.read("/user/activity", date_to=yesterday.isoformat())["total"] == 1


def test_a_log_is_narrowed_to_a_person(busy: Api, other: Api) -> None:
    _join(busy, other, "editor")
    path = f"/ledgers/{busy.person.ledger_id}/activity"
    there = f"/transactions?ledger_id={busy.person.ledger_id}"
    other.add(there, type="expense", amount="5.00", account_id=busy.person.account_id)
    assert busy.read(path, user_id=other.person.id)["total"] == 1
    assert busy.read(path, user_id=busy.person.id)["total"] == 5


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("kind=%25", "kind"), ("kind=a.b.c", "kind"), ("user_id=x", "user_id"),
        ("date_from=1.1.2026", "date_from"), ("format=xml", "format"), ("cursor=x", "cursor"),
        ("cursor=WyItZGF0ZSIsZmFsc2UsIjIwMjYiLDFd", "cursor"), ("ledger_id=1", "ledger_id"),
    ],
)  # fmt: skip
def test_a_filter_that_cannot_be_read_is_refused(api: Api, query: str, field: str) -> None:
    refused(api.get(f"/user/activity?{query}"), field)


def test_pages_lead_to_the_end_and_back(busy: Api) -> None:
    whole = [line["id"] for line in _log(busy)]
    first = busy.read("/user/activity", per_page=2)
    second = busy.read(first["next"])
    third = busy.read(second["next"])
    assert [line["id"] for page in (first, second, third) for line in page["items"]] == whole
    assert (first["prev"], third["next"]) == (None, None)
    assert busy.read(third["prev"])["items"] == second["items"]
    assert busy.read(second["prev"])["items"] == first["items"]
    assert busy.read("/user/activity", per_page=2, page=3)["items"] == third["items"]


@pytest.mark.parametrize("whose", ["own", "ledger"])
def test_a_log_as_a_file(busy: Api, whose: str) -> None:
    ledger = f"/ledgers/{busy.person.ledger_id}/activity"
    path = "/user/activity" if whose == "own" else ledger
    response = busy.get(f"{path}?format=csv&kind=transaction")
    assert response.mimetype == "text/csv"
    assert "attachment" in response.headers["Content-Disposition"]
    deleted, updated, created = csv.DictReader(io.StringIO(response.text))
    assert [row["what"] for row in (created, updated, deleted)] == [
        "transaction.created", "transaction.updated", "transaction.deleted",
    ]  # fmt: skip
    assert (updated["before"], updated["after"]) == ("amount: 1.00", "amount: 2.00")
    assert updated["who"] == busy.person.email
    assert created["row"].startswith("'=cmd")
    assert "amount: 1.00" in created["after"]


# What stays


@pytest.mark.parametrize("way", ["change", "delete"])
def test_a_line_cannot_be_changed(api: Api, way: str) -> None:
    api.spend("1.00")

    def touch() -> None:
        with unit_of_work() as work:
            line = session.scalars(select(Activity)).one()
            if way == "change":
                line.kind = "other"
            else:
                work.session.delete(line)

    with api.app.app_context(), pytest.raises(RuntimeError, match="only added to"):
        touch()
    assert _kinds(api) == ["transaction.created"]


@pytest.mark.parametrize(("days", "left"), [(0, 5), (400, 5), (300, 4)])
def test_what_is_too_old_goes(
    busy: Api, days: int, left: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(activities, "_BATCH", 1)
    with busy.app.app_context():
        activity_work.forget_old(days)
    assert len(_log(busy)) == left


# Making a row what it was


def test_a_row_becomes_what_it_was(api: Api) -> None:
    food = api.starter("Food")
    row = api.spend("12.00", date="2026-01-02", description="Rewe", category_id=food)
    path = f"/transactions/{row['id']}"
    api.patch(path, {"amount": "13.00", "category_id": None, "date": "2026-03-04"})
    updated, created = _history(api, row["id"])
    restored = _restore(api, row["id"], created)
    kept = {name: value for name, value in row.items() if name != "updated_at"}
    assert {name: restored[name] for name in kept} == kept
    assert api.balance() == "-12.00"
    assert _differences(api.app) == []
    assert _restore(api, row["id"], updated)["amount"] == "13.00"
    assert _restore(api, row["id"], updated, state="before")["amount"] == "12.00"
    assert [line["kind"] for line in _history(api, row["id"])] == [
        *["transaction.restored"] * 3, "transaction.updated", "transaction.created",
    ]  # fmt: skip


def test_a_row_that_is_so_already_stays(api: Api) -> None:
    row = api.spend("12.00")
    line = _history(api, row["id"])[0]
    assert _restore(api, row["id"], line) == api.read(f"/transactions/{row['id']}") | {
        "warnings": []
    }
    assert len(_history(api, row["id"])) == 1


def test_a_deleted_row_comes_back_under_its_old_id(api: Api) -> None:
    row = api.spend("12.00", description="Rewe", notes="a\nb", category_id=api.starter("Food"))
    path = f"/transactions/{row['id']}"
    changed = expect(200, api.patch(path, {"amount": "13.00"}))
    api.delete(path)
    problem(404, api.get(path))
    deleted = _history(api, row["id"])[0]
    restored = _restore(api, row["id"], deleted)
    assert {**restored, "updated_at": None} == {**changed, "updated_at": None}
    assert api.read("/transactions", q="rewe")["total"] == 1
    assert (api.balance(), _differences(api.app)) == ("-13.00", [])
    with api.app.app_context():
        version = session.scalar(select(Transaction.version).where(Transaction.id == row["id"]))
    assert version == 3
    assert [line["kind"].split(".")[1] for line in _history(api, row["id"])] == [
        "restored", "deleted", "updated", "created",
    ]  # fmt: skip


def test_an_imported_row_comes_back_and_is_known_again(api: Api, work: Work) -> None:
    import_id = api.upload(STATEMENT, commit="true").get_json()["id"]
    work()
    row = next(row for row in api.rows() if row["description"] == "Bread")
    api.delete(f"/transactions/{row['id']}")
    _restore(api, row["id"], _history(api, row["id"])[0])
    again = api.upload(STATEMENT).get_json()["id"]
    work()
    assert api.read(f"/imports/{again}")["rows_duplicate"] == 2
    assert api.read("/transactions", import_id=import_id)["total"] == 2


def test_a_row_that_was_imported_once_more_does_not_come_back(api: Api, work: Work) -> None:
    api.upload(STATEMENT, commit="true")
    work()
    row = next(row for row in api.rows() if row["description"] == "Bread")
    api.delete(f"/transactions/{row['id']}")
    api.upload(STATEMENT, commit="true")
    work()
    line = _history(api, row["id"])[0]
    body = problem(409, api.post(f"/transactions/{row['id']}/restore", {"activity_id": line["id"]}))
    assert "imported once more" in body["detail"]
    assert len(api.rows()) == 2


def _cannot_restore(api: Api, row: Body, field: str) -> str:
    line = _history(api, row["id"])[-1]
    response = api.post(f"/transactions/{row['id']}/restore", {"activity_id": line["id"]})
    body = problem(409, response)
    assert set(body["errors"]) == {field}
    return str(body["detail"])


def test_a_category_that_is_gone_is_said(api: Api) -> None:
    fun = api.category("Fun")
    row = api.spend("12.00", category_id=fun)
    api.patch(f"/transactions/{row['id']}", {"category_id": None})
    expect(200, api.patch(f"/categories/{fun}", {"archived": True}))
    assert "Take the category Fun into use" in _cannot_restore(api, row, "category_id")
    assert api.delete(f"/categories/{fun}").status_code == 204
    assert "category of this version was deleted" in _cannot_restore(api, row, "category_id")
    line = _history(api, row["id"])[-1]
    assert (line["after"]["category_id"], line["after"]["category"]) == (fun, None)


def test_an_account_that_is_gone_is_said(api: Api) -> None:
    wallet = api.add("/accounts", name="Wallet")["id"]
    row = api.spend("12.00", account_id=wallet)
    api.patch(f"/transactions/{row['id']}", {"account_id": api.person.account_id})
    expect(200, api.patch(f"/accounts/{wallet}", {"archived": True}))
    assert "Take the account Wallet into use" in _cannot_restore(api, row, "account_id")
    expect(200, api.patch(f"/accounts/{wallet}", {"archived": False, "currency": "JPY"}))
    assert "in JPY by now" in _cannot_restore(api, row, "account_id")
    assert api.delete(f"/accounts/{wallet}").status_code == 204
    assert "account of this version was deleted" in _cannot_restore(api, row, "account_id")
    assert _differences(api.app) == []


def test_if_match_is_honoured(api: Api) -> None:
    row = api.spend("12.00")
    path = f"/transactions/{row['id']}"
    stale = {"If-Match": api.get(path).headers["ETag"]}
    api.patch(path, {"amount": "13.00"})
    body = {"activity_id": _history(api, row["id"])[-1]["id"]}
    problem(412, api.post(f"{path}/restore", body, headers=stale))
    fresh = {"If-Match": api.get(path).headers["ETag"]}
    expect(200, api.post(f"{path}/restore", body, headers=fresh))
    api.delete(path)
    problem(412, api.post(f"{path}/restore", body, headers=fresh))


@pytest.mark.parametrize("state", ["gone", "other row", "never"])
def test_only_lines_of_the_rows_own_history_count(api: Api, state: str) -> None:
    row, another = api.spend("1.00"), api.spend("2.00")
    line = {
        "gone": 10**9,
        "other row": _history(api, another["id"])[0]["id"],
        "never": _history(api, row["id"])[0]["id"],
    }[state]
    body = {"activity_id": line} | ({"state": "before"} if state == "never" else {})
    problem(404, api.post(f"/transactions/{row['id']}/restore", body))
    problem(404, api.post(f"/transactions/{10**9}/restore", body))


def test_restoring_takes_an_activity(api: Api) -> None:
    row = api.spend("1.00")
    refused(api.post(f"/transactions/{row['id']}/restore", {}), "activity_id")
    refused(
        api.post(f"/transactions/{row['id']}/restore", {"activity_id": 1, "state": "x"}), "state"
    )
