"""Accounts over the API."""

import pytest

from tests.factories.callers import Api, Body, expect, problem, refused
from tests.factories.fixtures import Caller

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
