"""Transfers, split lines, tags and refunds: what can be said of a row of money."""

from typing import Any

import pytest
from flask import Flask

from app.core.uow import unit_of_work
from app.models.transactions import Transaction
from app.services import transactions, verification
from tests.factories.callers import Api, Body, expect, problem, refused


@pytest.fixture
def accounts(api: Api) -> dict[str, int]:
    """Three accounts, one of them in yen, by their names."""
    made = {name: api.add("/accounts", name=name, **said)["id"] for name, said in _ACCOUNTS.items()}
    return {"Main": api.person.account_id, **made}


_ACCOUNTS: dict[str, dict[str, Any]] = {
    "Savings": {"type": "savings", "opening_balance": "100"},
    "Yen": {"currency": "JPY"},
}


def _differences(app: Flask) -> list[str]:
    with app.app_context():
        return [str(one) for one in verification.find_differences()]


def _transfer(accounts: dict[str, int], to: str = "Savings", **fields: Any) -> Body:
    ids = {"account_id": accounts["Main"], "to_account_id": accounts[to]}
    return {"type": "transfer", "amount": "20", "date": "2026-02-03", **ids, **fields}


def test_a_transfer_moves_both_balances_and_is_one_row(api: Api, accounts: dict[str, int]) -> None:
    row = api.add("/transactions", _transfer(accounts))
    assert (row["to_amount"], row["to_currency"], row["category_id"]) == ("20.00", "EUR", None)
    assert [api.balance(accounts[name]) for name in ("Main", "Savings")] == ["-20.00", "120.00"]
    for account_id in (accounts["Main"], accounts["Savings"]):
        page = api.read("/transactions", account_id=account_id)
        assert (page["total"], page["items"][0]["id"]) == (1, row["id"])
    report = api.read("/reports/monthly", year=2026, month=2)
    assert (report["totals"]["spent"], report["totals"]["received"]) == ("0.00", "0.00")
    path = f"/transactions/{row['id']}"
    assert api.patch(path, {"amount": "30"}).get_json()["to_amount"] == "30.00"
    moved = api.patch(path, {"account_id": accounts["Savings"], "to_account_id": accounts["Main"]})
    assert moved.status_code == 200
    assert [api.balance(accounts[name]) for name in ("Main", "Savings")] == ["30.00", "70.00"]
    spent = api.patch(path, {"type": "expense"}).get_json()
    assert (spent["to_account_id"], spent["to_amount"]) == (None, None)
    assert [api.balance(accounts[name]) for name in ("Main", "Savings")] == ["0.00", "70.00"]
    assert _differences(api.app) == []
    assert api.delete(path).status_code == 204
    assert _differences(api.app) == []


def test_a_transfer_between_currencies_has_two_amounts(api: Api, accounts: dict[str, int]) -> None:
    refused(api.post("/transactions", _transfer(accounts, "Yen")), "to_amount")
    refused(api.post("/transactions", _transfer(accounts, "Yen", to_amount="1.5")), "to_amount")
    row = api.add("/transactions", _transfer(accounts, "Yen", to_amount="3250"))
    assert (row["amount"], row["to_amount"], row["to_currency"]) == ("20.00", "3250", "JPY")
    assert api.balance(accounts["Yen"]) == "3250"
    assert api.rows()[0]["to_amount"] == "3250"
    assert _differences(api.app) == []


def test_lines_sum_up_to_their_row_and_count_in_their_categories(
    api: Api, accounts: dict[str, int]
) -> None:
    food, rent = api.starter("Groceries"), api.starter("Rent")
    lines = [{"amount": "3.10", "category_id": food, "notes": "bread"}, {"amount": "6.90"}]
    common = {"account_id": accounts["Main"], "date": "2026-02-03"}
    row = api.spend("10", splits=lines, **common)
    api.spend("1", category_id=food, **common)
    assert row["splits"] == [
        {"category_id": food, "amount": "3.10", "notes": "bread"},
        {"category_id": None, "amount": "6.90", "notes": ""},
    ]
    assert (row["category_id"], api.rows()[1]["splits"]) == (None, row["splits"])
    page = api.read("/transactions", category_id=food)
    assert (page["total"], len(page["items"])) == (2, 2)
    path = f"/transactions/{row['id']}"
    refused(api.patch(path, {"amount": "11"}), "splits")
    refused(api.patch(path, {"category_id": rent}), "category_id")
    changed = api.patch(path, {"date": "2026-03-01", "splits": [*lines[:1], {"amount": "7",
                        "category_id": rent}], "amount": "10.10"})  # fmt: skip
    assert changed.get_json()["splits"][1]["category_id"] == rent
    assert [row["id"] for row in api.rows(category_id=rent, date_from="2026-03-01")] == [row["id"]]
    assert _differences(api.app) == []
    assert problem(409, api.delete(f"/categories/{rent}"))
    plain = expect(200, api.patch(path, {"splits": [], "category_id": rent}))
    assert (plain["splits"], plain["category_id"]) == ([], rent)
    history = api.read(f"{path}/history")["items"]
    assert history[0]["before"]["splits"][0]["amount"] == "3.10"
    restored = api.post(f"{path}/restore", {"activity_id": history[-1]["id"]})
    assert restored.get_json()["splits"] == row["splits"]
    assert _differences(api.app) == []


def test_tags_are_kept_once_whatever_their_case(api: Api) -> None:
    first = api.spend("1", tags=["Trip", "trip", "home"], description="a")
    second = api.spend("2", tags=["TRIP"], description="b")
    assert (first["tags"], second["tags"]) == (["home", "Trip"], ["Trip"])
    assert {row["description"] for row in api.rows(tag="tRIp")} == {"a", "b"}
    assert [row["description"] for row in api.rows(q="home")] == ["a"]
    path = f"/transactions/{first['id']}"
    tag = api.get(path).headers["ETag"]
    assert api.patch(path, {"tags": []}, headers={"If-Match": tag}).get_json()["tags"] == []
    assert api.patch(path, {"tags": ["x"]}, headers={"If-Match": tag}).status_code == 412
    assert api.rows(tag="home") == []
    assert _differences(api.app) == []


def test_a_refund_knows_its_purchase(api: Api) -> None:
    purchase = api.spend("50", date="2026-01-02")
    refund = api.earn("20", date="2026-01-05", refund_of_id=purchase["id"])
    assert refund["refund_of_id"] == purchase["id"]
    refused(api.post("/transactions", {"type": "expense", "amount": "1",
                     "refund_of_id": purchase["id"]}), "refund_of_id")  # fmt: skip
    refused(api.post("/transactions", {"type": "income", "amount": "1",
                     "refund_of_id": refund["id"]}), "refund_of_id")  # fmt: skip
    assert api.delete(f"/transactions/{purchase['id']}").status_code == 204
    assert api.read(f"/transactions/{refund['id']}")["refund_of_id"] is None


def test_a_row_is_duplicated_once_and_dated_today(api: Api, accounts: dict[str, int]) -> None:
    lines = [{"amount": "1"}, {"amount": "2"}]
    row = api.spend("3", splits=lines, tags=["a"], account_id=accounts["Main"], date="2026-01-01")
    for _ in range(2):
        made = api.post(f"/transactions/{row['id']}/duplicate", headers={"Idempotency-Key": "k"})
        assert made.status_code == 201
    copy = made.get_json()
    assert len(api.rows()) == 2
    same = ("amount", "splits", "tags", "type", "account_id")
    assert {name: copy[name] for name in same} == {name: row[name] for name in same}
    assert copy["date"] > row["date"]
    assert _differences(api.app) == []


def test_what_a_row_cannot_be(api: Api, other: Api, accounts: dict[str, int]) -> None:
    theirs = other.person.account_id
    their_row = other.spend("1")["id"]
    food, salary = api.starter("Groceries"), api.starter("Salary")
    spending = {"type": "expense", "amount": "10", "account_id": accounts["Main"]}
    two = [{"amount": "5"}, {"amount": "5"}]
    cases: list[tuple[Body, str]] = [
        (_transfer(accounts, to_account_id=accounts["Main"]), "to_account_id"),
        (_transfer(accounts, to_account_id=None), "to_account_id"),
        (_transfer(accounts, to_account_id=theirs), "to_account_id"),
        (_transfer(accounts, to_account_id=10**9), "to_account_id"),
        (_transfer(accounts, account_id=theirs), "account_id"),
        (_transfer(accounts, category_id=food), "category_id"),
        (_transfer(accounts, splits=two), "splits"),
        (_transfer(accounts, to_amount="19"), "to_amount"),
        (_transfer(accounts, "Yen", to_amount="0"), "to_amount"),
        ({**spending, "to_account_id": accounts["Savings"]}, "to_account_id"),
        ({**spending, "splits": [{"amount": "5"}, {"amount": "4.99"}]}, "splits"),
        ({**spending, "splits": two, "category_id": food}, "category_id"),
        ({**spending, "splits": [{"amount": "10", "category_id": salary}]}, "splits"),
        ({**spending, "splits": [{"amount": "10", "category_id": 10**9}]}, "splits"),
        ({**spending, "splits": [{"amount": "-1"}, {"amount": "11"}]}, "splits.0.amount"),
        ({**spending, "splits": [{"amount": "0.001"}] * 10}, "splits"),
        ({**spending, "splits": [{"amount": "0.01"}] * 10_000}, "splits"),
        ({**spending, "splits": "x"}, "splits"),
        ({**spending, "tags": ["x" * 61]}, "tags.0"),
        ({**spending, "tags": [""]}, "tags.0"),
        ({**spending, "tags": ["a"] * 21}, "tags"),
        ({**spending, "tags": ["a\x00"]}, "tags.0"),
        ({**spending, "date": "2199-12-31"}, "date"),
        ({**spending, "date": "0001-01-01"}, "date"),
        ({**spending, "state": "reconciled"}, "state"),
        ({**spending, "type": "income", "refund_of_id": their_row}, "refund_of_id"),
    ]
    for body, field in cases:
        errors = problem(422, api.post("/transactions", body))["errors"]
        assert field in errors, (body if len(str(body)) < 500 else field, errors)
    assert api.rows() == []


def test_a_reconciled_row_asks_before_it_changes(api: Api) -> None:
    row = api.spend("5")
    with api.app.app_context(), unit_of_work() as work:
        found = work.session.get_one(Transaction, row["id"])
        transactions.amend(found, state="reconciled")
    path = f"/transactions/{row['id']}"
    assert problem(409, api.patch(path, {"amount": "6"}))["code"] == "reconciled"
    assert problem(409, api.delete(path))["code"] == "reconciled"
    meant = {"allow_reconciled": "true"}
    assert api.patch(path, {"amount": "6"}, query_string=meant).get_json()["amount"] == "6.00"
    assert api.delete(path, query_string=meant).status_code == 204
    assert _differences(api.app) == []
