"""Ledgers over the API: opening, changing, deleting and bringing back."""

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.core import clock
from app.core.uow import unit_of_work
from app.models.activities import Activity
from app.models.base import session
from app.models.ledgers import Ledger
from app.models.members import Member
from tests.factories.callers import Api, Body, expect, problem, refused
from tests.factories.people import PASSWORD


@pytest.fixture
def shared(api: Api) -> Body:
    """One more ledger of the caller."""
    return api.add("/ledgers", name="Flat")


def _join(app: Flask, api: Api, ledger: Body, role: str) -> None:
    with app.app_context(), unit_of_work():
        session.add(Member(ledger_id=ledger["id"], user_id=api.person.id, role=role))


def _delete(api: Api, ledger: Body, password: str = PASSWORD) -> None:
    response = api.request("DELETE", f"/ledgers/{ledger['id']}", {"password": password})
    assert response.status_code == 204, response.text


def _kinds(app: Flask, ledger_id: int) -> list[str]:
    with app.app_context():
        query = select(Activity.kind).where(Activity.ledger_id == ledger_id).order_by(Activity.id)
        return [kind for kind in session.scalars(query) if kind.startswith("ledger.")]


def _names(api: Api, **query: str) -> list[str]:
    return [one["name"] for one in api.read("/ledgers", **query)["items"]]


# Opening


def test_a_new_ledger_begins_like_the_personal_one(api: Api) -> None:
    response = api.post("/ledgers", {"name": " Flat ", "currency": "chf"})
    ledger = expect(201, response)
    assert response.headers["Location"] == f"/api/ledgers/{ledger['id']}"
    assert {**ledger, "id": 0} == {
        "id": 0, "name": "Flat", "kind": "shared", "currency": "CHF", "role": "owner",
        "archived": False,
    }  # fmt: skip
    accounts = api.read("/accounts", ledger_id=ledger["id"])["items"]
    assert [(one["name"], one["currency"]) for one in accounts] == [("Main account", "CHF")]
    names = [
        [one["name"] for one in api.read("/categories", **query)["items"]]
        for query in ({}, {"ledger_id": ledger["id"]})
    ]
    assert names[0] == names[1]


def test_a_ledger_is_in_ones_own_currency_by_default(api: Api, shared: Body) -> None:
    assert shared["currency"] == "EUR"
    assert api.read(f"/ledgers/{shared['id']}") == shared


def test_the_same_key_opens_one_ledger(api: Api) -> None:
    key = {"Idempotency-Key": "once"}
    first = expect(201, api.post("/ledgers", {"name": "Flat"}, headers=key))
    again = api.post("/ledgers", {"name": "Flat"}, headers=key)
    assert (expect(201, again), again.headers["Idempotency-Replayed"]) == (first, "true")
    assert _names(api) == ["Personal", "Flat"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": "  "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "Flat", "currency": "XXQ"}, "currency"),
        ({"name": "Flat", "kind": "personal"}, "kind"),
    ],
)
def test_what_a_ledger_cannot_be(api: Api, body: Body, field: str) -> None:
    refused(api.post("/ledgers", body), field)


def test_rows_of_two_ledgers_do_not_mix(api: Api, shared: Body) -> None:
    api.spend("1", description="mine")
    api.add(f"/transactions?ledger_id={shared['id']}", type="expense", amount="2")
    assert [row["amount"] for row in api.rows()] == ["1.00"]
    assert [row["amount"] for row in api.rows(ledger_id=shared["id"])] == ["2.00"]


# Changing


def test_a_ledger_is_renamed_and_archived(app: Flask, api: Api, shared: Body) -> None:
    path = f"/ledgers/{shared['id']}"
    assert expect(200, api.patch(path, {"name": "House"}))["name"] == "House"
    assert expect(200, api.put(path, {"name": "House", "archived": True}))["archived"] is True
    spending = {"type": "expense", "amount": "1"}
    response = api.post(f"/transactions?ledger_id={shared['id']}", spending)
    assert "archived" in problem(403, response)["detail"]
    assert api.rows(ledger_id=shared["id"]) == []
    expect(200, api.patch(path, {"archived": False}))
    api.add(f"/transactions?ledger_id={shared['id']}", spending)
    assert _kinds(app, shared["id"]) == [
        "ledger.created", "ledger.renamed", "ledger.archived", "ledger.unarchived",
    ]  # fmt: skip


def test_the_log_says_what_a_ledger_was_called(app: Flask, api: Api, shared: Body) -> None:
    api.patch(f"/ledgers/{shared['id']}", {"name": "House"})
    with app.app_context():
        line = session.scalars(select(Activity).where(Activity.kind == "ledger.renamed")).one()
    assert (line.actor_id, line.subject_type, line.subject_id) == (
        api.person.id, "ledger", shared["id"],
    )  # fmt: skip
    assert (line.before, line.after) == ({"name": "Flat"}, {"name": "House"})


def test_nothing_new_leaves_no_line_in_the_log(app: Flask, api: Api, shared: Body) -> None:
    expect(200, api.patch(f"/ledgers/{shared['id']}", {"name": "Flat", "archived": False}))
    assert _kinds(app, shared["id"]) == ["ledger.created"]


def test_the_currency_stays(api: Api, shared: Body) -> None:
    refused(api.patch(f"/ledgers/{shared['id']}", {"currency": "CHF"}), "currency")


def test_a_change_of_what_is_no_longer_so_is_refused(api: Api, shared: Body) -> None:
    path = f"/ledgers/{shared['id']}"
    old = {"If-Match": api.get(path).headers["ETag"]}
    expect(200, api.patch(path, {"name": "House"}, headers=old))
    problem(412, api.patch(path, {"name": "Home"}, headers=old))
    problem(412, api.request("DELETE", path, {"password": PASSWORD}, headers=old))
    assert api.read(path)["name"] == "House"


# Deleting and bringing back


def test_a_deleted_ledger_is_seen_by_nobody(app: Flask, api: Api, shared: Body) -> None:
    row = api.add(f"/transactions?ledger_id={shared['id']}", type="expense", amount="2")
    _delete(api, shared)
    assert _names(api) == ["Personal"]
    missing = problem(404, api.get("/ledgers/999999"))
    paths = (
        f"/ledgers/{shared['id']}",
        f"/transactions/{row['id']}",
        f"/accounts/{row['account_id']}",
        f"/transactions?ledger_id={shared['id']}",
    )
    for path in paths:
        assert problem(404, api.get(path))["detail"] == missing["detail"], path
    assert _kinds(app, shared["id"])[-1] == "ledger.deleted"


def test_a_deleted_ledger_can_be_brought_back_for_thirty_days(
    app: Flask, api: Api, shared: Body
) -> None:
    row = api.add(f"/transactions?ledger_id={shared['id']}", type="expense", amount="2")
    _delete(api, shared)
    [deleted] = api.read("/ledgers", deleted="1")["items"]
    assert (deleted["id"], deleted["name"]) == (shared["id"], "Flat")
    went, kept = (dt.datetime.fromisoformat(deleted[k]) for k in ("deleted_at", "kept_until"))
    assert kept - went == dt.timedelta(days=30)
    assert expect(200, api.post(f"/ledgers/{shared['id']}/restore")) == shared
    assert api.rows(ledger_id=shared["id"])[0]["id"] == row["id"]
    assert _names(api, deleted="1") == []
    assert _kinds(app, shared["id"])[-1] == "ledger.restored"


def test_a_ledger_that_is_there_cannot_be_brought_back(api: Api, shared: Body) -> None:
    problem(409, api.post(f"/ledgers/{shared['id']}/restore"))


def test_after_thirty_days_a_ledger_stays_away(app: Flask, api: Api, shared: Body) -> None:
    _delete(api, shared)
    with app.app_context(), unit_of_work():
        long_ago = clock.now() - dt.timedelta(days=30, seconds=1)
        session.execute(update(Ledger).where(Ledger.id == shared["id"]).values(deleted_at=long_ago))
    assert _names(api, deleted="1") == []
    problem(404, api.post(f"/ledgers/{shared['id']}/restore"))


def test_deleting_takes_the_password(api: Api, shared: Body) -> None:
    path = f"/ledgers/{shared['id']}"
    refused(api.request("DELETE", path, {"password": "wrong"}), "password")
    refused(api.request("DELETE", path, {}), "password")
    assert _names(api) == ["Personal", "Flat"]


def test_the_personal_ledger_stays(api: Api) -> None:
    path = f"/ledgers/{api.person.ledger_id}"
    problem(409, api.request("DELETE", path, {"password": PASSWORD}))
    assert expect(200, api.patch(path, {"name": "Mine"}))["name"] == "Mine"


# Who may


@pytest.mark.parametrize("role", ["editor", "viewer"])
def test_only_owners_manage_a_ledger(
    app: Flask, api: Api, other: Api, shared: Body, role: str
) -> None:
    _join(app, other, shared, role)
    path = f"/ledgers/{shared['id']}"
    assert other.read(path)["role"] == role
    for response in (
        other.patch(path, {"name": "Mine"}),
        other.put(path, {"name": "Mine"}),
        other.request("DELETE", path, {"password": PASSWORD}),
        other.post(f"{path}/restore"),
    ):
        problem(403, response)
    _delete(api, shared)
    assert _names(other, deleted="1") == []
    problem(404, other.post(f"{path}/restore"))


def test_a_foreign_ledger_is_like_a_missing_one(api: Api, other: Api, shared: Body) -> None:
    answers = [
        [
            problem(404, other.get(f"/ledgers/{id_}")),
            problem(404, other.patch(f"/ledgers/{id_}", {"name": "Mine"})),
            problem(404, other.request("DELETE", f"/ledgers/{id_}", {"password": "wrong"})),
            problem(404, other.post(f"/ledgers/{id_}/restore")),
        ]
        for id_ in (shared["id"], 999_999)
    ]
    told, missing = ([{**one, "request_id": ""} for one in answer] for answer in answers)
    assert told == missing
