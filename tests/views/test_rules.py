"""The pages of rules: made, tried, put in order, run over the past and taken back."""

import re
from typing import Any

import pytest

from tests.views.conftest import Queries, Visit
from tests.views.visitors import Visitor, error_of, value_of, words


@pytest.fixture
def ada(visit: Visit) -> Visitor:
    """Somebody who writes amounts as 1,234.56."""
    return visit("en-US")


def _typed(**fields: Any) -> dict[str, Any]:
    rule = {"condition_kind": "text.contains", "condition_text": "coffee"}
    return {"name": "Coffee", **rule, "action_kind": "add_tag", "action_text": "treat", **fields}


def _several(who: Visitor) -> dict[str, Any]:
    """Return a rule of several parts, each with the fields of all kinds, as a browser sends it."""
    return {
        "name": "Groceries",
        "condition_kind": ["text.contains", "amount.at_least", "date.from", "account.is"],
        "condition_text": ["rewe", "", "", ""],
        "condition_amount": ["", "1.234,50", "", ""],
        "condition_account": ["", "", "", str(who.account())],
        "condition_type": ["expense"] * 4,
        "condition_date": ["", "", "2026-01-02", ""],
        "match": "any",
        "action_kind": ["set_category", "remove_tag", "set_notes"],
        "action_category": [str(who.category("Groceries")), "", ""],
        "action_text": ["", "old", ""],
        "action_notes": ["", "", "a\r\nb"],
        "stop": "1",
    }


def test_a_rule_is_told_as_a_sentence_and_shown_as_it_was_typed(mia: Visitor) -> None:
    assert "No rules yet" in words(mia.get("/rules"))
    assert mia.post("/rules", _several(mia)).status_code == 303
    assert (
        "If any text has “rewe”, or the amount is at least 1234,50, or the"
        " date is not before Friday 2 January 2026, or the account is Main account: set the"
        " category to Groceries, take off the tag #old and set the notes to “a b”."
        " Rules below leave such rows alone."
    ) in words(mia.get("/rules")).replace("Friday, 2", "Friday 2")
    page = mia.get(_edit(mia, "Groceries"))
    shown = re.findall(
        r'name="(?:condition|action)_(?:text|amount|date)"[^>]*? value="([^"]+)"', page.text
    )
    assert shown == ["rewe", "1234,50", "2026-01-02", "old"]
    assert re.search(r'name="stop" value="1" checked', page.text)
    assert re.search(r'value="any" checked', page.text)


def test_faults_stand_beside_their_parts_and_nothing_is_kept(ada: Visitor) -> None:
    said = _several(ada) | {
        "condition_kind": ["text.matches", "amount.is", "payee.is"],
        "condition_text": ["(", "", ""],
        "condition_amount": ["", "soon", ""],
        "action_kind": ["set_category", "add_tag"],
        "action_category": [str(10**9), ""],
        "action_text": ["", "x" * 61],
        "name": "",
    }
    page = ada.post("/rules", said)
    assert page.status_code == 422
    assert error_of(page, "name") == "This is needed."
    assert "This pattern cannot be read: a bracket “(” is not closed." in str(
        error_of(page, "condition-text-1")
    )
    assert "Not an amount" in str(error_of(page, "condition-amount-2"))
    assert "From 1 to 60 characters" in str(error_of(page, "action-text-2"))
    assert "Condition 1: This pattern" in words(page)
    nothing = ada.post("/rules", _typed(condition_text=" ", action_text=""))
    assert "From 1 to 20 conditions" in str(error_of(nothing, "conditions"))
    foreign = ada.post("/rules", _typed(action_kind="set_category", action_category=str(10**9)))
    assert "There is no such one in this ledger." in str(error_of(foreign, "actions"))
    assert "No rules yet" in words(ada.get("/rules"))


def test_parts_come_and_go_without_a_script(ada: Visitor) -> None:
    page = ada.post("/rules", _typed(add_condition="1"))
    assert (page.status_code, page.text.count('name="condition_kind"')) == (200, 2)
    assert value_of(page, "condition_text") == "coffee"
    two = {"condition_kind": ["text.is", "payee.is"], "condition_text": ["a", "b"]}
    page = ada.post("/rules", _typed(**two, remove_condition="1"))
    assert (page.text.count('name="condition_kind"'), value_of(page, "condition_text")) == (1, "b")
    assert ada.post("/rules", _typed(add_action="1")).text.count('name="action_kind"') == 2
    form = ada.get("/rules/new").text.partition('id="rule-form"')[2]
    assert 'name="' not in re.findall(r"<button[^>]*>", form)[0]
    assert "No rules yet" in words(ada.get("/rules"))


def test_what_would_change_is_shown_before_it_does_and_one_step_takes_it_back(ada: Visitor) -> None:
    for number in range(51):
        ada.add("3.50", description=f"Coffee {number}", tags="old")
    ada.add("900", description="Rent")
    page = ada.post("/rules/preview", _typed(name=""))
    assert (page.status_code, "51 of 52 transactions would change." in words(page)) == (200, True)
    assert page.text.count('class="change"') == 50
    assert "Tags #old becomes #old #treat" in words(page).replace("→ ", "")
    for odd in ({"page": "0"}, {"rule_id": "9" * 30}, {"rule_id": str(10**9)}):
        assert ada.post("/rules/preview", _typed(**odd)).status_code == 404
    assert ada.post("/rules/preview", _typed(page="2")).text.count('class="change"') == 1
    assert "No rules yet" in words(ada.get("/rules"))
    saved = ada.post("/rules", _typed(apply="1"))
    asked = ada.get(saved.location)
    assert "Change 51 transactions" in words(asked)
    assert "None of 0 transactions" in words(ada.get(f"{saved.location}&date_to=2020-01-01"))
    rule_id = re.findall(r"rule_id=(\d+)", saved.location)[0]
    done = ada.get(ada.post("/rules/apply", {"rule_id": rule_id}).location)
    assert "51 transactions are changed." in words(done)
    assert ada.get("/transactions?tag=treat").text.count("Coffee") >= 50
    undo = re.findall(r'action="(/bulk-changes/[^"]+)"', done.text)[0].replace("&amp;", "&")
    assert "Everything is as it was." in words(ada.get(ada.post(undo).location))
    assert "Nothing matches." in words(ada.get("/transactions?tag=treat"))
    ada.post("/rules/apply", {"rule_id": rule_id})
    again = ada.post("/rules/apply", {"rule_id": rule_id})
    assert "No row would change." in words(ada.get(again.location))


def test_rules_are_put_in_order_turned_off_changed_and_deleted(ada: Visitor) -> None:
    for name in ("First", "Second"):
        ada.post("/rules", _typed(name=name))
    second = _edit(ada, "Second").removesuffix("/edit")
    assert "2 rules look at each row" in words(ada.get("/rules"))
    ways = {"down": ["First", "Second"], "up": ["Second", "First"]}
    for step in ("up", "up", "down"):
        assert ada.post(f"{second}/move", {"step": step}).status_code == 303
        assert re.findall(r'/edit">(First|Second)</a>', ada.get("/rules").text) == ways[step]
    ada.post(f"{second}/deactivate")
    assert "1 of 2 rules looks" in words(ada.get("/rules"))
    old = value_of(ada.get(f"{second}/edit"), "version")
    assert ada.post(second, _typed(name="Tea", version=old)).status_code == 303
    stale = ada.post(second, _typed(name="x", version=old))
    assert (stale.status_code, "Stored now: Tea." in words(stale)) == (412, True)
    version = value_of(ada.get(f"{second}/delete"), "version")
    assert ada.post(f"{second}/delete", {"version": version}).status_code == 303
    assert ada.get(f"{second}/edit").status_code == 404
    assert "moved the rule" in words(ada.get("/activity"))


def test_a_rule_begins_with_a_row_and_lists_cost_the_same(ada: Visitor, queries: Queries) -> None:
    food = ada.category("Groceries")
    row = ada.add("3", payee="Rewe", description="Card 123", category_id=food, tags="shop")
    page = ada.get(f"/rules/new?like={row}")
    shown = [value_of(page, name) for name in ("name", "condition_kind", "condition_text")]
    assert shown == ["Rewe", "payee.is", "Rewe"]
    assert (value_of(page, "action_category"), "shop" in page.text) == (str(food), True)
    assert ada.get(f"/rules/new?like={10**9}").status_code == 404
    ada.post("/rules", _typed())
    ada.get("/rules")
    with queries() as few:
        ada.get("/rules")
    for number in range(5):
        ada.post("/rules", _typed(name=f"Rule {number}"))
    ada.get("/rules")
    with queries() as many:
        ada.get("/rules")
    assert len(few) == len(many)


def _edit(who: Visitor, name: str) -> str:
    found = re.search(rf'href="(/rules/\d+/edit)">{name}<', who.get("/rules").text)
    assert found
    return found[1]
