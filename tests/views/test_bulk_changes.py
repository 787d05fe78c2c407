"""Changing many rows at once, and taking that back, without a script."""

import re
from html import unescape

import pytest
from sqlalchemy import update
from werkzeug.test import TestResponse

from app.core.uow import unit_of_work
from app.models.base import session
from app.models.transactions import Transaction
from tests.views.visitors import Visitor, error_of, value_of, words

CHOOSE = "/transactions/bulk/choose"


@pytest.fixture
def rows(mia: Visitor) -> list[int]:
    """Three rows: two cups of tea and a sofa."""
    said = (("5", "Tea"), ("7", "Tea at work"), ("100", "Sofa"))
    return [mia.add(sum_, description=name, date="2026-03-02") for sum_, name in said]


def _undo(page: str) -> str:
    found = re.search(r'action="(/bulk-changes/\d+/undo[^"]*)"', page)
    assert found
    return unescape(found.group(1))


def test_chosen_rows_are_changed_and_that_is_taken_back(mia: Visitor, rows: list[int]) -> None:
    form = mia.post(CHOOSE, {"ids": rows[:2], "deed": "change"})
    assert "2 transactions, together -12,00 €" in words(form)
    fields = {"ids": rows[:2], "payee": "Cafe", "add_tags": "out, Work", "next": "/transactions"}
    answer = mia.post("/transactions/bulk", {**fields, "category_id": mia.category("Groceries")})
    assert answer.location == "/transactions"
    page = mia.get(answer.location)
    assert "Changed 2 transactions." in words(page)
    assert words(page).count("#out #Work") == 2
    assert "1 transaction matches." in words(mia.get("/transactions?uncategorised=true"))
    answer = mia.post(_undo(page.text))
    assert "Everything is as it was." in words(mia.get(answer.location))
    assert "Cafe" not in words(mia.get("/transactions"))
    assert "taken back" in words(mia.get("/bulk-changes"))


def test_all_that_match_are_meant_only_as_many_as_one_was_told(
    mia: Visitor, rows: list[int]
) -> None:
    text = {"all": "1", "filters": "q=tea&amount_max=7,00"}
    form = mia.post(CHOOSE, text)
    assert (value_of(form, "expected"), "2 transactions, together" in words(form)) == ("2", True)
    mia.add("3", description="Tea again", date="2026-03-03")
    said = {**text, "deed": "delete", "expected": "2"}
    refused = mia.post("/transactions/bulk", said)
    assert refused.status_code == 412
    assert "3 rows match by now; it was 2 when you looked." in words(refused)
    answer = mia.post("/transactions/bulk", {**said, "expected": value_of(refused, "expected")})
    page = mia.get(answer.location)
    assert "Deleted 3 transactions." in words(page)
    assert "1 transaction so far." in words(page)
    mia.post(_undo(page.text))
    assert "4 transactions so far." in words(mia.get("/transactions"))


def test_ticks_go_along_from_page_to_page(mia: Visitor, rows: list[int]) -> None:
    address = "/transactions?q=tea&per_page=1"
    page = mia.get(address)
    older = _to(page)
    assert _ticked(page) == []
    page = mia.get(mia.post(CHOOSE, {"ids": rows[1], "to": older}).location)
    assert "1 ticked on other pages" in words(page)
    assert _hidden(page) == [rows[1]]
    newer = _to(page)
    page = mia.get(mia.post(CHOOSE, {"ids": [*_hidden(page), rows[0]], "to": newer}).location)
    assert (_ticked(page), _hidden(page)) == ([rows[1]], [rows[0]])
    assert "chosen=" not in page.text.partition('id="selection"')[2].partition("</form>")[0]
    form = mia.post(CHOOSE, {"ids": [*_ticked(page), *_hidden(page)], "next": address})
    assert "2 transactions, together -12,00 €" in words(form)
    done = mia.post("/transactions/bulk", {"ids": rows[:2], "notes": "x", "next": address})
    assert (done.location, _hidden(mia.get(done.location))) == (address, [])


def test_so_many_ticks_go_along_and_no_more(mia: Visitor, sam: Visitor, rows: list[int]) -> None:
    many = [*range(10**9, 10**9 + 200), rows[0]]
    answer = mia.post(CHOOSE, {"ids": many, "to": "/transactions?type=income"})
    page = mia.get(answer.location)
    assert answer.location.startswith("/transactions?chosen=")
    assert "Only 200 ticks go along to another page." in words(page)
    assert len(_hidden(page)) == 200
    for nothing in ("x", "1" * 30, "-", "²", "0x1-1e3"):
        assert _hidden(mia.get(f"/transactions?chosen={nothing}")) == []
    away = mia.post(CHOOSE, {"ids": rows, "to": "//elsewhere.example/"})
    assert away.location.startswith("/transactions?chosen=")
    too_many = mia.post(CHOOSE, {"ids": list(range(1, 10_003))})
    assert "At most 10,000 rows at once." in words(mia.get(too_many.location))
    theirs = sam.post(CHOOSE, {"ids": rows})
    assert "What you chose is gone" in words(sam.get(theirs.location))


def _to(page: TestResponse) -> str:
    """Return the address of a neighbouring page that takes ticks along."""
    found = re.search(r'form="selection" name="to" value="([^"]*)"', page.text)
    assert found
    return unescape(found[1])


def _ticked(page: TestResponse) -> list[int]:
    return _ids(page, r'value="(\d+)" form="selection" autocomplete="off" checked')


def _hidden(page: TestResponse) -> list[int]:
    return _ids(page, r'<input type="hidden" name="ids" value="(\d+)"')


def _ids(page: TestResponse, pattern: str) -> list[int]:
    return [int(found) for found in re.findall(pattern, page.text)]


@pytest.mark.parametrize("filters", ["date_from=soon", "nonsense=1"])
def test_unclear_filters_never_mean_all_rows(mia: Visitor, rows: list[int], filters: str) -> None:
    said = {"all": "1", "filters": filters, "deed": "delete"}
    assert mia.post("/transactions/bulk", said).status_code == 422
    assert "3 transactions so far." in words(mia.get("/transactions"))


def test_what_is_gone_by_now_is_told_and_the_others_stay_chosen(
    mia: Visitor, rows: list[int]
) -> None:
    mia.post(f"/transactions/{rows[0]}/delete")
    refused = mia.post("/transactions/bulk", {"ids": rows, "notes": "x"})
    assert refused.status_code == 422
    assert "1 that you chose is gone: deleted elsewhere." in words(refused)
    assert re.findall(r'name="ids" value="(\d+)"', refused.text) == [str(id_) for id_ in rows[1:]]
    answer = mia.post("/transactions/bulk", {"ids": rows[:1], "notes": "x"})
    assert "What you chose is gone" in words(mia.get(answer.location))
    answer = mia.post(CHOOSE)
    assert "Nothing is chosen." in words(mia.get(answer.location))
    script = mia.post(CHOOSE, {}, **{"HX-Request": "true"})
    assert (script.status_code, script.headers["HX-Redirect"]) == (204, "/transactions")


def test_faults_stand_beside_their_fields(mia: Visitor, rows: list[int]) -> None:
    nothing = mia.post("/transactions/bulk", {"ids": rows, "payee": " "})
    assert (nothing.status_code, "every field is empty" in words(nothing)) == (422, True)
    refused = mia.post("/transactions/bulk", {"ids": rows, "date": "2199-01-01", "payee": "Me"})
    assert 'id="b-date-error"' in refused.text
    assert (error_of(refused, "payee"), value_of(refused, "payee")) == (None, "Me")
    script = mia.post("/transactions/bulk", {"ids": rows}, **{"HX-Request": "true"})
    assert script.headers["HX-Retarget"] == "#bulk"
    assert script.text.lstrip().startswith('<form id="bulk"')


def test_reconciled_rows_ask_once_and_are_left_out_without(mia: Visitor, rows: list[int]) -> None:
    _reconcile(mia, rows[0])
    form = mia.post(CHOOSE, {"ids": rows[:2]})
    assert "1 is reconciled" in words(form)
    answer = mia.post("/transactions/bulk", {"ids": rows[:2], "notes": "x"})
    assert "Changed 1 transaction. Left out: 1 reconciled." in words(mia.get(answer.location))
    meant = {"ids": rows[:2], "clear": "notes", "payee": "Y", "allow_reconciled": "1"}
    answer = mia.post("/transactions/bulk", meant)
    assert "Changed 2 transactions." in words(mia.get(answer.location))


def _reconcile(mia: Visitor, row: int) -> None:

    with mia.client.application.app_context(), unit_of_work():
        one = update(Transaction).where(Transaction.id == row)
        session.execute(one.values(state="reconciled"))
