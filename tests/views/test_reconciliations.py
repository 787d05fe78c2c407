"""Reconciling an account on its page, without scripts."""

import re

from tests.views.conftest import Queries
from tests.views.visitors import Visitor, error_of, value_of, words


def _statement(balance: str) -> dict[str, str]:
    return {"date": "2026-01-31", "balance": balance}


def _reconciled(mia: Visitor) -> int:
    """Reconcile an account with one row; returns the row."""
    row = mia.add("30", date="2026-01-12", description="Bread")
    path = f"/accounts/{mia.account()}/reconciliations"
    fields = {**_statement("-30,00"), "shown": row, "ticked": row, "action": "finish"}
    assert mia.post(path, fields).status_code == 303
    return row


def test_a_statement_is_ticked_off_until_it_agrees(mia: Visitor) -> None:
    path = f"/accounts/{mia.account()}/reconcile"
    bread = mia.add("30", date="2026-01-12", description="Bread")
    wages = mia.add("1000", type="income", date="2026-01-31", description="Wages")
    mia.add("5", date="2026-02-01", description="Later")
    refused = mia.get(f"{path}?date=2026-01-31&balance=much")
    assert error_of(refused, "balance")
    text = words(mia.get(f"{path}?date=2026-01-31&balance=970,00"))
    assert "What is ticked comes to 0,00 €: 970,00 € missing" in text
    assert "Bread" in text
    assert "Later" not in text
    buttons = re.findall(
        r'name="action" value="(\w+)"', mia.get(f"{path}?date=2026-01-31&balance=1").text
    )
    assert buttons[:2] == ["mark", "all"]  # Enter presses the first one
    shown = {**_statement("970,00"), "shown": [bread, wages]}
    saved = mia.post(path, {**shown, "ticked": wages})
    page = mia.get(saved.location)
    assert "What is ticked comes to 1.000,00 €: 30,00 € too much" in words(page)
    assert re.findall(r'value="(\d+)" checked', page.text) == [str(wages)]
    account = f"/accounts/{mia.account()}"
    refused = mia.post(f"{account}/reconciliations", {**shown, "ticked": wages, "action": "finish"})
    assert refused.status_code == 409
    assert "1000.00, the statement says 970.00: 30.00 too much" in words(refused)
    saved = mia.post(path, {**shown, "action": "all"})
    assert "They agree" in words(mia.get(saved.location))
    fields = {**shown, "ticked": [bread, wages], "action": "finish", "once": "0" * 32}
    for _ in range(2):
        assert mia.post(f"{account}/reconciliations", fields).location == account
    text = words(mia.get(account))
    assert "It agreed with the statement of Saturday, 31 January 2026: 970,00 €." in text
    text = words(mia.get(path))
    assert text.count("Take it back") == 1
    assert "2 transactions" in text
    assert "You reconciled the account Main account with its statement of" in words(
        mia.get("/activity")
    )


def test_a_difference_can_be_made_up_for_and_all_of_it_taken_back(mia: Visitor) -> None:
    account = f"/accounts/{mia.account()}"
    fields = {**_statement("12,50"), "action": "adjust"}
    page = mia.get(mia.post(f"{account}/reconciliations", fields).location)
    assert "Balance adjustment" in words(page)
    undo = re.search(rf"{account}/reconciliations/\d+/undo", page.text)
    assert undo
    assert "is taken back" in words(mia.get(mia.post(undo.group()).location))
    assert "Take it back" not in words(mia.get(f"{account}/reconcile"))


def test_a_reconciled_row_asks_before_each_change(mia: Visitor) -> None:
    row = _reconciled(mia)
    path = f"/transactions/{row}"
    assert f'action="{path}/delete"' not in mia.get(path).text
    page = mia.get(f"{path}/delete")
    assert "This transaction is reconciled" in words(page)
    version = value_of(page, "version")
    assert mia.post(f"{path}/delete", {"version": version}).location == path
    history = mia.get(f"{path}/history").text
    lines = re.findall(r'name="activity_id" value="(\d+)"', history)
    fields = {"activity_id": lines[-1], "state": "after", "version": version}
    asked = mia.post(f"{path}/restore", fields)
    assert "This transaction is reconciled" in words(asked)
    assert value_of(asked, "activity_id") == lines[-1]
    assert mia.post(f"{path}/restore", {**fields, "allow_reconciled": "1"}).status_code == 303
    assert "Reconciled" not in words(mia.get(path))


def test_the_page_costs_the_same_number_of_queries_however_much(
    mia: Visitor, queries: Queries
) -> None:
    _reconciled(mia)
    path = f"/accounts/{mia.account()}/reconcile?date=2026-02-28&balance=1"
    mia.get(path)
    with queries() as few:
        mia.get(path)
    for day in range(1, 9):
        mia.add("1", date=f"2026-02-0{day}")
    with queries() as more:
        mia.get(path)
    assert len(more) == len(few)
