"""The form of a transaction: transfers, lines, tags and sums, with and without a script."""

import json
import re
from typing import Any

import pytest

from tests.views.conftest import Visit
from tests.views.visitors import Visitor


@pytest.fixture
def ada(visit: Visit) -> Visitor:
    """Somebody who writes amounts as 1,234.56."""
    return visit("en-US")


def _typed(who: Visitor, **fields: Any) -> dict[str, Any]:
    plain = {"type": "expense", "amount": "10", "account_id": who.account()}
    return {**plain, "date": "2026-02-03", **fields}


def _newest(who: Visitor) -> str:
    return max(map(str, re.findall(r'href="(/transactions/\d+)"', who.get("/transactions").text)))


def test_a_transfer_is_entered_shown_and_changed(ada: Visitor) -> None:
    wallet = ada.open_account(name="Wallet")
    unneeded = {"category_id": ada.category("Rent"), "split_amount": ["", ""]}
    typed = _typed(ada, type="transfer", amount="12.50+3*2", to_account_id=wallet, **unneeded)
    assert ada.post("/transactions", typed).status_code == 303
    assert "Main account → Wallet" in ada.get("/transactions").text
    page = ada.get(_newest(ada)).text
    assert ("18.50" in page, "went from Main account to Wallet" in page) == (True, True)
    assert f'value="{wallet}" selected' in ada.get(f"{_newest(ada)}/edit").text
    refused = ada.post("/transactions", _typed(ada, type="transfer", to_account_id=""))
    assert refused.status_code == 422
    assert "Say which account it goes to." in refused.text


def test_lines_and_tags_are_entered(ada: Visitor) -> None:
    lines = {
        "split_category_id": [str(ada.category("Groceries")), "", ""],
        "split_amount": ["4", "2*3", ""],
        "split_notes": ["bread", "", ""],
    }
    wrong = ada.post("/transactions", _typed(ada, amount="11", tags="a", **lines))
    assert (wrong.status_code, "The lines come to 10.00" in wrong.text) == (422, True)
    assert 'value="2*3"' in wrong.text
    unread = ada.post("/transactions", _typed(ada, **(lines | {"split_amount": ["4", "x", ""]})))
    assert (unread.status_code, "Line 2: Not an amount" in unread.text) == (422, True)
    typed = _typed(ada, tags="Home, trip ,", **lines)
    assert ada.post("/transactions", typed).status_code == 303
    assert "2 categories" in ada.get("/transactions").text
    edit = ada.get(f"{_newest(ada)}/edit").text
    assert all(f'value="{text}"' in edit for text in ("bread", "Home, trip", "4.00", "6.00"))


def test_another_line_without_a_script(ada: Visitor) -> None:
    typed = _typed(ada, split_amount=["4", "6"], add_line="1", description="Shopping")
    page = ada.post("/transactions", typed)
    assert (page.status_code, page.text.count('name="split_amount"')) == (200, 3)
    assert 'value="Shopping"' in page.text
    assert "No transactions yet" in ada.get("/transactions").text


def test_enter_saves_and_does_not_add_a_line(ada: Visitor) -> None:
    row_id = ada.add("5")
    for address in ("/transactions/new", f"/transactions/{row_id}/edit"):
        form = ada.get(address).text.partition('name="add_line"')[0].rpartition("<form")[2]
        buttons = re.findall(r"<button[^>]*type=\"submit\"[^>]*>", form)
        assert "name=" not in buttons[0]


def test_duplicates_and_refunds_begin_with_what_is_known(ada: Visitor) -> None:
    said = {"description": "Shoes", "payee": "Shop", "tags": "feet", "date": "2026-01-02"}
    row_id = ada.add("9.99", **said)
    form = ada.get(f"/transactions/new?like={row_id}").text
    assert all(f'value="{text}"' in form for text in ("Shoes", "9.99", "feet"))
    assert 'value="2026-01-02"' not in form
    typed = _typed(ada, type="income", refund_of_id=row_id)
    assert ada.post("/transactions", typed).status_code == 303
    assert "Refunded" in ada.get(f"/transactions/{row_id}").text
    assert ada.get(f"/transactions/new?like={10**9}").status_code == 404


def test_what_has_happened_is_not_in_the_future(ada: Visitor) -> None:
    page = ada.post("/transactions", _typed(ada, date="2199-01-01"))
    assert (page.status_code, "This day has not come yet." in page.text) == (422, True)


def test_a_line_is_taken_out_without_a_script(ada: Visitor) -> None:
    lines = {"split_amount": ["4", "5", "6"], "split_notes": ["a", "b", "c"]}
    page = ada.post("/transactions", _typed(ada, **lines, remove_line="2"))
    shown = re.findall(r'name="split_notes"[^>]* value="(\w?)"', page.text)
    assert (page.status_code, shown) == (200, ["a", "c"])
    for odd in ("0", "9" * 30, "x", "4"):
        page = ada.post("/transactions", _typed(ada, **lines, remove_line=odd))
        assert page.text.count('name="split_amount"') == 3, odd


def test_the_form_knows_names_and_how_amounts_are_read(visit: Visit, ada: Visitor) -> None:
    ada.add("1", payee='Bäcker "Ö"', tags="home, Trip")
    ada.add("1", payee="x" * 101)
    wallet = ada.open_account(name="Wallet", currency="KWD")
    page = ada.get("/transactions/new").text
    assert re.findall(r'<option value="([^"]+)"></option>', page) == [
        "Bäcker &#34;Ö&#34;", "home", "Trip",
    ]  # fmt: skip
    told = re.findall(r"data-amounts='([^']+)'", page)
    assert json.loads(told[0]) == {
        "group": ",",
        "point": ".",
        "accounts": {str(ada.account()): ["EUR", 2], str(wallet): ["KWD", 3]},
    }
    assert "datalist" not in visit("de-DE").get("/transactions/new").text


def test_a_transfer_is_added_beside_the_month(ada: Visitor) -> None:
    assert 'value="transfer"' not in ada.get("/").text
    wallet = ada.open_account(name="Wallet")
    assert 'value="transfer"' in ada.get("/").text
    typed = _typed(ada, type="transfer", to_account_id=wallet, quick="1")
    assert ada.post("/transactions", typed, **{"HX-Request": "true"}).status_code == 303
    refused = ada.post("/transactions", typed | {"to_account_id": ""}, **{"HX-Request": "true"})
    assert 'id="f-to_account_id-error"' in refused.text
    assert "<html" not in refused.text
