"""Transactions: finding, adding, changing and deleting them."""

import csv
import io
import re

import pytest
from flask import Flask

from tests.views.conftest import Queries
from tests.views.visitors import Visitor, error_of, value_of, words

# Adding


def test_amounts_are_typed_and_read_the_way_of_the_person(mia: Visitor) -> None:
    row = mia.add("1.234,56", description="Sofa", date="2026-03-02")
    shown = mia.get(f"/transactions/{row}")
    assert "1.234,56 € went out of Main account on Monday, 2 March 2026." in words(shown)
    assert value_of(mia.get(f"/transactions/{row}/edit"), "amount") == "1234,56"


def test_and_of_another_person(sam: Visitor) -> None:
    row = sam.add("1,234.56", description="Sofa", date="2026-03-02")
    assert "€1,234.56 went out of Main account on Monday, March 2, 2026." in words(
        sam.get(f"/transactions/{row}")
    )


def test_faults_stand_beside_their_fields_and_what_was_typed_stays(mia: Visitor) -> None:
    response = mia.post(
        "/transactions",
        {
            "type": "income",
            "amount": "12,3x",
            "date": "2026-02-30",
            "description": "Tea & <cake>",
            "account_id": mia.account(),
        },
    )
    assert response.status_code == 422
    assert error_of(response, "amount") == "Not an amount. Write it like 1234,56."
    assert error_of(response, "date") == "There is no such day."
    assert value_of(response, "amount") == "12,3x"
    assert value_of(response, "description") == "Tea & <cake>"
    assert value_of(response, "type") == "income"
    assert "2 fields need another look" in words(response)
    assert "Nothing here yet" in words(mia.get("/transactions"))


@pytest.mark.parametrize(
    ("amount", "message"),
    [
        ("", "This is needed."),
        ("0", "Must be more than zero."),
        ("-5", "Must be more than zero."),
        ("1,2345", "EUR has 2 decimals, no more."),
        ("99999999999999,00", "That amount is too large."),
    ],
)
def test_amounts_that_are_none(mia: Visitor, amount: str, message: str) -> None:
    fields = {"type": "expense", "amount": amount, "account_id": mia.account()}
    response = mia.post("/transactions", fields)
    assert (response.status_code, error_of(response, "amount")) == (422, message)


def test_a_rule_of_the_house_stands_beside_its_field_too(mia: Visitor) -> None:
    fields = {"type": "expense", "amount": "5", "account_id": mia.account()}
    response = mia.post("/transactions", {**fields, "category_id": mia.category("Salary")})
    assert response.status_code == 422
    assert error_of(response, "category_id") == "Salary is a category for income."
    assert value_of(response, "category_id") == str(mia.category("Salary"))


def test_a_day_that_is_not_given_is_today(mia: Visitor) -> None:
    row = mia.add("5", date="")
    assert "Today" in words(mia.get("/transactions"))
    assert value_of(mia.get("/transactions/new"), "date") == value_of(
        mia.get(f"/transactions/{row}/edit"), "date"
    )


def test_adding_goes_back_to_where_one_was_and_can_be_undone(mia: Visitor) -> None:
    fields = {"type": "expense", "amount": "5", "account_id": mia.account(), "description": "Tea"}
    response = mia.post("/transactions", {**fields, "next": "/months/2026/3"})
    assert response.location == "/months/2026/3"
    page = mia.get(response.location)
    assert "Added: 5,00 € · Tea" in words(page)
    undo = re.search(r'action="(/transactions/\d+/delete[^"]*)"', page.text)
    assert undo
    assert mia.post(undo.group(1).replace("&amp;", "&")).location == "/months/2026/3"
    assert "Nothing here yet" in words(mia.get("/transactions"))


def test_adding_never_leads_elsewhere(mia: Visitor) -> None:
    fields = {"type": "expense", "amount": "5", "account_id": mia.account()}
    response = mia.post("/transactions", {**fields, "next": "//evil.example"})
    assert response.location == "/transactions"


def test_one_after_the_other(mia: Visitor) -> None:
    fields = {"type": "income", "amount": "5", "account_id": mia.account(), "date": "2026-03-02"}
    response = mia.post("/transactions", {**fields, "again": "1"})
    form = mia.get(response.location)
    assert (value_of(form, "type"), value_of(form, "date")) == ("income", "2026-03-02")
    assert value_of(form, "amount") == ""


def test_a_script_gets_only_the_short_form_back(mia: Visitor) -> None:
    fields = {"type": "expense", "amount": "x", "quick": "1", "next": "/"}
    response = mia.post("/transactions", fields, **{"HX-Request": "true"})
    assert response.status_code == 422
    assert response.headers["HX-Retarget"] == "#quick-add"
    assert response.text.lstrip().startswith('<section class="card" id="quick-add"')
    assert error_of(response, "amount")


# Changing


def test_everything_can_be_changed_and_taken_away(mia: Visitor) -> None:
    row = mia.add(
        "5", description="Tea", payee="Cafe", notes="a\nb", category_id=mia.category("Groceries")
    )
    fields = {
        "type": "income",
        "amount": "7,50",
        "date": "2026-03-02",
        "account_id": mia.account(),
        "description": "",
        "payee": "",
        "notes": "",
        "category_id": "",
    }
    version = value_of(mia.get(f"/transactions/{row}/edit"), "version")
    response = mia.post(f"/transactions/{row}", {**fields, "version": version})
    assert response.location == f"/transactions/{row}"
    text = words(mia.get(response.location)).partition("History")[0]
    assert "+7,50 € came into Main account on Monday, 2 March 2026." in text
    assert "No category" in text
    assert "Cafe" not in text


def test_somebody_else_was_faster(mia: Visitor) -> None:
    row = mia.add("5", description="Tea", date="2026-03-02")
    old = value_of(mia.get(f"/transactions/{row}/edit"), "version")
    fields = {"type": "expense", "date": "2026-03-02", "account_id": mia.account()}
    mia.post(
        f"/transactions/{row}",
        {**fields, "amount": "6", "description": "Theirs", "version": old},
    )
    mine = {**fields, "amount": "7,00", "description": "Mine"}
    refused = mia.post(f"/transactions/{row}", {**mine, "version": old})
    assert refused.status_code == 412
    assert "changed in the meantime" in words(refused)
    assert "Stored now: 6,00 €" in words(refused)
    assert "Theirs" in words(refused)
    assert (value_of(refused, "amount"), value_of(refused, "description")) == ("7,00", "Mine")
    new = value_of(refused, "version")
    assert new != old
    assert mia.post(f"/transactions/{row}", {**mine, "version": new}).status_code == 303
    assert "Mine" in words(mia.get(f"/transactions/{row}"))


def test_a_fault_does_not_hide_that_somebody_else_was_faster(mia: Visitor) -> None:
    row = mia.add("5", date="2026-03-02")
    old = value_of(mia.get(f"/transactions/{row}/edit"), "version")
    fields = {"type": "expense", "date": "2026-03-02", "account_id": mia.account()}
    mia.post(f"/transactions/{row}", {**fields, "amount": "6", "version": old})
    faulty = mia.post(f"/transactions/{row}", {**fields, "amount": "x", "version": old})
    assert (faulty.status_code, value_of(faulty, "version")) == (422, old)


# Deleting


def test_deleting_asks_once_on_a_page_that_says_what_goes(mia: Visitor) -> None:
    row = mia.add("5", description="Tea")
    page = mia.get(f"/transactions/{row}/delete")
    assert "“Tea” with 5,00 € will be deleted" in words(page)
    assert mia.get(f"/transactions/{row}").status_code == 200
    response = mia.post(f"/transactions/{row}/delete", {"version": value_of(page, "version")})
    assert response.location == "/transactions"
    assert mia.get(f"/transactions/{row}").status_code == 404


def test_what_changed_meanwhile_is_not_deleted(mia: Visitor) -> None:
    row = mia.add("5", description="Tea", date="2026-03-02")
    version = value_of(mia.get(f"/transactions/{row}/delete"), "version")
    fields = {"type": "expense", "amount": "6", "account_id": mia.account()}
    mia.post(f"/transactions/{row}", {**fields, "version": version})
    response = mia.post(f"/transactions/{row}/delete", {"version": version})
    assert response.location == f"/transactions/{row}"
    assert "changed in the meantime" in words(mia.get(response.location))


# Finding


def test_nothing_yet_says_what_to_do(mia: Visitor) -> None:
    text = words(mia.get("/transactions"))
    assert "No transactions yet" in text
    assert "Upload a statement" in text
    assert "Add by hand" in text


def test_nothing_that_matches_says_so_and_keeps_the_filters(mia: Visitor) -> None:
    mia.add("5", description="Tea")
    page = mia.get("/transactions?q=coffee")
    assert "No transaction fits all of these filters" in words(page)
    assert value_of(page, "q") == "coffee"


def test_the_address_is_the_filter(mia: Visitor) -> None:
    mia.add("5", description="Tea", date="2026-03-02", category_id=mia.category("Groceries"))
    mia.add("1.500,00", description="Sofa", date="2026-03-03")
    mia.add("20", type="income", description="Tea money", date="2026-04-01")
    food = mia.category("Food")

    def found(query: str) -> list[str]:
        page = mia.get(f"/transactions?{query}")
        assert page.status_code == 200
        return re.findall(r'row-title d-block">([^<]+)<', page.text)

    assert found("q=tea&type=&sort=&date_from=") == ["Tea money", "Tea"]
    assert found("q=tea&type=expense") == ["Tea"]
    assert found(f"category_id={food}") == ["Tea"]
    assert found("date_from=2026-03-03&date_to=2026-03-31") == ["Sofa"]
    assert found("amount_min=1.000,00") == ["Sofa"]
    assert found("amount_max=5") == ["Tea"]
    assert found("sort=-amount") == ["Sofa", "Tea money", "Tea"]
    assert found("sort=date") == ["Tea", "Sofa", "Tea money"]


@pytest.mark.parametrize(
    ("query", "field"),
    [("amount_min=1,x", "amount_min"), ("date_from=soon", "date_from"), ("type=gift", "type")],
)
def test_a_filter_that_cannot_be_read_is_a_fault_beside_its_field(
    mia: Visitor, query: str, field: str
) -> None:
    response = mia.get(f"/transactions?{query}")
    assert response.status_code == 422
    assert error_of(response, field)


def test_a_cursor_that_is_none_leads_to_the_first_page(mia: Visitor) -> None:
    response = mia.get("/transactions?q=tea&cursor=forged")
    assert response.status_code == 422
    assert 'href="/transactions?q=tea"' in response.text


def test_pages_follow_each_other_and_keep_the_filters(mia: Visitor) -> None:
    for number in range(5):
        mia.add("1", description=f"Tea {number}", date=f"2026-03-0{number + 1}")
    first = mia.get("/transactions?q=tea&per_page=2")
    assert "5 transactions match." in words(first)
    further = re.search(r'rel="next" href="([^"]+)"', first.text)
    assert further
    second = mia.get(further.group(1).replace("&amp;", "&"))
    assert re.findall(r"Tea \d", words(second)) == ["Tea 2", "Tea 1"]
    assert value_of(second, "q") == "tea"
    back = re.search(r'rel="prev" href="([^"]+)"', second.text)
    assert back
    again = mia.get(back.group(1).replace("&amp;", "&"))
    assert re.findall(r"Tea \d", words(again)) == ["Tea 4", "Tea 3"]


def test_a_days_sum_counts_what_the_next_page_shows_of_it(mia: Visitor) -> None:
    for amount in ("1", "2", "4"):
        mia.add(amount, date="2026-03-02")
    mia.add("10", type="income", date="2026-03-02")
    page = mia.get("/transactions?per_page=2")
    assert "+3,00 €" in words(page)
    assert "-7,00 €" in words(mia.get("/transactions?per_page=1&type=expense"))


def test_a_days_sum_in_two_currencies_is_two_sums(mia: Visitor) -> None:
    dollars = mia.open_account(name="Dollars", currency="USD")
    mia.add("1", date="2026-03-02")
    mia.add("2", date="2026-03-02", account_id=dollars)
    assert "-1,00 € · -2,00 $" in words(mia.get("/transactions"))


def test_the_export_carries_the_filters_of_the_list(mia: Visitor) -> None:
    mia.add("1.234,50", description="=Tea", date="2026-03-02")
    mia.add("5", description="Sofa", date="2026-03-03")
    page = mia.get("/transactions?amount_min=1.000,00")
    link = re.search(r'href="(/exports/transactions[^"]*)"', page.text)
    assert link
    file = mia.get(link.group(1).replace("&amp;", "&"))
    assert file.mimetype == "text/csv"
    assert "attachment" in file.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(file.text)))
    assert [(row["description"], row["amount"]) for row in rows] == [("'=Tea", "-1234.50")]


def test_an_export_with_a_filter_that_cannot_be_read_is_refused(mia: Visitor) -> None:
    assert mia.get("/exports/transactions?date_from=soon").status_code == 422


# What it costs


def test_a_list_costs_the_same_number_of_queries_however_long(
    mia: Visitor, queries: Queries
) -> None:
    groceries = mia.category("Groceries")
    mia.add("1", date="2026-03-02", category_id=groceries)
    with queries() as few:
        mia.get("/transactions")
    for number in range(12):
        mia.add("1", date=f"2026-03-{number + 1:02}", category_id=groceries)
    with queries() as many:
        mia.get("/transactions")
    assert len(few) == len(many) <= 8


# Other people's


def test_nothing_of_somebody_else_is_there(app: Flask, mia: Visitor, sam: Visitor) -> None:
    theirs = {
        "transaction_id": mia.add("5", description="Secret"),
        "account_id": mia.account(),
        "category_id": mia.category("Groceries"),
        "reconciliation_id": 1,
    }
    asked = 0
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api") or not rule.arguments & theirs.keys():
            continue
        path = re.sub(r"<[^>]*?(\w+)>", lambda found: str(theirs[found.group(1)]), rule.rule)
        for method in (rule.methods or set()) & {"GET", "POST"}:
            fields = {"type": "expense", "amount": "1", "name": "x", "account_id": sam.account()}
            response = sam.get(path) if method == "GET" else sam.post(path, fields)
            if response.status_code == 303:
                response = sam.get(response.location)
            assert response.status_code == 404, f"{method} {path}"
            assert "Secret" not in response.text
            asked += 1
    assert asked >= 18
    assert "Secret" in words(mia.get("/transactions"))


def test_rows_cannot_be_put_into_somebody_elses_account(mia: Visitor, sam: Visitor) -> None:
    fields = {"type": "expense", "amount": "5", "account_id": mia.account()}
    response = sam.post("/transactions", fields)
    assert response.status_code == 422
    assert error_of(response, "account_id") == "There is no such one in this ledger."


@pytest.mark.parametrize("path", ["/transactions/0", "/transactions/99999999999999999999", "/x"])
def test_what_is_not_there_has_a_page_in_the_frame(mia: Visitor, path: str) -> None:
    response = mia.get(path)
    assert response.status_code == 404
    assert "Sign out" in words(response)
