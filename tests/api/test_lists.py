"""Lists: filters, search, order, pages, cursors, totals, and answers that have not changed."""

import datetime as dt
import json
from typing import Any

import pytest

from app.core.paging import Cursor
from tests.factories.callers import Api, Body, expect, problem, refused
from tests.factories.queries import queries_of
from tests.factories.rows import many

SORTS = ("-date", "date", "-amount", "amount")


@pytest.fixture
def books(api: Api) -> dict[str, Body]:
    """Seven rows in two accounts and three categories, by their description."""
    food, groceries = api.starter("Food"), api.starter("Groceries")
    rows: dict[str, Body] = {
        "rent": {"type": "expense", "amount": "900", "date": "2026-01-01", "payee": "Landlord"},
        "bread": {"type": "expense", "amount": "3.50", "date": "2026-01-31",
        "category_id": groceries},
        "dinner": {"type": "expense", "amount": "42.00", "date": "2026-02-01", "category_id": food},
        "salary": {"type": "income", "amount": "2500", "date": "2026-01-28", "payee": "Employer"},
        "ticket": {"type": "expense", "amount": "3.50", "date": "2026-02-14",
        "payee": "Straßenbahn"},
        "refund": {"type": "income", "amount": "12.34", "date": "2026-02-28",
        "notes": "Äpfel ZURÜCK"},
    }  # fmt: skip
    made = {name: api.add("/transactions", row, description=name) for name, row in rows.items()}
    wallet = api.add("/accounts", name="Wallet", type="cash", currency="JPY")["id"]
    made["ramen"] = api.spend(
        "950", date="2026-02-02", description="ramen", account_id=wallet, payee="一蘭"
    )
    return made


def _found(api: Api, **query: Any) -> set[str]:
    rows = api.rows(**query)
    assert api.read("/transactions", **query)["total"] == len(rows)
    return {row["description"] for row in rows}


def _all_but(books: dict[str, Body], *names: str) -> set[str]:
    return books.keys() - set(names)


# Filters


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"date_from": "2026-02-01"}, "dinner ticket refund ramen"),
        ({"date_from": "2026-02-02"}, "ticket refund ramen"),
        ({"date_to": "2026-01-31"}, "rent bread salary"),
        ({"date_to": "2026-01-30"}, "rent salary"),
        ({"date_from": "2026-01-28", "date_to": "2026-01-31"}, "bread salary"),
        ({"date_from": "2026-03-01"}, ""),
        ({"date_from": "2026-02-01", "date_to": "2026-01-01"}, ""),
        ({"type": "income"}, "salary refund"),
        ({"type": "expense", "date_to": "2026-01-31"}, "rent bread"),
        ({"payee": "Landlord"}, "rent"),
        ({"payee": "landlord"}, ""),
        ({"amount_min": "42"}, "rent dinner salary ramen"),
        ({"amount_max": "3.5"}, "bread ticket"),
        ({"amount_min": "3.50", "amount_max": "12.34"}, "bread ticket refund"),
        ({"amount_min": "12.345"}, "rent dinner salary ramen"),
        ({"amount_max": "12.345"}, "bread ticket refund"),
        ({"amount_min": "949.5", "amount_max": "950.5"}, "ramen"),
        ({"amount_min": "9999999999999999"}, ""),
        ({"amount_min": "-9999999999999999", "amount_max": "0.009"}, ""),
        ({"amount_min": "0.001"}, "rent bread dinner salary ticket refund ramen"),
        ({"q": "ticket"}, "ticket"),
        ({"q": "STRASSENBAHN"}, "ticket"),
        ({"q": "äpfel zurück"}, "refund"),
        ({"q": "zurück äpfel"}, "refund"),
        ({"q": "refund äpfel"}, "refund"),
        ({"q": "refund bread"}, ""),
        ({"q": "一蘭"}, "ramen"),
        ({"q": "%"}, ""),
        ({"q": "_"}, ""),
        ({"q": "\\"}, ""),
        ({"q": "'; DROP TABLE transactions; --"}, ""),
        ({"q": "  "}, "rent bread dinner salary ticket refund ramen"),
        ({"type": "expense", "date_from": "2026-02-01", "amount_max": "5", "q": "straß"}, "ticket"),
    ],
)  # fmt: skip
def test_what_a_filter_finds(
    api: Api, books: dict[str, Body], query: dict[str, str], names: str
) -> None:
    assert _found(api, **query) == set(names.split())


def test_a_category_includes_those_below_it(api: Api, books: dict[str, Body]) -> None:
    assert _found(api, category_id=api.starter("Food")) == {"bread", "dinner"}
    assert _found(api, category_id=api.starter("Groceries")) == {"bread"}
    assert _found(api, category_id=api.starter("Travel")) == set()
    assert _found(api, category_id=api.starter("Food"), date_from="2026-02-01") == {"dinner"}


def test_one_account(api: Api, books: dict[str, Body]) -> None:
    wallet = books["ramen"]["account_id"]
    assert _found(api, account_id=wallet) == {"ramen"}
    assert _found(api, account_id=api.person.account_id) == _all_but(books, "ramen")
    assert _found(api, account_id=wallet, q="rent") == set()


def test_filters_on_what_does_not_exist(api: Api, books: dict[str, Body]) -> None:
    for name in ("account_id", "category_id", "import_id"):
        assert _found(api, **{name: 10**12}) == set()


def test_expenses_take_the_same_filters(api: Api, books: dict[str, Body]) -> None:
    rows = api.rows("/expenses", date_from="2026-02-01", amount_max="100")
    assert {row["description"] for row in rows} == {"dinner", "ticket"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("date_from", "yesterday"), ("date_to", "2026-02-30"), ("category_id", "x"),
        ("account_id", str(2**63)), ("type", "gift"), ("amount_min", "1e5"), ("amount_max", "NaN"),
        ("q", "x" * 201), ("q", "a\x00b"), ("payee", "\x00"), ("sort", "payee"), ("sort", ""),
        ("page", "0"), ("page", "-1"), ("page", "x"), ("page", str(2**63)), ("per_page", "0"),
        ("per_page", "201"), ("per_page", "x"), ("cursor", "x"), ("cursor", "x" * 401),
        ("color", "red"), ("ledger", "1"), ("\x00", "1"),
    ],
)  # fmt: skip
def test_what_no_list_can_be_asked(api: Api, name: str, value: str) -> None:
    refused(api.get("/transactions", query_string={name: value}), name)


# Order and pages


@pytest.fixture
def long_list(api: Api) -> list[str]:
    """Sixty rows with many equal dates and amounts; returns their descriptions."""
    many(
        api.app, api.person, 60,
        amount=lambda number: 100 + number % 7,
        date=lambda number: dt.date(2026, 1, 1 + number % 9),
    )  # fmt: skip
    return [f"row {number}" for number in range(60)]


def _pages(api: Api, link: str, **query: Any) -> list[list[Body]]:
    """Return the items of every page, from one to the next by ``link``."""
    page = api.read("/transactions", **query)
    pages = [page["items"]]
    while page[link]:
        page = api.read(page[link])
        pages.append(page["items"])
    return pages


def _ids(rows: list[Body]) -> list[int]:
    return [row["id"] for row in rows]


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("per_page", [1, 7, 60])
def test_cursors_lead_through_the_whole_list(
    api: Api, long_list: list[str], sort: str, per_page: int
) -> None:
    whole = api.read("/transactions", per_page=200, sort=sort)["items"]
    pages = _pages(api, "next", per_page=per_page, sort=sort)
    assert all(len(items) == per_page for items in pages[:-1])
    assert _ids([row for items in pages for row in items]) == _ids(whole)


@pytest.mark.parametrize("sort", SORTS)
def test_cursors_lead_back_to_the_start(api: Api, long_list: list[str], sort: str) -> None:
    last = api.read("/transactions", per_page=7, page=9, sort=sort)
    assert last["next"] is None
    items = list(last["items"])
    while last["prev"]:
        last = api.read(last["prev"])
        items = last["items"] + items
    assert _ids(items) == _ids(api.read("/transactions", per_page=200, sort=sort)["items"])


def test_numbered_pages_hold_the_same(api: Api, long_list: list[str]) -> None:
    pages = [api.read("/transactions", per_page=7, page=number) for number in range(1, 11)]
    whole = api.read("/transactions", per_page=200)["items"]
    assert _ids([row for page in pages for row in page["items"]]) == _ids(whole)
    assert {(page["total"], page["pages"], page["per_page"]) for page in pages} == {(60, 9, 7)}
    assert [page["page"] for page in pages] == list(range(1, 11))
    assert pages[9]["items"] == []


def test_the_order_is_the_one_asked_for(api: Api, books: dict[str, Body]) -> None:
    def names(sort: str) -> list[str]:
        rows = api.rows(sort=sort, account_id=api.person.account_id)
        return [row["description"] for row in rows]

    by_date = ["rent", "salary", "bread", "dinner", "ticket", "refund"]
    by_amount = ["bread", "ticket", "refund", "dinner", "rent", "salary"]
    assert (names("date"), names("-date")) == (by_date, by_date[::-1])
    assert (names("amount"), names("-amount")) == (by_amount, by_amount[::-1])


def test_a_cursor_is_not_disturbed_by_new_rows(api: Api, long_list: list[str]) -> None:
    first = api.read("/transactions", per_page=20)
    api.spend("1", date="2026-11-20")
    following = _pages_from(api, first["next"])
    ids = _ids(first["items"] + following)
    assert len(ids) == len(set(ids)) == 60


def _pages_from(api: Api, link: str | None) -> list[Body]:
    items: list[Body] = []
    while link:
        page = api.read(link)
        items += page["items"]
        link = page["next"]
    return items


def test_links_keep_the_filters(api: Api, long_list: list[str]) -> None:
    found = api.rows(per_page=2, q="row 1", amount_min="1.01", sort="amount")
    assert {row["description"] for row in found} == {
        f"row {n}" for n in range(60) if str(n).startswith("1") and n % 7
    }


def test_an_empty_list(api: Api) -> None:
    assert api.read("/transactions") == {
        "items": [], "page": 1, "per_page": 50, "pages": 1, "total": 0,
        "total_is_lower_bound": False, "next": None, "prev": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    "cursor",
    [
        Cursor("-date", ()), Cursor("-date", ("2026-01-01",)), Cursor("-date", ("x", 1)),
        Cursor("-date", ("2026-01-01", "x")), Cursor("-date", (5, 5)), Cursor("payee", ("a", 1)),
        Cursor("-amount", ("x", 1)), Cursor("line", (1,)), Cursor("-date", ("2026-01-01", 1, 1)),
        Cursor("-amount", (2**63, 1)), Cursor("-amount", (1, 2**64)), Cursor("", ()),
        Cursor("-amount", (-(2**70), -(2**70))), Cursor("date", ("2026-01-01\x00", 1)),
    ],
    ids=repr,
)  # fmt: skip
def test_a_made_up_cursor_is_refused_or_harmless(api: Api, cursor: Cursor) -> None:
    response = api.get("/transactions", query_string={"cursor": cursor.encode()})
    if response.status_code != 200:
        refused(response, "cursor")


def test_another_lists_cursor_shows_nothing_of_it(api: Api, other: Api) -> None:
    many(api.app, other.person, 10)
    link = other.read("/transactions", per_page=3)["next"]
    assert api.read(link)["items"] == []


# Totals


@pytest.mark.parametrize(
    ("query", "total", "is_lower_bound"),
    [
        ({}, 10_050, False), ({"type": "expense"}, 10_050, False), ({"q": "row"}, 10_000, True),
        ({"amount_min": "1"}, 10_000, True), ({"date_from": "2024-01-01"}, 10_050, False),
        ({"date_from": "2024-01-02"}, 10_000, True), ({"q": "row 100"},
        sum(str(n).startswith("100") for n in range(10_050)), False),
        ({"date_to": "2024-01-31"}, 15 * 31, False),
    ],
    ids=json.dumps,
)  # fmt: skip
def test_totals_are_exact_or_say_that_they_are_not(
    big_list: Api, query: dict[str, str], total: int, is_lower_bound: bool
) -> None:
    page = big_list.read("/transactions", **query)
    assert (page["total"], page["total_is_lower_bound"]) == (total, is_lower_bound)


@pytest.fixture
def big_list(api: Api) -> Api:
    """Somebody with 10,050 rows."""
    many(api.app, api.person, 10_050)
    return api


# Nothing has changed


@pytest.mark.parametrize(
    "path",
    [
        "/transactions", "/expenses", "/accounts", "/categories", "/categories?tree=1",
        "/reports/monthly?year=2026&month=1", "/transactions?q=x",
    ],
)  # fmt: skip
def test_a_list_is_not_sent_again_until_something_changes(api: Api, path: str) -> None:
    first = api.get(path)
    tag = first.headers["ETag"]
    again = api.get(path, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == tag
    api.spend("1", date="2026-01-02")
    changed = api.get(path, headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != tag


def test_tags_of_different_questions_differ(api: Api, other: Api) -> None:
    paths = ("/transactions", "/transactions?page=2", "/transactions?type=income", "/expenses")
    tags = [one.get(path).headers["ETag"] for one in (api, other) for path in paths]
    assert len(set(tags)) == len(tags)


@pytest.mark.parametrize("path", ["transactions", "expenses", "accounts", "categories"])
def test_an_item_is_not_sent_again_until_it_changes(api: Api, path: str) -> None:
    item = f"/{path}/{_some(api, path)}"
    tag = api.get(item).headers["ETag"]
    assert not tag.startswith("W/")
    assert api.get(item, headers={"If-None-Match": tag}).status_code == 304
    assert api.get(item, headers={"If-None-Match": '"other"'}).status_code == 200
    field = "name" if path in {"accounts", "categories"} else "description"
    changed = api.patch(item, {field: "changed"})
    assert expect(200, changed)[field] == "changed"
    assert changed.headers["ETag"] == api.get(item).headers["ETag"] != tag


def _some(api: Api, path: str) -> int:
    if path == "accounts":
        return api.person.account_id
    return api.category("Fun") if path == "categories" else int(api.spend("1")["id"])


@pytest.mark.parametrize("path", ["transactions", "expenses"])
@pytest.mark.parametrize("method", ["patch", "put", "delete"])
def test_a_stale_change_is_refused(api: Api, path: str, method: str) -> None:
    row = api.spend("1.00")
    item = f"/{path}/{row['id']}"
    stale = api.get(item).headers["ETag"]
    expect(200, api.patch(item, {"amount": "2.00"}))
    body = {"amount": "3.00"} if path == "expenses" else {"type": "expense", "amount": "3.00"}
    calls: dict[str, Any] = {
        "patch": lambda tag: api.patch(item, body, headers={"If-Match": tag}),
        "put": lambda tag: api.put(item, body, headers={"If-Match": tag}),
        "delete": lambda tag: api.delete(item, headers={"If-Match": tag}),
    }
    problem(412, calls[method](stale))
    problem(412, calls[method]('"nonsense"'))
    assert api.read(item)["amount"] == "2.00"
    fresh = api.get(item).headers["ETag"]
    assert calls[method](fresh).status_code in {200, 204}


def test_any_version_will_do_for_a_star(api: Api) -> None:
    row = api.spend("1.00")
    path = f"/transactions/{row['id']}"
    expect(200, api.patch(path, {"amount": "2"}, headers={"If-Match": "*"}))


def test_of_several_tags_one_has_to_fit(api: Api) -> None:
    row = api.spend("1.00")
    path = f"/transactions/{row['id']}"
    tag = api.get(path).headers["ETag"]
    expect(200, api.patch(path, {"amount": "2"}, headers={"If-Match": f'"other", {tag}'}))


def test_a_new_item_carries_its_tag(api: Api) -> None:
    response = api.post("/transactions", {"type": "expense", "amount": "1"})
    location = response.headers["Location"]
    assert response.headers["ETag"] == api.get(location).headers["ETag"]


# What it costs


def test_a_page_costs_the_same_few_queries_however_long(api: Api) -> None:
    counted: list[int] = []
    for rows in (0, 1, 49, 400):
        many(api.app, api.person, rows) if rows else None
        counted.append(queries_of(api, "/transactions"))
    assert len(set(counted)) == 1
    assert counted[0] <= 3
