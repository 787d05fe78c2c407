"""Rules: what they match, what they do on import and to the past, and what they cannot do."""

import time
from typing import Any

import pytest
from flask import Flask

from app.services import verification
from tests.factories import statements
from tests.factories.callers import Api, Body, problem
from tests.factories.fixtures import Work


def _rule(name: str, conditions: list[Any], actions: list[Any], **fields: Any) -> dict[str, Any]:
    """Write a rule shortly: conditions as (field, operator, value), actions as (action, value)."""
    names = ("field", "operator", "value")
    return {
        "name": name,
        "conditions": [dict(zip(names, one, strict=True)) for one in conditions],
        "actions": [dict(zip(("action", "value"), one, strict=True)) for one in actions],
        **fields,
    }


COFFEE = _rule("Coffee", [("text", "contains", "COFFEE")], [("add_tag", "treat")])


@pytest.fixture
def books(api: Api) -> dict[str, Body]:
    """Three expenses, an income and a transfer, by their descriptions."""
    wallet = api.add("/accounts", name="Wallet")["id"]
    common = {"account_id": api.person.account_id, "date": "2026-01-15", "type": "expense"}
    said: list[dict[str, Any]] = [
        {"description": "Coffee to go", "amount": "3.50"},
        {"description": "Rent", "amount": "900", "payee": "Coffee & Houses Ltd"},
        {"description": "Bread", "amount": "3.50", "date": "2026-02-01", "tags": ["old"]},
        {"description": "Salary", "type": "income", "amount": "2500"},
        {"description": "Cash", "type": "transfer", "amount": "20", "to_account_id": wallet},
    ]
    return {one["description"]: api.add("/transactions", common | one) for one in said}


def _matched(api: Api, *conditions: Any, **fields: Any) -> set[str]:
    rule = _rule("x", list(conditions), [("add_tag", "found")], **fields)
    found = api.post("/rules/preview", {"rule": rule})
    assert found.status_code == 200, found.text
    body = found.get_json()
    assert (body["rows"], body["is_complete"]) == (len(body["items"]), True)
    return {item["description"] for item in body["items"]}


def test_what_conditions_match(api: Api, books: dict[str, Body]) -> None:
    wallet = books["Cash"]["to_account_id"]
    cases: list[tuple[Any, str]] = [
        (("text", "contains", "coffee"), "Coffee to go|Rent"),
        (("description", "contains", "COFFEE"), "Coffee to go"),
        (("payee", "starts_with", "coffee &"), "Rent"),
        (("description", "is", "bread"), "Bread"),
        (("text", "matches", "^(rent|bread)$"), "Rent|Bread"),
        (("amount", "is", "3.5"), "Coffee to go|Bread"),
        (("amount", "at_least", "900"), "Rent|Salary"),
        (("amount", "at_most", "3.499"), ""),
        (("date", "from", "2026-01-16"), "Bread"),
        (("date", "until", "2026-01-15"), "Coffee to go|Rent|Salary|Cash"),
        (("type", "is", "transfer"), "Cash"),
        (("account", "is", wallet), ""),
    ]
    for condition, names in cases:
        assert _matched(api, condition) == set(filter(None, names.split("|"))), condition
    both = (("amount", "is", "3.50"), ("text", "contains", "coffee"))
    assert _matched(api, *both) == {"Coffee to go"}
    assert _matched(api, *both, match="any") == {"Coffee to go", "Bread", "Rent"}


def test_rules_act_in_order_and_are_taken_back(api: Api, books: dict[str, Body]) -> None:
    food, salary = api.starter("Groceries"), api.starter("Salary")
    rules = [
        _rule("Names", [("text", "contains", "coffee")], [("set_payee", "Café"), ("add_tag", "A")]),
        _rule("By name", [("payee", "is", "café")], [("set_category", food)], stop=True),
        _rule("Never", [("payee", "is", "café")], [("add_tag", "never")]),
        _rule("Others", [("amount", "at_least", "0")], [("set_category", salary)]),
        _rule("Off", [("amount", "at_least", "0")], [("add_tag", "off")], active=False),
    ]
    ids = [api.add("/rules", rule)["id"] for rule in rules]
    previewed = api.post("/rules/preview", {}).get_json()
    assert (previewed["rows"], len(api.rows(tag="A"))) == (3, 0)
    assert previewed["items"][0]["after"].keys() <= {"category_id", "payee", "tags"}
    named = {row["id"]: row["payee"] for row in api.rows()}
    assert all(one["payee"] == named[one["transaction_id"]] for one in previewed["items"])
    done = api.add("/rules/apply", {})
    assert (done["kind"], done["rows"]) == ("rules", 3)
    now = {row["description"]: row for row in api.rows()}
    assert now["Rent"]["payee"] == "Café"
    assert [now[name]["category_id"] for name in ("Coffee to go", "Rent", "Salary", "Cash")] == [
        food, food, salary, None,
    ]  # fmt: skip
    found = [row["description"] for row in api.rows(q="cafe", sort="amount")]
    assert found == ["Coffee to go", "Rent"]
    assert api.rows(tag="never") == api.rows(tag="off") == []
    assert _differences(api.app) == []
    refused = problem(422, api.post("/rules/apply", {}))["errors"]
    assert refused == {"rule_ids": ["No row would change."]}
    assert api.delete(f"/bulk-changes/{done['id']}").get_json()["rows_kept"] == 0
    assert {row["description"]: row["payee"] for row in api.rows()}["Rent"] != "Café"
    assert _differences(api.app) == []
    assert api.patch(f"/rules/{ids[3]}", {"active": False}).get_json()["active"] is False
    some = {"rule_ids": ids[3:4], "filters": {"type": "income"}}
    assert api.add("/rules/apply", some)["rows"] == 1


def test_tags_are_taken_off_and_the_last_word_counts(api: Api, books: dict[str, Body]) -> None:
    actions = [("remove_tag", "OLD"), ("add_tag", "new"), ("add_tag", "x"), ("remove_tag", "X")]
    rule = _rule("Tags", [("description", "is", "bread")], actions)
    previewed = api.post("/rules/preview", {"rule": rule}).get_json()["items"]
    assert [(one["before"], one["after"]) for one in previewed] == [
        ({"tags": ["old"]}, {"tags": ["new"]})
    ]
    api.add("/rules", rule)
    done = api.add("/rules/apply", {})
    assert (len(api.rows(tag="new")), api.rows(tag="old")) == (1, [])
    api.delete(f"/bulk-changes/{done['id']}")
    assert (api.rows(tag="new"), len(api.rows(tag="old"))) == ([], 1)


def test_rules_run_on_import(api: Api, work: Work) -> None:
    entries = statements.entries(6, seed=3)
    food = api.starter("Groceries")
    actions = [("add_tag", "Bank"), ("add_tag", "new"), ("set_payee", "Shop")]
    actions.append(("set_category", food))  # type: ignore[arg-type]
    api.add("/rules", _rule("All", [("amount", "at_least", "0")], actions))
    for _ in range(2):  # the second time every row is known, whatever the rules made of it
        upload = api.upload(statements.n26(entries), commit="true").get_json()
        work()
    rows = api.rows()
    assert len(rows) == len(entries)
    assert {tuple(row["tags"]) for row in rows} == {("Bank", "new")}
    assert {row["payee"] for row in rows} == {"Shop"}
    assert {row["category_id"] for row in rows if row["type"] == "expense"} == {food}
    assert api.read(f"/imports/{upload['id']}")["rows_duplicate"] == len(entries)
    assert len(api.rows(q="bank shop")) == len(entries)
    assert _differences(api.app) == []


def test_no_pattern_hangs_the_server(api: Api) -> None:
    api.spend("1", description="a" * 999 + "b")
    started = time.monotonic()
    for pattern in ("(a+)+$", "(a|aa)+$", "(.*)*x", "((a{0,30}){0,30})$"):
        body = {"rule": _rule("x", [("text", "matches", pattern)], [("add_tag", "t")])}
        assert api.post("/rules/preview", body).status_code in {200, 422}
    assert time.monotonic() - started < 5  # backtracking would take longer than anybody lives


def _with_condition(field: str, operator: str, value: Any) -> dict[str, Any]:
    return {"conditions": [{"field": field, "operator": operator, "value": value}]}


@pytest.mark.parametrize(
    ("part", "field"),
    [
        ({"conditions": []}, "conditions"),
        ({"actions": []}, "actions"),
        ({"name": ""}, "name"),
        (_with_condition("text", "matches", "("), "conditions"),
        (_with_condition("text", "matches", "a" * 201), "conditions"),
        (_with_condition("text", "at_least", "1"), "conditions"),
        (_with_condition("amount", "is", "1e5"), "conditions"),
        (_with_condition("amount", "is", True), "conditions"),
        (_with_condition("account", "is", 10**9), "conditions"),
        (_with_condition("date", "from", "soon"), "conditions"),
        (_with_condition("__class__", "is", "x"), "conditions"),
        ({"actions": [{"action": "set_category", "value": 10**9}]}, "actions"),
        ({"actions": [{"action": "delete", "value": ""}]}, "actions"),
        ({"actions": [{"action": "add_tag", "value": "x" * 61}]}, "actions"),
        ({"match": "some"}, "match"),
    ],
)
def test_what_is_no_rule(api: Api, part: dict[str, Any], field: str) -> None:
    errors = problem(422, api.post("/rules", COFFEE | part))["errors"]
    assert [name for name in errors if name.startswith(field)], errors
    assert api.read("/rules")["items"] == []


def test_rules_are_changed_deleted_and_nobody_elses(api: Api, other: Api) -> None:
    rule = api.add("/rules", COFFEE)
    path = f"/rules/{rule['id']}"
    stale = {"If-Match": api.get(path).headers["ETag"]}
    assert api.patch(path, {"name": "Tea"}).get_json()["name"] == "Tea"
    assert api.patch(path, {"name": "x"}, headers=stale).status_code == 412
    theirs = (other.get(path), other.patch(path, {"name": "x"}), other.delete(path))
    assert {response.status_code for response in theirs} == {404}
    tried, missing = (
        problem(422, other.post("/rules/apply", {"rule_ids": [rule_id]}))["errors"]
        for rule_id in (rule["id"], 10**9)
    )
    assert tried == missing
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404
    kinds = [line["kind"] for line in api.read("/user/activity")["items"]]
    assert [kind for kind in kinds if kind.startswith("rule.")] == [
        "rule.deleted", "rule.updated", "rule.created",
    ]  # fmt: skip


def _differences(app: Flask) -> list[str]:
    with app.app_context():
        return [str(one) for one in verification.find_differences()]
