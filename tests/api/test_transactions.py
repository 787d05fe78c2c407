"""Transactions and expenses over the API: create, show, change, delete."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update

from app.core import clock
from app.core.money import MAX_SUM
from app.core.uow import unit_of_work
from app.models.accounts import Account
from tests.factories.callers import Api, expect, problem, refused
from tests.factories.fixtures import Caller

ALL = {
    "type": "income",
    "date": "2026-02-28",
    "amount": "1234.50",
    "currency": "EUR",
    "description": "Müller & Söhne",
    "payee": "Bäckerei 😀",
    "notes": "two\nlines",
}


def test_a_row_is_shown_as_it_was_made(api: Api) -> None:
    category = api.starter("Salary")
    made = api.add("/transactions", ALL, category_id=category, account_id=api.person.account_id)
    assert made.pop("warnings") == []
    assert made == api.read(f"/transactions/{made['id']}")
    assert ALL.items() <= made.items()
    assert (made["category_id"], made["account_id"]) == (category, api.person.account_id)
    assert made["created_at"].endswith("Z")


def test_where_it_is_to_be_found(api: Api) -> None:
    response = api.post("/transactions", ALL)
    assert response.headers["Location"] == f"/api/transactions/{response.get_json()['id']}"
    expense = api.post("/expenses", {"amount": "1"})
    assert expense.headers["Location"] == f"/api/expenses/{expense.get_json()['id']}"


def test_an_amount_is_all_it_takes(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    api = caller(timezone="Pacific/Kiritimati")
    late = dt.datetime(2026, 3, 31, 12, 30, tzinfo=dt.UTC)
    monkeypatch.setattr(clock, "now", lambda: late)
    made = api.add("/transactions", type="expense", amount="5")
    assert made["date"] == "2026-04-01"
    assert (made["account_id"], made["currency"]) == (api.person.account_id, "EUR")
    assert (made["description"], made["payee"], made["notes"]) == ("", "", "")
    assert made["category_id"] is None


def test_an_expense_is_a_transaction_of_its_type(api: Api) -> None:
    expense = api.add("/expenses", amount="9.99")
    assert expense["type"] == "expense"
    assert api.read(f"/transactions/{expense['id']}")["amount"] == "9.99"
    income = api.earn("5")
    problem(404, api.get(f"/expenses/{income['id']}"))
    problem(404, api.patch(f"/expenses/{income['id']}", {"amount": "1"}))
    problem(404, api.delete(f"/expenses/{income['id']}"))
    assert [one["id"] for one in api.rows("/expenses")] == [expense["id"]]
    refused(api.post("/expenses", {"amount": "1", "type": "income"}), "type")


def test_expenses_stay_expenses_whatever_filter_is_given(api: Api) -> None:
    api.earn("5")
    assert api.rows("/expenses", type="income") == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount", "0.01"), ("date", "2000-02-29"), ("description", "new"), ("payee", "new"),
        ("notes", "new\nlines"), ("type", "income"), ("category_id", None),
    ],
)  # fmt: skip
def test_one_field_can_be_changed(api: Api, field: str, value: object) -> None:
    row = api.spend("5.00", date="2026-01-02", description="old", payee="old", notes="old")
    changed = expect(200, api.patch(f"/transactions/{row['id']}", {field: value}))
    untouched = row.keys() - {field, "updated_at", "warnings"}
    assert changed[field] == value
    assert {name: changed[name] for name in untouched} == {name: row[name] for name in untouched}


def test_nothing_to_change_changes_nothing(api: Api) -> None:
    row = api.spend("5.00", description="old")
    changed = expect(200, api.patch(f"/transactions/{row['id']}", {}))
    assert changed == row


def test_a_change_keeps_balances_and_months_right(api: Api) -> None:
    row = api.spend("5.00", date="2026-01-31")
    wallet = api.add("/accounts", name="Wallet", type="cash")["id"]
    change = {"type": "income", "amount": "7.25", "date": "2026-02-01", "account_id": wallet}
    expect(200, api.patch(f"/transactions/{row['id']}", change))
    assert (api.balance(), api.balance(wallet)) == ("0.00", "7.25")
    january = api.read("/reports/monthly", year=2026, month=1)["totals"]
    february = api.read("/reports/monthly", year=2026, month=2)["totals"]
    assert (january["spent"], january["count"]) == ("0.00", 0)
    assert (february["received"], february["count"]) == ("7.25", 1)


def test_putting_names_what_is_required(api: Api) -> None:
    row = api.spend("5.00")
    path = f"/transactions/{row['id']}"
    refused(api.put(path, {"description": "x"}), "type", "amount")
    assert expect(200, api.put(path, {"type": "expense", "amount": "6"}))["amount"] == "6.00"


def test_a_deleted_row_is_gone(api: Api) -> None:
    row = api.spend("5.00")
    path = f"/transactions/{row['id']}"
    answer = api.delete(path)
    assert (answer.status_code, answer.data) == (204, b"")
    for call in (api.get, api.delete):
        problem(404, call(path))
    problem(404, api.patch(path, {"amount": "1"}))
    assert api.rows() == []
    assert api.balance() == "0.00"


def test_with_several_accounts_one_has_to_be_named(api: Api) -> None:
    api.add("/accounts", name="Wallet")
    refused(api.post("/transactions", {"type": "expense", "amount": "1"}), "account_id")


def test_the_currency_is_the_accounts(api: Api) -> None:
    yen = api.add("/accounts", name="Tokyo", currency="JPY")["id"]
    body = {"type": "expense", "account_id": yen}
    assert api.add("/transactions", body, amount="500")["currency"] == "JPY"
    refused(api.post("/transactions", {**body, "amount": "0.5"}), "amount")
    refused(api.post("/transactions", {**body, "amount": "5", "currency": "EUR"}), "currency")


def test_a_row_does_not_move_between_currencies_by_itself(api: Api) -> None:
    yen = api.add("/accounts", name="Tokyo", currency="JPY")["id"]
    row = api.spend("5.00", account_id=api.person.account_id)
    path = f"/transactions/{row['id']}"
    refused(api.patch(path, {"account_id": yen}), "currency")
    moved = expect(200, api.patch(path, {"account_id": yen, "amount": "800"}))
    assert (moved["amount"], moved["currency"]) == ("800", "JPY")
    assert (api.balance(), api.balance(yen)) == ("0.00", "-800")


# Bad input


@pytest.mark.parametrize(
    "amount",
    [
        "NaN", "Infinity", "-Infinity", '"NaN"', '"Infinity"', "1e5", '"1e5"', "1E-2", "1e400",
        '"1e999999999"', '"1_000"', '"１２"', '"12,34"', '"1,234.00"', "12.345", '"12.345"',
        "-5", '"-5"', "-0.01", "0", '"0"', '"0.00"', '"-0"', "true", "false", "null", '""', '" "',
        "[]", "{}", "[5]", '"5 EUR"', '"€5"', '"0x10"', '"+5"', '".5"', '"5."', '"--5"', '"5\\n6"',
        "10000000000000.01", "99999999999999999999999", '"9999999999999999"', '"\\u0665"',
        '"5\\u0000"', '"\\ud800"',
    ],
)  # fmt: skip
def test_what_is_no_amount(api: Api, amount: str) -> None:
    response = api.post("/transactions", raw=f'{{"type": "expense", "amount": {amount}}}')
    assert response.status_code in {400, 422}
    body = problem(response.status_code, response)
    assert response.status_code == 400 or set(body["errors"]) == {"amount"}
    assert api.rows() == []


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("12.34", "12.34"), ("12", "12.00"), ("12.3", "12.30"), ("12.30", "12.30"), ('"12"',
        "12.00"),
        ('" 12.34 "', "12.34"), ("0.01", "0.01"), ("4.35", "4.35"), ("1.10", "1.10"),
        ("10000000000000", "10000000000000.00"), ("12.3400", "12.34"), ('"007"', "7.00"),
        ("9999999999999.99", "9999999999999.99"), ("0.29", "0.29"), ("2.675e0", None),
    ],
)  # fmt: skip
def test_what_is_an_amount(api: Api, amount: str, text: str | None) -> None:
    response = api.post("/transactions", raw=f'{{"type": "expense", "amount": {amount}}}')
    if text is None:
        assert response.status_code == 422
    else:
        assert expect(201, response)["amount"] == text
        assert api.balance() == f"-{text}"


@pytest.mark.parametrize(
    ("currency", "amount"), [("JPY", "0.5"), ("KWD", "1.2345"), ("EUR", "1.234")]
)
def test_no_more_decimals_than_the_currency_has(caller: Caller, currency: str, amount: str) -> None:
    body = {"type": "expense", "amount": amount}
    refused(caller(currency=currency).post("/transactions", body), "amount")


@pytest.mark.parametrize(
    "date",
    [
        "2026-02-29", "2026-13-01", "2026-00-10", "2026-1-2", "20260102", "02.01.2026",
        "01/02/2026",
        "2026-01-02T00:00:00", "", "today", "1899-12-31", "2201-01-01", "10000-01-01", "0000-00-00",
        "２０２６-01-02", "2026-01-02\n", " 2026-01-02", "2026-W01-1", "2026-001", 20260102, 0,
        None,
        True, [], {},
    ],
    ids=repr,
)  # fmt: skip
def test_what_is_no_date(api: Api, date: object) -> None:
    refused(api.post("/transactions", {"type": "expense", "amount": "1", "date": date}), "date")


NO_IDS: tuple[Any, ...] = (
    0,
    -1,
    2**31,
    2**63 - 1,
    2**63,
    2**64,
    10**30,
    1.5,
    "x",
    "",
    True,
    [],
    {},
    "１",
    "1e2",
)
NO_PATHS = (
    "0", "-1", str(2**31), str(2**63 - 1), str(2**63), str(2**64), "9" * 40, "x", "1.5", "%00",
    "１",
    "1e2", "null", "1 OR 1=1", "+1",
)  # fmt: skip


@pytest.mark.parametrize("field", ["account_id", "category_id"])
def test_what_is_no_id(api: Api, field: str) -> None:
    for value in NO_IDS:
        refused(api.post("/transactions", {"type": "expense", "amount": "1", field: value}), field)


def test_what_is_no_ledgers_id(api: Api) -> None:
    for value in map(str, NO_IDS):
        response = api.get("/transactions", query_string={"ledger_id": value})
        assert response.status_code in {404, 422}, value
        problem(response.status_code, response)


@pytest.mark.parametrize("path", ["transactions", "expenses", "accounts", "categories", "imports"])
def test_no_row_has_such_an_id(api: Api, path: str) -> None:
    for row_id in NO_PATHS:
        problem(404, api.get(f"/{path}/{row_id}"))
        problem(404, api.delete(f"/{path}/{row_id}"))


@pytest.mark.parametrize("field", ["description", "payee", "notes"])
@pytest.mark.parametrize(
    "text", ["a\x00b", "\ud800", "a\udfffb", "\x07", "\x1b[31m", 5, True, None, []], ids=repr
)
def test_what_is_no_text(api: Api, field: str, text: object) -> None:
    refused(api.post("/transactions", {"type": "expense", "amount": "1", field: text}), field)


@pytest.mark.parametrize(
    ("field", "longest"), [("description", 1000), ("payee", 1000), ("notes", 1000)]
)
def test_how_long_a_text_may_be(api: Api, field: str, longest: int) -> None:
    body = {"type": "expense", "amount": "1"}
    assert api.add("/transactions", body, **{field: "é" * longest})[field] == "é" * longest
    refused(api.post("/transactions", {**body, field: "é" * (longest + 1)}), field)


def test_one_line_is_one_line(api: Api) -> None:
    body = {"type": "expense", "amount": "1"}
    refused(api.post("/transactions", {**body, "description": "a\nb"}), "description")
    assert api.add("/transactions", body, notes="a\r\nb")["notes"] == "a\nb"


@pytest.mark.parametrize("type_", ["TRANSFER", "EXPENSE", "", None, 1, True, [], {}], ids=repr)
def test_what_is_no_type(api: Api, type_: object) -> None:
    refused(api.post("/transactions", {"type": type_, "amount": "1"}), "type")


@pytest.mark.parametrize(
    "key", ["amout", "id", "ledger_id", "version", "created_at", "a\x00", "\ud800", ""], ids=repr
)
def test_an_unknown_field_is_seen(api: Api, key: str) -> None:
    body = problem(422, api.post("/transactions", {"type": "expense", "amount": "1", key: 1}))
    assert len(body["errors"]) == 1
    assert api.rows() == []


def test_every_fault_is_named_at_once(api: Api) -> None:
    body = {"type": "gift", "amount": "x", "date": "y", "nonsense": 1, "account_id": "z"}
    refused(api.post("/transactions", body), *body)


def test_a_balance_has_bounds(api: Api) -> None:
    with api.app.app_context(), unit_of_work() as work:
        work.session.execute(update(Account).values(balance=MAX_SUM - 50))
    refused(api.post("/transactions", {"type": "income", "amount": "0.51"}), "amount")
    assert api.rows() == []
    api.earn("0.50")


# Somebody else's


def _attempts(api: Api, path: str) -> dict[str, Callable[[], Any]]:
    return {
        "get": lambda: api.get(path),
        "put": lambda: api.put(path, {"type": "expense", "amount": "1"}),
        "patch": lambda: api.patch(path, {"amount": "1"}),
        "delete": lambda: api.delete(path),
    }


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_another_persons_row_is_answered_like_a_missing_one(
    api: Api, other: Api, method: str
) -> None:
    theirs = other.spend("5.00")
    answers = []
    for row_id in (theirs["id"], 10**12):
        body = problem(404, _attempts(api, f"/transactions/{row_id}")[method]())
        answers.append({**body, "request_id": ""})
    assert answers[0] == answers[1]
    assert other.rows()[0]["amount"] == "5.00"


@pytest.mark.parametrize("field", ["account_id", "category_id"])
def test_another_persons_things_are_answered_like_missing_ones(
    api: Api, other: Api, field: str
) -> None:
    mine = api.spend("1")
    theirs = other.person.account_id if field == "account_id" else other.category("Theirs")
    body = {"type": "expense", "amount": "1"}
    said = [
        refused(response, field)["errors"]
        for value in (theirs, 10**12)
        for response in (
            api.post("/transactions", {**body, field: value}),
            api.patch(f"/transactions/{mine['id']}", {field: value}),
        )
    ]
    assert all(one == said[0] for one in said)


def test_another_persons_ledger_is_answered_like_a_missing_one(api: Api, other: Api) -> None:
    other.spend("5.00")
    for ledger_id in (other.person.ledger_id, 10**12):
        query = {"ledger_id": ledger_id}
        problem(404, api.get("/transactions", query_string=query))
        body = {"type": "expense", "amount": "1"}
        problem(404, api.post("/transactions", body, query_string=query))
        problem(404, api.get("/exports/transactions", query_string=query))
        problem(404, api.get("/reports/monthly", query_string={**query, "year": 2026, "month": 1}))
        problem(404, api.get("/imports", query_string=query))


def test_lists_hold_nothing_of_anybody_else(api: Api, other: Api) -> None:
    other.spend("5.00", description="secret")
    assert api.rows() == []
    assert api.rows(q="secret") == []
    assert api.rows(account_id=other.person.account_id) == []
    assert "secret" not in api.get("/exports/transactions").text
