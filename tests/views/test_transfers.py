"""Pages that offer two rows as one transfer, join them, and take them apart."""

import re

from flask import Flask
from werkzeug.test import TestResponse

from tests.views.conftest import Queries
from tests.views.test_imports import Uploader, n26
from tests.views.visitors import Visitor, words

OUT = ("2026-03-02", "To savings", "-200.00")
IN = ("2026-03-04", "From current", "200.00")


def _bring(app: Flask, sam: Visitor, *more: tuple[str, str, str]) -> str:
    """Import statements of two accounts that have a transfer; returns the page of the second."""
    savings = sam.open_account(name="Savings", currency="EUR")
    uploader = Uploader(app, sam)
    uploader.store(n26(OUT))
    return uploader.store(n26(IN, *more), account_id=savings)


def _pairs(response: TestResponse) -> list[str]:
    return re.findall(r'name="join" value="([^"]+)"', response.text)


def test_a_pair_is_offered_joined_and_taken_apart(app: Flask, sam: Visitor) -> None:
    done = _bring(app, sam)
    for page in (done, "/", "/transactions"):
        assert "One pair looks like a transfer between your accounts" in words(sam.get(page))
    offered = sam.get("/transfers")
    assert "Main account → Savings" in words(offered)
    assert "2 days apart" in words(offered)
    (pair,) = _pairs(offered)
    joined = sam.get(sam.post("/transfers", {"chosen": "1", "pair": pair}).location)
    assert "One pair is a transfer now" in words(joined)
    assert "Nothing looks like a transfer that came twice" in words(joined)
    again = sam.get(sam.post("/transfers", {"join": pair}).location)
    assert "one transfer now" in words(again)  # a second click ends on the same page
    row = pair.partition(".")[0]
    shown = sam.get(f"/transactions/{row}")
    assert "joined two rows into the transfer To savings" in words(shown)
    back = sam.post(f"/transfers/{row}/take-apart", {"version": "1"})
    assert "changed in the meantime" in words(sam.get(back.location))
    back = sam.post(f"/transfers/{row}/take-apart")
    assert "two rows again" in words(sam.get(back.location))
    assert len(_pairs(sam.get("/transfers"))) == 1


def test_a_pair_that_is_no_transfer_is_offered_again_on_demand(app: Flask, sam: Visitor) -> None:
    _bring(app, sam)
    (pair,) = _pairs(sam.get("/transfers"))
    refused = sam.get(sam.post("/transfers", {"refuse": pair}).location)
    assert "not offered as a transfer any more" in words(refused)
    assert _pairs(refused) == []
    assert "From current" in words(sam.get("/transfers/refused"))
    out, come, _ = pair.split(".")
    sam.post(f"/transfers/refused/{out}/{come}/offer")
    assert len(_pairs(sam.get("/transfers"))) == 1
    assert sam.post("/transfers", {"join": "1.2"}).status_code == 422
    assert sam.post("/transfers", {"chosen": "1"}).status_code == 422


def test_of_several_that_fit_none_is_chosen_beforehand(app: Flask, sam: Visitor) -> None:
    _bring(app, sam, ("2026-03-05", "Gift", "200.00"))
    page = sam.get("/transfers")
    assert "2 pairs look like transfers" in words(page)
    assert len(_pairs(page)) == 2
    assert " checked" not in page.text.partition('class="rows pairs"')[2].partition("</ul>")[0]


def test_two_rows_of_two_currencies_are_joined_by_hand(sam: Visitor) -> None:
    yen = sam.open_account(name="Yen", currency="JPY")
    out = sam.add("20.00", date="2026-03-02")
    sam.add("3250", type="income", account_id=yen, date="2026-03-03")
    choose = sam.get(f"/transfers/with/{out}")
    assert "1 EUR = 162.5 JPY" in words(choose)
    (pair,) = re.findall(r'name="join" value="([^"]+)"', choose.text)
    assert sam.post("/transfers", {"join": pair}).status_code == 303
    assert "1 EUR = 162.5 JPY" in words(sam.get(f"/transactions/{out}"))


def test_the_page_costs_the_same_few_queries_however_many_pairs(
    app: Flask, sam: Visitor, queries: Queries
) -> None:
    _bring(app, sam)
    with queries() as few:
        sam.get("/transfers")
    days = [f"2026-03-{day:02}" for day in range(5, 29)]
    uploader = Uploader(app, sam)
    uploader.store(
        n26(*((day, f"Out {day}", f"-{number}.00") for number, day in enumerate(days, 1)))
    )
    savings = sam.account("Savings")
    rows = ((day, f"In {day}", f"{number}.00") for number, day in enumerate(days, 1))
    uploader.store(n26(*rows), account_id=savings)
    with queries() as many:
        assert len(_pairs(sam.get("/transfers"))) == 25
    assert len(many) == len(few) <= 14
