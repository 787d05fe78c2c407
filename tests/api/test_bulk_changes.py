"""Many rows changed in one step, and that step taken back."""

from typing import Any

import pytest
from flask import Flask

from app.services import verification
from tests.factories.callers import Api, Body, problem
from tests.factories.rows import many


@pytest.fixture
def books(api: Api) -> dict[str, Body]:
    """A few rows of every kind, by name."""
    wallet = api.add("/accounts", name="Wallet")["id"]
    food, salary = api.starter("Groceries"), api.starter("Salary")
    mine = api.person.account_id
    said: dict[str, dict[str, Any]] = {
        "bread": {"amount": "3", "category_id": food, "tags": ["home"], "payee": "Baker"},
        "milk": {"amount": "2", "tags": ["Home", "cold"]},
        "both": {"amount": "7", "splits": [{"amount": "3", "category_id": food}, {"amount": "4"}]},
        "pay": {"type": "income", "amount": "100", "category_id": salary},
        "cash": {"type": "transfer", "amount": "20", "to_account_id": wallet},
    }
    common = {"type": "expense", "date": "2026-02-03", "account_id": mine}
    return {
        name: api.add("/transactions", common | one, description=name) for name, one in said.items()
    }


def _change(api: Api, **said: Any) -> Body:
    done = api.add("/bulk-changes", said)
    assert _differences(api.app) == []
    return done


def _differences(app: Flask) -> list[str]:
    with app.app_context():
        return [str(one) for one in verification.find_differences()]


def _now(api: Api) -> dict[str, Body]:
    return {row["description"]: row for row in api.rows()}


def _same(rows: dict[str, Body]) -> dict[str, Body]:
    moving = ("updated_at", "warnings")
    return {name: {k: v for k, v in row.items() if k not in moving} for name, row in rows.items()}


def test_what_fits_is_changed_and_the_rest_is_counted(api: Api, books: dict[str, Body]) -> None:
    rent = api.starter("Rent")
    ids = [row["id"] for row in books.values()]
    done = _change(api, ids=ids, set={"category_id": rent, "payee": "Landlord", "state": "cleared"})
    assert (done["rows"], done["skipped"]) == (2, {"split": 1, "category_type": 1, "transfer": 1})
    now = _now(api)
    assert {name for name, row in now.items() if row["category_id"] == rent} == {"bread", "milk"}
    assert {name for name, row in now.items() if row["state"] == "cleared"} == {"bread", "milk"}
    assert [row["description"] for row in api.rows(q="landl", sort="amount")] == ["milk", "bread"]
    history = api.read(f"/transactions/{books['milk']['id']}/history")["items"]
    assert (history[0]["before"]["payee"], history[0]["after"]["payee"]) == ("", "Landlord")


def test_a_step_is_taken_back_once_and_keeps_what_was_changed_since(
    api: Api, books: dict[str, Body]
) -> None:
    done = _change(
        api,
        filters={"date_from": "2026-02-01"},
        set={"add_tags": ["Trip"], "remove_tags": ["HOME"], "notes": "x", "date": "2026-01-31"},
    )
    assert done["rows"] == 5
    assert _now(api)["milk"]["tags"] == ["cold", "Trip"]
    assert {row["description"] for row in api.rows(tag="trip")} == set(books)
    api.patch(f"/transactions/{books['bread']['id']}", {"amount": "4"})
    path = f"/bulk-changes/{done['id']}"
    for _ in range(2):
        undone = api.delete(path).get_json()
        assert (undone["rows_kept"], undone["undone_at"] is not None) == (1, True)
    now = _now(api)
    assert (now["bread"]["amount"], now["bread"]["tags"]) == ("4.00", ["Trip"])
    kept = {name: row for name, row in books.items() if name != "bread"}
    assert _same({name: now[name] for name in kept}) == _same(kept)
    assert _differences(api.app) == []


def test_deleted_rows_come_back_with_all_they_had(api: Api, books: dict[str, Body]) -> None:
    balance = api.balance()
    done = _change(api, filters={}, delete=True)
    assert (api.rows(), api.balance()) == ([], "0.00")
    assert api.delete(f"/bulk-changes/{done['id']}").get_json()["rows_kept"] == 0
    assert _same(_now(api)) == _same(books)
    assert (api.balance(), _differences(api.app)) == (balance, [])
    assert api.read("/bulk-changes")["total"] == 1


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"ids": [1], "filters": {}, "delete": True}, "ids"),
        ({"delete": True}, "ids"),
        ({"filters": {}}, "set"),
        ({"filters": {}, "set": {}, "delete": False}, "set"),
        ({"filters": {}, "set": {"payee": "x"}, "delete": True}, "set"),
        ({"ids": [], "delete": True}, "ids"),
        ({"ids": list(range(1, 10_002)), "delete": True}, "ids"),
        ({"ids": [10**9], "delete": True}, "ids"),
        ({"filters": {}, "set": {"category_id": 10**9}}, "category_id"),
        ({"filters": {}, "set": {"account_id": 10**9}}, "account_id"),
        ({"filters": {}, "set": {"date": "2199-01-01"}}, "date"),
        ({"filters": {"q": "nothing"}, "delete": True}, "ids"),
        ({"filters": {"type": "transfer"}, "set": {"category_id": None}}, "set"),
    ],
)
def test_what_is_refused_changes_nothing(
    api: Api, books: dict[str, Body], said: dict[str, Any], field: str
) -> None:
    errors = problem(422, api.post("/bulk-changes", said))["errors"]
    assert any(name.startswith(field) for name in errors), errors
    assert _same(_now(api)) == _same(books)


def test_rows_of_others_are_not_there(api: Api, other: Api, books: dict[str, Body]) -> None:
    theirs = other.spend("1")["id"]
    mixed = {"ids": [books["bread"]["id"], theirs], "delete": True}
    assert problem(422, api.post("/bulk-changes", mixed))["errors"] == {
        "ids": ["There is no such one in this ledger."]
    }
    done = _change(api, filters={"type": "income"}, set={"notes": "x"})
    assert other.get(f"/bulk-changes/{done['id']}").status_code == 404
    assert other.delete(f"/bulk-changes/{done['id']}").status_code == 404
    assert len(api.rows()) == len(books)


def test_ten_thousand_rows_in_one_transaction(api: Api) -> None:
    many(api.app, api.person, 10_000)
    done = api.add("/bulk-changes", {"filters": {}, "set": {"add_tags": ["all"], "payee": "P"}})
    undone = api.delete(f"/bulk-changes/{done['id']}").get_json()
    assert (done["rows"], undone["rows_kept"]) == (10_000, 0)
    assert _differences(api.app) == []
