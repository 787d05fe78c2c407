"""The month in figures, held against figures computed by hand."""

import pytest

from tests.factories.callers import Api, Body, refused


@pytest.fixture
def books(api: Api) -> Api:
    """Two months with categories below others, rows without one, and another currency."""
    food, groceries = api.starter("Food"), api.starter("Groceries")
    salary = api.starter("Salary")
    api.spend("10.10", date="2026-01-01", category_id=food)
    api.spend("20.20", date="2026-01-31", category_id=groceries)
    api.spend("0.03", date="2026-01-15")
    api.earn("1000", date="2026-01-28", category_id=salary)
    api.spend("5", date="2025-12-31", category_id=groceries)
    api.spend("7.77", date="2025-12-01", category_id=api.starter("Travel"))
    api.earn("1", date="2026-02-01")
    yen = api.add("/accounts", name="Tokyo", currency="JPY")["id"]
    api.spend("950", date="2026-01-10", account_id=yen, category_id=food)
    return api


def _month(api: Api, year: int, month: int, **query: int) -> Body:
    return api.read("/reports/monthly", year=year, month=month, **query)


def _line(report: Body, name: str) -> Body:
    return next(line for line in report["categories"] if line["name"] == name)


def test_totals_of_a_month_and_of_the_one_before(books: Api) -> None:
    report = _month(books, 2026, 1)
    assert (report["year"], report["month"], report["currency"]) == (2026, 1, "EUR")
    assert report["totals"] == {
        "spent": "30.33", "received": "1000.00", "left": "969.67", "count": 4,
    }  # fmt: skip
    assert report["previous"] == {
        "spent": "12.77", "received": "0.00", "left": "-12.77", "count": 2,
    }  # fmt: skip


def test_categories_include_those_below_them(books: Api) -> None:
    food = _line(_month(books, 2026, 1), "Food")
    assert (food["amount"], food["previous"], food["count"]) == ("30.30", "5.00", 2)
    (groceries,) = food["children"]
    assert (groceries["name"], groceries["amount"]) == ("Groceries", "20.20")


def test_categories_can_be_looked_at_by_themselves(books: Api) -> None:
    report = _month(books, 2026, 1, category_only=1)
    found = {one["name"]: (one["amount"], one["children"]) for one in report["categories"]}
    assert (found["Food"], found["Groceries"]) == (("10.10", []), ("20.20", []))
    assert (found["Travel"], found["Salary"]) == (("0.00", []), ("1000.00", []))


def test_rows_without_a_category_have_a_line_of_their_own(books: Api) -> None:
    line = _line(_month(books, 2026, 1), "No category")
    assert (line["category_id"], line["amount"], line["count"]) == (None, "0.03", 1)


def test_what_was_only_in_the_month_before_is_still_listed(books: Api) -> None:
    travel = _line(_month(books, 2026, 1), "Travel")
    assert (travel["amount"], travel["previous"], travel["count"]) == ("0.00", "7.77", 0)


def test_lines_add_up_to_the_totals(books: Api) -> None:
    report = _month(books, 2026, 1)
    spent = sum(
        round(float(line["amount"]) * 100)
        for line in report["categories"] if line["type"] == "expense"
    )  # fmt: skip
    assert spent == 3033


def test_a_chart_of_what_was_spent(books: Api) -> None:
    report = _month(books, 2026, 1)
    assert report["labels"] == ["Food", "No category", "Travel"]
    assert report["series"] == [
        {"name": "this", "values": ["30.30", "0.03", "0.00"]},
        {"name": "previous", "values": ["5.00", "0.00", "7.77"]},
    ]


def test_another_currency_stands_beside_it(books: Api) -> None:
    (yen,) = _month(books, 2026, 1)["others"]
    assert (yen["currency"], yen["totals"]["spent"], yen["totals"]["count"]) == ("JPY", "950", 1)
    assert _line(yen, "Food")["amount"] == "950"


def test_january_comes_after_december(books: Api) -> None:
    assert _month(books, 2025, 12)["totals"]["spent"] == "12.77"
    assert _month(books, 2026, 2)["previous"]["spent"] == "30.33"


def test_an_empty_month(api: Api) -> None:
    report = _month(api, 1999, 1)
    assert report["totals"] == {"spent": "0.00", "received": "0.00", "left": "0.00", "count": 0}
    assert (report["categories"], report["labels"], report["others"]) == ([], [], [])


def test_it_follows_every_change(books: Api) -> None:
    row = books.spend("1.00", date="2026-03-31", account_id=books.person.account_id)
    books.patch(f"/transactions/{row['id']}", {"amount": "2.50", "date": "2026-04-01"})
    assert _month(books, 2026, 3)["totals"]["count"] == 0
    assert _month(books, 2026, 4)["totals"]["spent"] == "2.50"
    books.delete(f"/transactions/{row['id']}")
    assert _month(books, 2026, 4)["totals"] == {
        "spent": "0.00", "received": "0.00", "left": "0.00", "count": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"month": 1}, "year"), ({"year": 2026}, "month"), ({"year": 2026, "month": 0}, "month"),
        ({"year": 2026, "month": 13}, "month"), ({"year": 1899, "month": 1}, "year"),
        ({"year": 2201, "month": 1}, "year"), ({"year": "x", "month": 1}, "year"),
        ({"year": 2**64, "month": 1}, "year"), ({"year": 2026, "month": "1.5"}, "month"),
        ({"year": 2026, "month": 1, "day": 1}, "day"),
        ({"year": 2026, "month": 1, "ledger_id": "x"}, "ledger_id"),
    ],
)  # fmt: skip
def test_what_is_no_month(api: Api, query: Body, field: str) -> None:
    refused(api.get("/reports/monthly", query_string=query), field)


def test_another_persons_rows_do_not_count(books: Api, other: Api) -> None:
    assert _month(other, 2026, 1)["totals"]["count"] == 0
