"""Accounts over the API."""

import datetime as dt
import itertools

import pytest

from tests.factories.callers import Api, Body, expect, problem, refused
from tests.factories.fixtures import Caller
from tests.factories.queries import queries_of
from tests.factories.rows import FIRST_DAY, many

LONGEST = "x" * 100


def _open(api: Api, **details: object) -> Body:
    return api.add("/accounts", {"name": "Savings", **details})


def test_a_new_account_takes_the_ledgers_currency(caller: Caller) -> None:
    account = _open(caller(currency="CHF"))
    assert (account["currency"], account["type"], account["balance"]) == ("CHF", "checking", "0.00")


def test_an_account_is_shown_as_it_was_made(api: Api) -> None:
    made = _open(api, type="savings", currency="KWD", opening_balance="-1.234")
    shown = api.read(f"/accounts/{made['id']}")
    assert shown == made
    assert (shown["opening_balance"], shown["balance"]) == ("-1.234", "-1.234")


def test_where_it_is_to_be_found(api: Api) -> None:
    response = api.post("/accounts", {"name": "Savings"})
    assert response.headers["Location"] == f"/api/accounts/{response.get_json()['id']}"


def test_accounts_are_listed_by_name(api: Api) -> None:
    _open(api, name="Wallet")
    _open(api, name="Cash")
    assert [one["name"] for one in api.read("/accounts")["items"]] == [
        "Cash",
        "Main account",
        "Wallet",
    ]


def test_archived_accounts_are_listed_apart(api: Api) -> None:
    old = _open(api)
    expect(200, api.patch(f"/accounts/{old['id']}", {"archived": True}))
    used = api.read("/accounts", archived="false")["items"]
    unused = api.read("/accounts", archived="true")["items"]
    assert ([one["name"] for one in used], [one["name"] for one in unused]) == (
        ["Main account"], ["Savings"],
    )  # fmt: skip


def test_an_archived_account_takes_no_rows_until_it_is_back(api: Api) -> None:
    account = _open(api)
    expect(200, api.patch(f"/accounts/{account['id']}", {"archived": True}))
    body = {"type": "expense", "amount": "1", "account_id": account["id"]}
    refused(api.post("/transactions", body), "account_id")
    expect(200, api.patch(f"/accounts/{account['id']}", {"archived": False}))
    api.add("/transactions", body)


def test_a_new_opening_balance_moves_the_balance(api: Api) -> None:
    api.spend("10")
    path = f"/accounts/{api.person.account_id}"
    changed = expect(200, api.patch(path, {"opening_balance": "100.50"}))
    assert (changed["opening_balance"], changed["balance"]) == ("100.50", "90.50")
    assert api.balance() == "90.50"


def test_the_balance_follows_every_row(api: Api) -> None:
    api.earn("100")
    row = api.spend("30.01")
    assert api.balance() == "69.99"
    api.patch(f"/transactions/{row['id']}", {"amount": "0.01"})
    assert api.balance() == "99.99"
    api.delete(f"/transactions/{row['id']}")
    assert api.balance() == "100.00"


def test_an_account_with_rows_keeps_its_currency(api: Api) -> None:
    api.spend("1")
    path = f"/accounts/{api.person.account_id}"
    problem(409, api.patch(path, {"currency": "USD"}))
    assert api.read(path)["currency"] == "EUR"


def test_an_account_without_rows_can_change_it(api: Api) -> None:
    path = f"/accounts/{api.person.account_id}"
    assert expect(200, api.patch(path, {"currency": "USD"}))["currency"] == "USD"


def test_another_currency_does_not_reinterpret_an_opening_balance(api: Api) -> None:
    whole = _open(api, currency="EUR", opening_balance="12.00")
    changed = expect(200, api.patch(f"/accounts/{whole['id']}", {"currency": "JPY"}))
    assert (changed["opening_balance"], changed["balance"]) == ("12", "12")
    broken = _open(api, name="Cents", currency="EUR", opening_balance="12.34")
    refused(api.patch(f"/accounts/{broken['id']}", {"currency": "JPY"}), "opening_balance")


def test_putting_names_what_is_required(api: Api) -> None:
    path = f"/accounts/{api.person.account_id}"
    refused(api.put(path, {"type": "cash"}), "name")
    assert expect(200, api.put(path, {"name": "Wallet", "type": "cash"}))["type"] == "cash"


def test_names_are_unique_in_a_ledger(api: Api, other: Api) -> None:
    _open(api)
    taken = problem(409, api.post("/accounts", {"name": "Savings"}))
    assert set(taken["errors"]) == {"name"}
    problem(409, api.patch(f"/accounts/{api.person.account_id}", {"name": "Savings"}))
    _open(other)


def test_an_unused_account_can_be_deleted(api: Api) -> None:
    account = _open(api)
    assert api.delete(f"/accounts/{account['id']}").status_code == 204
    problem(404, api.get(f"/accounts/{account['id']}"))
    problem(404, api.delete(f"/accounts/{account['id']}"))


def test_an_account_in_use_cannot_be_deleted(api: Api) -> None:
    api.spend("1")
    problem(409, api.delete(f"/accounts/{api.person.account_id}"))
    assert api.balance() == "-1.00"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""), ("name", "   "), ("name", LONGEST + "x"), ("name", "a\x00b"), ("name", None),
        ("name", 7), ("type", "piggy bank"), ("type", None), ("currency", "EURO"),
        ("opening_balance", "1e3"), ("opening_balance", "12.345"), ("opening_balance", True),
        ("opening_balance", "NaN"), ("opening_balance", "99999999999999.99"),
        ("balance", "5.00"), ("id", 5), ("ledger_id", 5),
        ("opening_date", "2026-02-30"), ("opening_date", "2150-01-01"), ("opening_date", ""),
        ("group", "x" * 61), ("group", None), ("position", -1), ("position", "1"),
        ("position", 10**6 + 1),
    ],
)  # fmt: skip
def test_what_no_account_can_be(api: Api, field: str, value: object) -> None:
    refused(api.post("/accounts", {"name": "Savings", field: value}), field)


def test_the_longest_name(api: Api) -> None:
    assert _open(api, name=f" {LONGEST} ")["name"] == LONGEST


def test_another_persons_account_is_not_there(api: Api, other: Api) -> None:
    path = f"/accounts/{other.person.account_id}"
    before = other.read(path)
    for response in (
        api.get(path),
        api.get(f"{path}/balance"),
        api.patch(path, {"name": "Mine"}),
        api.put(path, {"name": "Mine"}),
        api.delete(path),
    ):
        problem(404, response)
    assert other.read(path) == before


def test_another_persons_ledger_is_not_there(api: Api, other: Api) -> None:
    query = {"ledger_id": other.person.ledger_id}
    problem(404, api.get("/accounts", query_string=query))
    problem(404, api.post("/accounts", {"name": "Savings"}, query_string=query))
    problem(404, api.get(f"/ledgers/{other.person.ledger_id}"))
    assert len(other.read("/accounts")["items"]) == 1


def test_the_own_ledger_may_be_named(api: Api) -> None:
    items = api.read("/accounts", ledger_id=api.person.ledger_id)["items"]
    assert [one["id"] for one in items] == [api.person.account_id]


def test_ledgers_say_what_one_may(api: Api) -> None:
    ledger = {
        "id": api.person.ledger_id, "name": "Personal", "kind": "personal", "currency": "EUR",
        "role": "owner", "archived": False,
    }  # fmt: skip
    listed = ledger | {"deleted_at": None, "kept_until": None}
    assert api.read("/ledgers") == {"items": [listed]}
    assert api.read(f"/ledgers/{api.person.ledger_id}") == ledger


def test_a_stale_change_is_refused(api: Api) -> None:
    path = f"/accounts/{api.person.account_id}"
    tag = api.get(path).headers["ETag"]
    expect(200, api.patch(path, {"name": "First"}, headers={"If-Match": tag}))
    problem(412, api.patch(path, {"name": "Second"}, headers={"If-Match": tag}))
    problem(412, api.delete(path, headers={"If-Match": tag}))
    assert api.read(path)["name"] == "First"


# Order, and the day of the opening balance


def test_accounts_are_listed_in_the_order_somebody_put_them_in(api: Api) -> None:
    _open(api, name="Wallet", position=2, group="Home")
    _open(api, name="Attic", position=2)
    expect(200, api.patch(f"/accounts/{api.person.account_id}", {"position": 3}))
    listed = [(one["name"], one["position"]) for one in api.read("/accounts")["items"]]
    assert listed == [("Attic", 2), ("Wallet", 2), ("Main account", 3)]
    assert _open(api, name="Newest")["position"] == 4


def test_an_opening_balance_counts_from_its_day_on(api: Api) -> None:
    account = _open(api, opening_balance="100", opening_date="2026-01-10")
    path = f"/accounts/{account['id']}"
    api.spend("1", account_id=account["id"], date="2026-01-05", state="cleared")
    api.spend("2", account_id=account["id"], date="2026-01-10")
    days = ("2026-01-04", "2026-01-05", "2026-01-09", "2026-01-10", "2200-12-31")
    found = [api.read(f"{path}/balance", date=day) for day in days]
    assert [one["balance"] for one in found] == ["0.00", "-1.00", "-1.00", "97.00", "97.00"]
    cleared = ["0.00", "-1.00", "-1.00", "99.00", "99.00"]
    assert [one["cleared_balance"] for one in found] == cleared
    now = api.read(f"{path}/balance")
    assert (now["date"], now["balance"], now["cleared_balance"]) == (None, "97.00", "99.00")
    changed = expect(200, api.patch(path, {"opening_date": None}))
    assert (changed["opening_date"], changed["balance"]) == (None, "97.00")
    assert api.read(f"{path}/balance", date="2026-01-04")["balance"] == "100.00"


def test_a_transfer_counts_on_both_sides_of_its_day(api: Api) -> None:
    other = _open(api, currency="USD")["id"]
    api.add("/transactions", type="transfer", amount="10", to_amount="11", date="2026-01-05",
            account_id=api.person.account_id, to_account_id=other, to_state="cleared")  # fmt: skip
    there = api.read(f"/accounts/{other}/balance", date="2026-01-05")
    assert (there["balance"], there["cleared_balance"]) == ("11.00", "11.00")
    here = api.read(f"/accounts/{api.person.account_id}/balance", date="2026-01-05")
    assert (here["balance"], here["cleared_balance"]) == ("-10.00", "0.00")


# Its history


def test_a_history_has_the_balance_at_the_end_of_each_interval(api: Api) -> None:
    path = f"/accounts/{api.person.account_id}"
    expect(200, api.patch(path, {"opening_balance": "50", "opening_date": "2026-02-01"}))
    api.spend("1", date="2025-12-31")
    api.spend("2", date="2026-01-31")
    api.earn("4", date="2026-02-01")
    found = api.read(f"{path}/history", date_from="2025-12-15", date_to="2026-02-14")
    assert found["labels"] == ["2025-12-31", "2026-01-31", "2026-02-14"]
    assert found["series"] == [{"name": "balance", "values": ["-1.00", "-3.00", "51.00"]}]
    span = {"date_from": "2026-01-30", "date_to": "2026-02-02"}
    weeks = api.read(f"{path}/history", interval="week", **span)
    assert weeks["labels"] == ["2026-02-01", "2026-02-02"]
    days = api.read(f"{path}/history", interval="day", **span)
    assert days["series"][0]["values"] == ["-1.00", "-3.00", "51.00", "51.00"]


def test_a_history_says_the_same_as_the_balance_of_each_day(api: Api) -> None:
    many(api.app, api.person, 60)
    path = f"/accounts/{api.person.account_id}"
    last = (FIRST_DAY + dt.timedelta(days=70)).isoformat()
    found = api.read(f"{path}/history", date_from="2023-12-25", date_to=last, interval="week")
    told = zip(found["labels"], found["series"][0]["values"], strict=True)
    for day, value in itertools.islice(told, 0, None, 3):
        assert api.read(f"{path}/balance", date=day)["balance"] == value
    assert found["series"][0]["values"][-1] == api.balance()


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"date_from": "2026-01-02", "date_to": "2026-01-01"}, "date_from"),
        ({"date_from": "2024-01-01", "date_to": "2026-01-01", "interval": "day"}, "interval"),
        ({"date_from": "1900-01-01", "date_to": "2200-12-31"}, "interval"),
        ({"interval": "hour"}, "interval"),
        ({"date_to": "2026-13-01"}, "date_to"),
    ],
)
def test_what_no_history_can_be(api: Api, query: dict[str, str], field: str) -> None:
    path = f"/accounts/{api.person.account_id}/history"
    refused(api.get(path, query_string=query), field)


def test_balances_cost_as_many_queries_however_many_rows(api: Api) -> None:
    path = f"/accounts/{api.person.account_id}"
    asked = (f"{path}/balance?date=2025-01-01", f"{path}/history", "/accounts")
    few = [queries_of(api, one) for one in asked]
    many(api.app, api.person, 300)
    _open(api, group="Home")
    assert [queries_of(api, one) for one in asked] == few
    assert max(few) <= 4
