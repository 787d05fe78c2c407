"""Payees over the API: renamed and merged on all of their rows."""

import pytest
from flask import Flask
from sqlalchemy import event, update

from app.core.uow import unit_of_work
from app.models.activities import NOBODY
from app.models.base import db, session
from app.models.ledgers import LedgerKey
from app.models.payees import Payee
from app.models.transactions import Transaction
from app.services import payee_changes, payees, verification
from tests.factories.callers import Api, Body, expect, problem, refused
from tests.factories.rows import many


def _named(api: Api) -> dict[str, Body]:
    return {one["name"]: one for one in api.read("/payees")["items"]}


def _texts(api: Api) -> dict[str, str]:
    return {row["description"]: row["payee"] for row in api.rows()}


def _differences(app: Flask) -> list[str]:
    with app.app_context():
        return [str(one) for one in verification.find_differences()]


@pytest.fixture
def books(api: Api) -> Api:
    """Three payees, one of whom no row names any more, and who speaks of them."""
    food = api.starter("Groceries")
    api.spend("3", description="bread", payee="REWE Markt", category_id=food)
    api.spend("4", description="milk", payee="REWE Markt")
    api.spend("5", description="fuel", payee="Aral")
    gone = api.spend("6", description="none", payee="Gone")
    expect(200, api.patch(f"/transactions/{gone['id']}", {"payee": ""}))
    looks_for = [{"field": "text", "operator": "contains", "value": "rw"}]
    named = [{"action": "set_payee", "value": "REWE Markt"}]
    api.add("/rules", name="Shop", conditions=looks_for, actions=named)
    return api


def test_payees_are_listed_with_their_rows_and_what_these_were_for(books: Api) -> None:
    found = [(one["name"], one["count"]) for one in books.read("/payees")["items"]]
    assert found == [("Aral", 1), ("Gone", 0), ("REWE Markt", 2)]
    assert _named(books)["REWE Markt"]["category_id"] == books.starter("Groceries")
    assert [one["name"] for one in books.read("/payees", q="mark rew")["items"]] == ["REWE Markt"]
    second = books.read("/payees", page=2, per_page=2)
    assert ([one["name"] for one in second["items"]], second["pages"]) == (["REWE Markt"], 2)
    assert books.read("/payees", q="arkt")["items"] == books.read("/payees", page=9)["items"] == []


def test_a_new_name_goes_onto_every_row_and_is_found(books: Api) -> None:
    rewe = _named(books)["REWE Markt"]
    renamed = expect(200, books.patch(f"/payees/{rewe['id']}", {"name": "Rewe City"}))
    assert (renamed["id"], renamed["count"]) == (rewe["id"], 2)
    assert _texts(books) == {"bread": "Rewe City", "milk": "Rewe City", "fuel": "Aral", "none": ""}
    assert [len(books.rows(q=word)) for word in ("city", "markt")] == [2, 0]
    assert len(books.rows(payee="Rewe City")) == 2
    assert books.read("/rules")["items"][0]["actions"][0]["value"] == "Rewe City"
    change = books.read("/bulk-changes")["items"][0]
    assert expect(200, books.delete(f"/bulk-changes/{change['id']}"))["rows_kept"] == 0
    assert _texts(books)["milk"] == "REWE Markt"
    assert set(_named(books)) == {"Aral", "Gone", "REWE Markt"}
    assert books.read("/rules")["items"][0]["actions"][0]["value"] == "REWE Markt"
    assert [len(books.rows(q=word)) for word in ("city", "markt")] == [0, 2]
    assert _differences(books.app) == []


def test_merged_payees_are_one_and_come_apart_again(books: Api) -> None:
    found = _named(books)
    expect(200, books.patch(f"/payees/{found['REWE Markt']['id']}", {"suggests": False}))
    into = {"into_id": found["Aral"]["id"]}
    merged = expect(200, books.post(f"/payees/{found['REWE Markt']['id']}/merge", into))
    assert merged["rows"] == 2
    assert {name: one["count"] for name, one in _named(books).items()} == {"Aral": 3, "Gone": 0}
    assert books.read(f"/ledgers/{books.person.ledger_id}/activity", kind="payee.merged")["total"]
    expect(200, books.delete(f"/bulk-changes/{merged['bulk_change_id']}"))
    back = _named(books)["REWE Markt"]
    assert (back["count"], back["suggests"]) == (2, False)


def test_only_who_has_no_rows_is_deleted(books: Api) -> None:
    found = _named(books)
    assert books.delete(f"/payees/{found['Gone']['id']}").status_code == 204
    problem(409, books.delete(f"/payees/{found['Aral']['id']}"))
    assert set(_named(books)) == {"Aral", "REWE Markt"}


def test_what_does_not_fit_is_refused(books: Api, other: Api) -> None:
    found, texts = _named(books), _texts(books)
    path = f"/payees/{found['Aral']['id']}"
    other.spend("1", payee="Theirs")
    theirs = _named(other)["Theirs"]["id"]
    assert set(problem(409, books.patch(path, {"name": "REWE Markt"}))["errors"]) == {"name"}
    for name in ("", " ", "x" * 1001, None, 5):
        refused(books.patch(path, {"name": name}), "name")
    for target in (found["Aral"]["id"], theirs, 10**12, 0):
        refused(books.post(f"{path}/merge", {"into_id": target}), "into_id")
    for answer in (
        other.get(path), other.patch(path, {"name": "x"}), other.delete(path),
        other.post(f"{path}/merge", {"into_id": theirs}),
    ):  # fmt: skip
        problem(404, answer)
    tag = books.get(path).headers["ETag"]
    books.spend("1", payee="Aral")
    problem(412, books.patch(path, {"name": "x"}, headers={"If-Match": tag}))
    assert _texts(books) == texts | {"": "Aral"}


def test_a_payee_too_long_for_an_index_is_refused(api: Api) -> None:
    """On PostgreSQL; there is room for it on SQLite."""
    long = "".join(chr(0x4E00 + number * 7919 % 20000) for number in range(1000))
    answer = api.post("/transactions", {"type": "expense", "amount": "1", "payee": long})
    assert answer.status_code == 201 or "Shorten it." in problem(422, answer)["detail"]


def test_ten_thousand_rows(api: Api) -> None:
    """In one step that can be taken back, and by sets of rows where there are more than that."""
    many(api.app, api.person, 10_000)
    key = LedgerKey(api.person.ledger_id)
    with api.app.app_context(), unit_of_work(key):
        session.execute(update(Transaction).values(payee="P", search_text="p"))
        payees.ensure(api.person.ledger_id, ["P"])
    payee = _named(api)["P"]
    expect(200, api.patch(f"/payees/{payee['id']}", {"name": "Quelle"}))
    assert api.read("/transactions", q="quel", per_page=1)["total_is_lower_bound"] is False
    assert api.read("/transactions", q="quel", per_page=1)["total"] == 10_000
    with api.app.app_context(), unit_of_work(key):
        found = session.get_one(Payee, payee["id"])
        done = payee_changes.rename(found, "Third", NOBODY, most=9_999)
        assert (done.rows, done.bulk_change_id) == (10_000, None)
    assert [api.read("/transactions", q=word)["total"] for word in ("quel", "thi")] == [0, 10_000]
    assert _differences(api.app) == []


def test_a_list_costs_the_same_however_many_there_are(books: Api) -> None:
    for number in range(5):
        books.spend("1", payee=f"Payee {number}")
    sent: list[str] = []
    with books.app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *sent_: sent.append(sent_[2]))
    costs = []
    for per_page in (1, 50):
        sent.clear()
        books.read("/payees", per_page=per_page)
        costs.append(len([one for one in sent if "payee" in one.lower()]))
    assert costs == [4, 4]
