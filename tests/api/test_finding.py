"""Finding: every filter alone and with others, held against what a plain loop over the rows finds.

The same queries are asked on each database, in every order, by pages and by cursors.
"""

import datetime as dt
import itertools
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event

from app.models.base import db
from app.models.transactions import words_of
from tests.factories.callers import Api, Body, expect, refused
from tests.factories.rows import many

HOSTILE = (
    '"', "'", "''--", "*", "caf*", "AND", "OR NOT", "NEAR(", 'NEAR("caf" "bar", 2)', "a:b",
    "transaction_search:x", "^caf", "-caf", "(", ")", "{a b}", "&", "|", "!", "<->", ":*", "\\",
    "%", "_", "🍕", "🍕 pizza", "café", "CAFÉ", "cafe", "cafe\N{COMBINING ACUTE ACCENT}", "straße",
    "STRASSE", "ﬁsh", "一蘭", "一", "蘭", "ラーメン", "Привет", "şeker", "İstanbul", "x" * 200,
    "a " * 100, "w1 w2 w3", "0", "12", "\u200b", "\ue000", "\ue0001", "tagged", "half", "é",
)  # fmt: skip
TEXTS = (
    'Café "Blue Door"', "AND OR NOT NEAR(", "Straße nach Łódź", "ﬁsh & chips * 2", "🍕 pizza",
    "一蘭 ラーメン", "Привет мир", "İstanbul şeker", "a:b -c ^d", "100% _under_score",
    "w1 w2 w3 w4", "x" * 200,
)  # fmt: skip


class Books:
    """Rows of every kind, with what an honest loop knows of them."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.main = api.person.account_id
        self.purse = int(api.add("/accounts", name="Purse", type="cash", currency="EUR")["id"])
        self.food, self.groceries = api.starter("Food"), api.starter("Groceries")
        self.deep = api.category("Deep", parent_id=self.groceries)
        self.travel, self.salary = api.starter("Travel"), api.starter("Salary")
        self.below = {
            self.food: {self.food, self.groceries, self.deep, api.starter("Restaurants")},
            self.groceries: {self.groceries, self.deep},
            self.travel: {self.travel},
            self.salary: {self.salary},
        }
        self._fill()
        self.rows = api.rows(sort="date")

    def _fill(self) -> None:
        categories = (self.food, self.groceries, self.deep, self.travel, None)
        for number, text in enumerate(TEXTS * 2):
            self.api.spend(
                f"{1 + number % 5}.50", date=f"2026-0{1 + number % 4}-{1 + number % 3:02}",
                description=text, payee=("", "Café Zoë", "一蘭")[number % 3],
                notes=f"half {number}" if number % 2 else "", category_id=categories[number % 5],
                account_id=(self.main, self.purse)[number % 2],
                tags=["Tagged", "çok"] if number % 4 == 0 else [],
                state=("open", "cleared")[number % 2],
            )  # fmt: skip
        for number in range(6):
            lines = [
                {"category_id": self.food, "amount": "1"},
                {"category_id": (self.deep, self.food, self.travel)[number % 3], "amount": "2"},
                {"category_id": (self.travel, None)[number % 2], "amount": "3"},
            ]
            self.api.spend(
                ("6", "5")[number % 2], date=f"2026-02-0{1 + number % 3}",
                splits=lines[number % 2 :], account_id=self.main, description=f"split {number}",
            )  # fmt: skip
            self.api.add(
                "/transactions", type="transfer", amount="7.50", date=f"2026-0{1 + number % 4}-02",
                account_id=(self.main, self.purse)[number % 2],
                to_account_id=(self.purse, self.main)[number % 2], description="to the purse",
                to_state=("open", "cleared")[number % 2],
            )  # fmt: skip
            self.api.earn(
                "100", date=f"2026-01-0{1 + number % 3}", category_id=self.salary,
                account_id=self.main, description=f"pay {number}",
            )  # fmt: skip

    def expected(self, query: dict[str, Any]) -> list[int]:
        """Return the ids of what passes, oldest first."""
        tests = [self._test(name, value, query) for name, value in query.items()]
        return [row["id"] for row in self.rows if all(test(row) for test in tests)]

    def _test(self, name: str, value: Any, query: dict[str, Any]) -> Callable[[Body], bool]:
        within = {value} if query.get("category_only") else self.below.get(value, {value})
        tests: dict[str, Callable[[Body], bool]] = {
            "date_from": lambda row: row["date"] >= value,
            "date_to": lambda row: row["date"] <= value,
            "category_id": lambda row: bool(_categories(row) & within),
            "category_only": lambda _: True,
            "uncategorised": lambda row: row["type"] != "transfer" and None in _categories(row),
            "account_id": lambda row: value in {row["account_id"], row["to_account_id"]},
            "type": lambda row: row["type"] == value,
            "payee": lambda row: row["payee"] == value,
            "tag": lambda row: value.casefold() in {tag.casefold() for tag in row["tags"]},
            "state": lambda row: (
                row["state"] == value or (row["type"] == "transfer" and row["to_state"] == value)
            ),
            "amount_min": lambda row: Decimal(row["amount"]) >= Decimal(value),
            "amount_max": lambda row: Decimal(row["amount"]) <= Decimal(value),
            "q": lambda row: _has_words(row, value),
        }
        return tests[name]


def _categories(row: Body) -> set[int | None]:
    return {line["category_id"] for line in row["splits"]} or {row["category_id"]}


def _has_words(row: Body, text: str) -> bool:
    own = words_of(" ".join([row["description"], row["payee"], row["notes"], *row["tags"]]))
    looked_for = words_of(text)
    return bool(looked_for) and all(any(w.startswith(l) for w in own) for l in looked_for)  # noqa: E741


@pytest.fixture
def books(api: Api) -> Books:
    return Books(api)


def _queries(books: Books) -> Iterable[dict[str, Any]]:
    alone: list[dict[str, Any]] = [
        *({"category_id": one} for one in books.below),
        {"category_id": books.food, "category_only": "true"},
        {"uncategorised": "true"},
        *({"account_id": one} for one in (books.main, books.purse)),
        *({"type": one} for one in ("expense", "income", "transfer")),
        {"payee": "一蘭"}, {"tag": "tagged"}, {"tag": "ÇOK"}, {"state": "open"},
        {"state": "cleared"}, {"state": "reconciled"}, {"amount_min": "5.5"}, {"amount_max": "2.5"},
        {"date_from": "2026-02-02"}, {"date_to": "2026-02-01"}, {"date_from": "2026-02-01"},
        {"date_to": "2026-02-28"}, {"q": "half"}, {"q": "caf"},
    ]  # fmt: skip
    yield {}
    yield from alone
    for one, other in itertools.combinations(alone, 2):
        if not one.keys() & other.keys():
            yield one | other
    yield {
        "category_id": books.food,
        "account_id": books.main,
        "q": "split",
        "date_to": "2026-02-02",
    }


def _found(api: Api, query: dict[str, Any], **more: Any) -> list[int]:
    return [row["id"] for row in api.rows(**query, **more)]


def test_every_filter_with_every_other(books: Books) -> None:
    for query in _queries(books):
        page = books.api.read("/transactions", per_page=200, sort="date", **query)
        expected = books.expected(query)
        assert [row["id"] for row in page["items"]] == expected, query
        assert (page["total"], page["total_is_lower_bound"]) == (len(expected), False), query


def test_every_order_by_cursors_forth_and_back(books: Books) -> None:
    amounts = {row["id"]: Decimal(row["amount"]) for row in books.rows}
    places: list[dict[str, Any]] = [
        {"category_id": books.food}, {"account_id": books.main}, {"q": "caf"},
        {"category_id": books.food, "amount_min": "2"},
        {"account_id": books.purse, "date_from": "2026-02-01"},
    ]  # fmt: skip
    for query in places:
        oldest_first = books.expected(query)
        by_amount = sorted(oldest_first, key=lambda row_id: (amounts[row_id], row_id))
        for sort, expected in (("date", oldest_first), ("amount", by_amount)):
            assert _found(books.api, query, sort=sort, per_page=3) == expected
            assert _found(books.api, query, sort=f"-{sort}", per_page=3) == expected[::-1]
            assert _backwards(books.api, query, sort) == expected
            second = books.api.read("/transactions", **query, sort=sort, per_page=3, page=2)
            assert [row["id"] for row in second["items"]] == expected[3:6]


def _backwards(api: Api, query: dict[str, Any], sort: str) -> list[int]:
    """Return the ids of a whole list, read from its end."""
    page = api.read("/transactions", **query, sort=sort, per_page=3)
    while page["next"]:
        page = api.read(page["next"])
    ids = [row["id"] for row in page["items"]]
    while page["prev"]:
        page = api.read(page["prev"])
        ids = [row["id"] for row in page["items"]] + ids
    return ids


def test_words_are_found_as_they_are_meant(
    books: Books, other: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    other.spend("1", description=" ".join(HOSTILE)[:900], payee="Café", tags=["Tagged"])
    for limit in (10_000, 2):  # the second way is the one for words that many rows have
        for module in ("list_counts", "list_filters"):
            monkeypatch.setattr(f"app.services.{module}.COUNT_LIMIT", limit)
        for text in HOSTILE:
            expected = books.expected({"q": text})
            page = books.api.read("/transactions", q=text, sort="date", per_page=200)
            assert [row["id"] for row in page["items"]] == expected, text
            assert page["total"] == min(len(expected), limit), text
    assert books.expected({"q": "café"}), "the table finds something"
    for text in ("a\x00b", "x" * 201):
        refused(books.api.get("/transactions", query_string={"q": text}), "q")


def test_what_is_gone_or_changed_is_found_so(books: Books) -> None:
    place = {"account_id": books.main}
    row = books.api.spend("1", description="quince", tags=["marmalade"], **place)
    path = f"/transactions/{row['id']}"
    assert _found(books.api, {"q": "quince marm"}) == [row["id"]]
    expect(200, books.api.patch(path, {"tags": [], "notes": "jam"}))
    assert _found(books.api, {"q": "quince marm"}) == []
    assert _found(books.api, {"q": "jam quince"}) == [row["id"]]
    books.api.delete(path)
    assert _found(books.api, {"q": "quince"}) == []


def test_anothers_things_find_nothing(books: Books, other: Api) -> None:
    theirs = {"account_id": other.person.account_id, "category_id": other.starter("Food")}
    other.spend("1", category_id=theirs["category_id"])
    for name, value in theirs.items():
        for more in ({}, {"q": "caf"}, {"amount_min": "1"}):
            page = books.api.read("/transactions", **{name: value}, **more)
            assert (page["items"], page["total"]) == ([], 0)


def test_a_page_asks_as_much_in_a_large_ledger(books: Books) -> None:
    queries: list[dict[str, Any]] = [
        {"category_id": books.food},
        {"account_id": books.main},
        {"q": "caf"},
        {},
    ]
    few = [_statements(books.api, query) for query in queries]
    day = dt.date(2020, 2, 1)
    many(books.api.app, books.api.person, 300, date=lambda _: day)
    assert [_statements(books.api, query) for query in queries] == few
    assert max(few) <= 6, few


def _statements(api: Api, query: dict[str, Any]) -> int:
    with api.app.app_context():
        engine = db.engine
    number = itertools.count()
    listener = lambda *_: next(number)  # noqa: E731
    event.listen(engine, "before_cursor_execute", listener)
    try:
        api.read("/transactions", **query)
    finally:
        event.remove(engine, "before_cursor_execute", listener)
    return next(number)
