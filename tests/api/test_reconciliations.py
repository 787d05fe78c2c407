"""Reconciling an account with its statements over the API."""

import datetime as dt

import pytest
from flask import Flask

from app.services import verification
from tests.factories.callers import Api, Body, expect, problem, refused
from tests.factories.queries import queries_of
from tests.factories.rows import many


@pytest.fixture
def books(api: Api) -> dict[str, Body]:
    """Four rows of an account that began with 100.00: the last one is after the statement."""
    path = f"/accounts/{api.person.account_id}"
    expect(200, api.patch(path, {"opening_balance": "100"}))
    wallet = api.add("/accounts", name="Wallet")["id"]
    transfer = {"type": "transfer", "amount": "20", "to_account_id": wallet}
    return {
        "bread": api.spend("3.50", date="2026-01-05", account_id=api.person.account_id),
        "wages": api.earn("50", date="2026-01-31", account_id=api.person.account_id),
        "cash": api.add("/transactions", transfer, date="2026-01-10",
                        account_id=api.person.account_id),
        "later": api.spend("1", date="2026-02-01", account_id=api.person.account_id),
    }  # fmt: skip


def _path(api: Api, rest: str = "reconciliations") -> str:
    return f"/accounts/{api.person.account_id}/{rest}"


def _states(api: Api, books: dict[str, Body]) -> dict[str, str]:
    return {name: api.read(f"/transactions/{row['id']}")["state"] for name, row in books.items()}


def _right(app: Flask) -> bool:
    with app.app_context():
        return verification.find_differences() == []


def test_rows_are_marked_and_the_cleared_balance_follows(api: Api, books: dict[str, Body]) -> None:
    ids = {name: row["id"] for name, row in books.items()}
    marks = {"cleared": [ids["bread"], ids["cash"]]}
    answer = expect(200, api.post(_path(api, "marks"), marks))
    assert (answer["balance"], answer["cleared_balance"]) == ("125.50", "76.50")
    answer = expect(200, api.post(_path(api, "marks"), {"open": [ids["bread"]]}))
    assert answer["cleared_balance"] == "80.00"
    row = api.read(f"/transactions/{ids['cash']}")
    assert (row["state"], row["to_state"]) == ("cleared", "open")
    wallet = f"/accounts/{row['to_account_id']}"
    expect(200, api.post(f"{wallet}/marks", {"cleared": [ids["cash"]]}))
    assert api.read(f"{wallet}/balance")["cleared_balance"] == "20.00"
    refused(api.post(f"{wallet}/marks", {"cleared": [ids["bread"]]}), "cleared")
    answer = expect(200, api.post(_path(api, "marks"), {"cleared_until": "2026-01-31"}))
    assert answer["cleared_balance"] == "126.50"
    assert _states(api, books)["later"] == "open"
    lines = api.rows(f"/transactions/{ids['bread']}/history")
    changes = [(one["before"]["state"], one["after"]["state"]) for one in lines[:-1]]
    assert changes == [("open", "cleared"), ("cleared", "open"), ("open", "cleared")]
    assert _right(api.app)


def test_what_agrees_is_settled_in_one_step(api: Api, books: dict[str, Body]) -> None:
    cleared = [books[name]["id"] for name in ("bread", "wages", "cash")]
    said = {"date": "2026-01-31", "balance": "126.5", "cleared": cleared}
    made = api.add(_path(api), said)
    assert (made["rows"], made["balance"], made["currency"]) == (3, "126.50", "EUR")
    assert api.read(_path(api))["items"] == [made]
    assert api.read(_path(api, f"reconciliations/{made['id']}")) == made
    settled = dict.fromkeys(("bread", "wages", "cash"), "reconciled")
    assert _states(api, books) == settled | {"later": "open"}
    assert api.read(_path(api, "balance"), date="2026-01-31")["cleared_balance"] == "126.50"
    line = api.rows(f"/ledgers/{api.person.ledger_id}/activity")[0]
    assert line["kind"] == "account.reconciled"
    assert line["details"]["balance"] == "126.50"
    assert _right(api.app)


def test_what_does_not_agree_is_not_settled_and_nothing_is_half_done(
    api: Api, books: dict[str, Body]
) -> None:
    said = {"date": "2026-01-31", "balance": "126.50", "cleared": [books["wages"]["id"]]}
    wrong = problem(409, api.post(_path(api), said))
    assert wrong["errors"]["balance"] == [
        "What is cleared comes to 150.00, the statement says 126.50: 23.50 too much."
    ]
    assert set(_states(api, books).values()) == {"open"}
    assert api.read(_path(api))["items"] == []
    made = api.add(_path(api), said, adjust=True)
    assert made["rows"] == 2
    row = next(one for one in api.rows() if one["description"] == "Balance adjustment")
    told = (row["type"], row["amount"], row["date"], row["state"])
    assert told == ("expense", "23.50", "2026-01-31", "reconciled")
    assert _right(api.app)


def test_the_latest_one_is_taken_back(api: Api, books: dict[str, Body]) -> None:
    first = api.add(_path(api), date="2026-01-05", balance="96.50", cleared=[books["bread"]["id"]])
    ids = [books[name]["id"] for name in ("wages", "cash")]
    second = api.add(_path(api), date="2026-01-31", balance="126.50", cleared=ids)
    paths = [_path(api, f"reconciliations/{made['id']}") for made in (first, second)]
    problem(409, api.delete(paths[0]))
    problem(412, api.delete(paths[1], headers={"If-Match": '"old"'}))
    assert api.delete(paths[1]).status_code == 204
    states = _states(api, books)
    assert (states["bread"], states["wages"], states["cash"]) == (
        "reconciled", "cleared", "cleared",
    )  # fmt: skip
    problem(404, api.delete(paths[1]))
    assert api.delete(paths[0]).status_code == 204
    assert _states(api, books)["bread"] == "cleared"
    assert _right(api.app)


def test_a_reconciled_row_asks_before_anything_changes_it(api: Api, books: dict[str, Body]) -> None:
    row_id = books["bread"]["id"]
    path = f"/transactions/{row_id}"
    expect(200, api.patch(path, {"notes": "first"}))
    made = api.add(_path(api), date="2026-01-05", balance="96.50", cleared=[row_id])
    history = api.rows(f"{path}/history")
    restore = {"activity_id": history[-1]["id"]}
    for answer in (
        api.patch(path, {"notes": "other"}),
        api.delete(path),
        api.post(f"{path}/restore", restore),
        api.post(_path(api, "marks"), {"open": [row_id]}),
    ):
        assert problem(409, answer)["code"] == "reconciled"
    meant = {"query_string": {"allow_reconciled": "true"}}
    restored = expect(200, api.post(f"{path}/restore", restore, **meant))
    assert (restored["state"], restored["notes"]) == ("open", "")
    expect(200, api.post(f"{path}/restore", {"activity_id": history[0]["id"]}))
    assert _states(api, books)["bread"] == "reconciled"
    # Deleted and brought back it counts again, unless what settled it is undone by then.
    assert api.delete(path, **meant).status_code == 204
    gone = {"activity_id": api.rows(f"{path}/history")[0]["id"]}
    assert expect(200, api.post(f"{path}/restore", gone))["state"] == "reconciled"
    assert api.delete(path, **meant).status_code == 204
    assert api.delete(_path(api, f"reconciliations/{made['id']}")).status_code == 204
    gone = {"activity_id": api.rows(f"{path}/history")[0]["id"]}
    assert expect(200, api.post(f"{path}/restore", gone))["state"] == "cleared"
    assert _right(api.app)


def test_a_row_that_moves_to_another_account_is_open_there(
    api: Api, books: dict[str, Body]
) -> None:
    row = books["cash"]
    path = f"/transactions/{row['id']}"
    expect(200, api.patch(path, {"state": "cleared", "to_state": "cleared"}))
    third = api.add("/accounts", name="Third")["id"]
    moved = expect(200, api.patch(path, {"to_account_id": third}))
    assert (moved["state"], moved["to_state"]) == ("cleared", "open")
    moved = expect(200, api.patch(path, {"account_id": row["to_account_id"]}))
    assert (moved["state"], moved["to_state"]) == ("open", "open")
    bread = books["bread"]["id"]
    expect(200, api.post(_path(api, "marks"), {"cleared": [bread]}))
    api.add("/bulk-changes", ids=[bread], set={"account_id": third})
    assert _states(api, books)["bread"] == "open"
    assert _right(api.app)


@pytest.mark.parametrize("is_undone", [True, False])
@pytest.mark.parametrize(
    "changed", [{"delete": True}, {"set": {"state": "open"}}, {"set": {"date": "2026-01-04"}}]
)
def test_what_a_step_takes_back_is_reconciled_as_long_as_a_statement_counts_on_it(
    api: Api, books: dict[str, Body], changed: Body, is_undone: bool
) -> None:
    row_id = books["bread"]["id"]
    made = api.add(_path(api), date="2026-01-05", balance="96.50", cleared=[row_id])
    change = api.add("/bulk-changes", ids=[row_id], allow_reconciled=True, **changed)
    assert change["rows"] == 1
    stays = "date" in changed.get("set", {})  # and is cleared by undoing that, so it is kept
    if is_undone:
        assert api.delete(_path(api, f"reconciliations/{made['id']}")).status_code == 204
    undone = expect(200, api.delete(f"/bulk-changes/{change['id']}"))
    assert undone["rows_kept"] == int(is_undone and stays)
    assert _states(api, books)["bread"] == ("cleared" if is_undone else "reconciled")
    assert _right(api.app)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"balance": "1"}, "date"),
        ({"date": "2026-01-31"}, "balance"),
        ({"date": "2026-01-31", "balance": "1.234"}, "balance"),
        ({"date": "2026-01-31", "balance": "NaN"}, "balance"),
        ({"date": "2150-01-01", "balance": "0"}, "date"),
        ({"date": "2026-01-31", "balance": "0", "cleared": [10**12]}, "cleared"),
        ({"date": "2026-01-31", "balance": "0", "rows": 5}, "rows"),
    ],
)
def test_what_no_reconciliation_can_be(api: Api, body: Body, field: str) -> None:
    refused(api.post(_path(api), body), field)


def test_statements_go_forward_and_archived_accounts_have_none(api: Api) -> None:
    api.add(_path(api), date="2026-01-31", balance="0")
    refused(api.post(_path(api), {"date": "2026-01-30", "balance": "0"}), "date")
    problem(409, api.patch(f"/accounts/{api.person.account_id}", {"currency": "USD"}))
    expect(200, api.patch(f"/accounts/{api.person.account_id}", {"archived": True}))
    refused(api.post(_path(api), {"date": "2026-02-28", "balance": "0"}), "account_id")


def test_sent_twice_with_its_key_it_is_done_once(api: Api) -> None:
    said = {"date": "2026-01-31", "balance": "0"}
    key = {"Idempotency-Key": "statement-1"}
    first = expect(201, api.post(_path(api), said, headers=key))
    assert expect(201, api.post(_path(api), said, headers=key)) == first
    assert api.read(_path(api))["total"] == 1


def test_another_persons_reconciliations_are_not_there(api: Api, other: Api) -> None:
    made = other.add(_path(other), date="2026-01-31", balance="0")
    theirs = api.spend("1")
    for account in (api.person.account_id, other.person.account_id):
        problem(404, api.get(f"/accounts/{account}/reconciliations/{made['id']}"))
        problem(404, api.delete(f"/accounts/{account}/reconciliations/{made['id']}"))
    problem(404, api.get(_path(other)))
    problem(404, api.post(_path(other), {"date": "2026-01-31", "balance": "0"}))
    problem(404, api.post(_path(other, "marks"), {"cleared": []}))
    refused(other.post(_path(other, "marks"), {"cleared": [theirs["id"]]}), "cleared")
    assert other.read(_path(other))["items"] == [made]


def test_a_whole_statement_costs_few_queries(api: Api) -> None:
    before = queries_of(api, _path(api))
    many(api.app, api.person, 1200, date=lambda number: dt.date(2025, 1, 1 + number % 28))
    marked = expect(200, api.post(_path(api, "marks"), {"cleared_until": "2025-01-31"}))
    made = api.add(_path(api), date="2025-01-31", balance=marked["cleared_balance"])
    assert made["rows"] == 1200
    assert queries_of(api, _path(api)) == before
    assert before <= 4
    assert _right(api.app)
