"""Two rows of two statements that are one transfer: found, joined, and taken apart again."""

from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.services import verification
from tests.factories.callers import Api, Body, expect, problem, refused
from tests.factories.fixtures import Work
from tests.factories.pictures import picture
from tests.factories.statements import simple

OUT = ("2026-02-03", "To savings", "-200.00")
IN = ("2026-02-05", "From current account", "200.00")
MATCHES = "/transfers/matches"
REFUSALS = f"{MATCHES}/refusals"


class Bank:
    """Two accounts whose statements arrive, and what becomes of them."""

    def __init__(self, api: Api, work: Work) -> None:
        self.api, self._work = api, work
        self.main = api.person.account_id
        self.savings = int(api.add("/accounts", name="Savings", type="savings")["id"])
        self.yen = int(api.add("/accounts", name="Yen", currency="JPY")["id"])

    def bring(self, account_id: int, *rows: tuple[str, str, str]) -> Body:
        """Have a statement read and stored; returns the import."""
        upload = self.api.upload(simple(*rows), account_id=account_id, commit="true")
        import_id = expect(202, upload)["id"]
        self._work()
        return self.api.read(f"/imports/{import_id}")

    def matches(self, **query: Any) -> list[tuple[int, int]]:
        """Return the offered pairs by their ids."""
        items = self.api.rows(MATCHES, **query)
        return [(one["expense"]["id"], one["income"]["id"]) for one in items]

    def pair(self) -> Body:
        """Return the only pair that is offered, as it is sent to join it."""
        (found,) = self.api.read(MATCHES)["items"]
        ids = {"expense_id": found["expense"]["id"], "income_id": found["income"]["id"]}
        return ids | {"version": found["version"]}

    def restore(self, path: str) -> TestResponse:
        """Bring back a row as it was before the newest line of its history."""
        newest = self.api.read(f"{path}/history")["items"][0]["id"]
        return self.api.post(f"{path}/restore", {"activity_id": newest})

    def balances(self) -> tuple[str, str]:
        return self.api.balance(self.main), self.api.balance(self.savings)


@pytest.fixture
def bank(api: Api, work: Work) -> Bank:
    return Bank(api, work)


def _differences(app: Flask) -> list[str]:
    with app.app_context():
        return [str(one) for one in verification.find_differences()]


def _told(row: Body) -> Body:
    """What a row says, without when it was changed and by whom."""
    return {name: row[name] for name in row if not name.startswith("updated_")}


# Finding


def test_two_rows_of_two_statements_are_offered_as_one_transfer(bank: Bank, other: Api) -> None:
    bank.bring(bank.main, OUT, ("2026-02-03", "Bread", "-3.50"))
    bank.bring(bank.savings, IN, ("2026-02-05", "Interest", "3.51"))
    (match,) = bank.api.read(MATCHES)["items"]
    told = (match["expense"]["description"], match["income"]["description"], match["days_apart"])
    assert told == ("To savings", "From current account", 2)
    assert match["ambiguous"] is False
    assert other.read(MATCHES)["items"] == []


def test_only_plain_rows_of_two_accounts_close_to_each_other_match(bank: Bank) -> None:
    bank.bring(bank.main, OUT, ("2026-02-03", "Shop", "-50.00"))
    main, savings = {"account_id": bank.main}, {"account_id": bank.savings}
    bank.api.earn("200", date="2026-02-03", **main)  # the same account
    bank.api.earn("200", date="2026-02-09", **savings)  # six days later
    bank.api.earn("200.01", date="2026-02-03", **savings)
    bank.api.earn("200", date="2026-02-03", splits=[{"amount": "150"}, {"amount": "50"}], **savings)
    bank.api.earn("20000", date="2026-02-03", account_id=bank.yen)  # the same number of yen
    shop = next(row for row in bank.api.rows() if row["description"] == "Shop")
    bank.api.earn("50", date="2026-02-04", refund_of_id=shop["id"], **savings)
    bank.api.earn("50", date="2026-02-04", **savings)  # the other one was refunded
    bank.api.spend("7", date="2026-02-03", **main)
    bank.api.earn("7", date="2026-02-03", **savings)  # neither came from a statement
    assert bank.matches() == []
    found = bank.api.earn("200", date="2026-01-29", **savings)  # five days before
    assert [pair[1] for pair in bank.matches()] == [found["id"]]


def test_where_several_rows_fit_each_is_a_choice(bank: Bank) -> None:
    bank.bring(bank.main, OUT)
    near = [bank.api.earn("200", date=f"2026-02-0{day}", account_id=bank.savings)["id"]
            for day in (7, 4, 5)]  # fmt: skip
    page = bank.api.read(MATCHES, per_page=2)
    assert [one["ambiguous"] for one in page["items"]] == [True, True]
    assert (page["total"], page["total_is_lower_bound"]) == (3, False)
    assert [pair[1] for pair in bank.matches(per_page=1)] == [near[0], near[2], near[1]]
    assert [one["income"]["id"] for one in bank.api.read(MATCHES, per_page=2, page=2)["items"]] == [
        near[1]
    ]


def test_a_window_of_rows_ends_before_a_pair(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.services.transfer_matches.WINDOW", 6)
    days = [f"2026-{month:02}-10" for month in range(1, 9)]
    bank.bring(bank.main, *((day, f"Out {day}", "-10.00") for day in days))
    bank.bring(bank.savings, *((day, f"In {day}", "10.00") for day in days))
    page = bank.api.read(MATCHES)
    assert page["total_is_lower_bound"]
    assert len(bank.matches(per_page=1)) == len(bank.matches()) == 8
    refused(bank.api.get(MATCHES, query_string={"cursor": "WyItZGF0ZSIsZmFsc2UsMV0"}), "cursor")


# Joining


def test_a_joined_pair_is_one_row_that_both_statements_know(bank: Bank) -> None:
    first = bank.bring(bank.main, OUT)
    second = bank.bring(bank.savings, IN)
    pair = bank.pair()
    out_path = f"/transactions/{pair['expense_id']}"
    in_path = f"/transactions/{pair['income_id']}"
    bank.api.attach(pair["expense_id"], picture("PNG", (8, 8)))
    brought = bank.api.attach(pair["income_id"], picture("PNG", (8, 9)))
    expect(200, bank.api.patch(out_path, {"tags": ["Saving"], "notes": "monthly"}))
    expect(200, bank.api.patch(in_path, {"tags": ["saving", "plan"], "notes": "interest 1 %"}))
    before = [bank.api.read(path) for path in (out_path, in_path)]
    problem(412, bank.api.post(MATCHES, pair))  # both were changed since they were offered
    row = bank.api.add(MATCHES, bank.pair())
    assert {name: row[name] for name in ("id", "type", "account_id", "to_account_id", "to_amount",
            "description", "tags", "notes", "state", "to_state", "category_id")} == {
        "id": pair["expense_id"], "type": "transfer", "account_id": bank.main,
        "to_account_id": bank.savings, "to_amount": "200.00", "description": "To savings",
        "tags": ["plan", "Saving"], "notes": "monthly\ninterest 1 %", "state": "cleared",
        "to_state": "cleared", "category_id": None,
    }  # fmt: skip
    assert len(bank.api.read(f"{out_path}/receipts")["items"]) == 2
    assert (bank.balances(), bank.api.read("/transactions")["total"]) == (("-200.00", "200.00"), 1)
    report = bank.api.read("/reports/monthly", year=2026, month=2)
    assert (report["totals"]["spent"], report["totals"]["received"]) == ("0.00", "0.00")
    assert _differences(bank.api.app) == []
    again = bank.api.add(MATCHES, {name: pair[name] for name in ("expense_id", "income_id")})
    assert (again["id"], bank.matches()) == (row["id"], [])
    for account_id, line in ((bank.main, OUT), (bank.savings, IN)):
        assert bank.bring(account_id, line)["rows_duplicate"] == 1
    problem(404, bank.api.get(in_path))
    problem(409, bank.restore(in_path))  # it is in the transfer
    problem(409, bank.api.patch(out_path, {"type": "expense"}))
    kinds = [one["kind"] for one in bank.api.read(f"{out_path}/history")["items"]]
    assert kinds == ["transaction.joined", "transaction.updated"]
    halves = expect(200, bank.api.post(f"/transfers/{row['id']}/take-apart"))
    assert [_told(halves[name]) for name in ("expense", "income")] == [_told(one) for one in before]
    assert [one["id"] for one in bank.api.read(f"{in_path}/receipts")["items"]] == [brought["id"]]
    assert bank.matches() == [(pair["expense_id"], pair["income_id"])]
    assert _differences(bank.api.app) == []
    assert first["rows_new"] == second["rows_new"] == 1
    problem(409, bank.api.post(f"/transfers/{row['id']}/take-apart"))


@pytest.mark.parametrize("side", [0, 1])
def test_undoing_an_import_takes_out_only_its_half(bank: Bank, side: int) -> None:
    imports = [bank.bring(bank.main, OUT), bank.bring(bank.savings, IN)]
    row = bank.api.add(MATCHES, bank.pair())
    expect(200, bank.api.delete(f"/imports/{imports[side]['id']}"))
    (left,) = bank.api.rows()
    told = [("expense", "To savings"), ("income", "From current account")][1 - side]
    assert (left["type"], left["description"]) == told
    assert bank.balances() == [("0.00", "200.00"), ("-200.00", "0.00")][side]
    assert _differences(bank.api.app) == []
    history = bank.api.read(f"/transactions/{left['id']}/history")["items"]
    assert history[0]["kind"] == "transaction.taken_apart"
    line, account_id = [(OUT, bank.main), (IN, bank.savings)][side]
    assert bank.bring(account_id, line)["rows_new"] == 1
    assert bank.pair()
    assert row["id"]


def test_a_transfer_that_was_changed_stays_when_an_import_is_undone(bank: Bank) -> None:
    bank.bring(bank.main, OUT)
    second = bank.bring(bank.savings, IN)
    row = bank.api.add(MATCHES, bank.pair())
    expect(200, bank.api.patch(f"/transactions/{row['id']}", {"notes": "mine"}))
    expect(200, bank.api.delete(f"/imports/{second['id']}"))
    assert [one["type"] for one in bank.api.rows()] == ["transfer"]
    undone = bank.api.delete(f"/imports/{second['id']}", query_string={"edited": "delete"})
    expect(200, undone)
    assert [one["type"] for one in bank.api.rows()] == ["expense"]
    assert _differences(bank.api.app) == []


def test_a_deleted_transfer_comes_back_with_both_its_halves(bank: Bank) -> None:
    bank.bring(bank.main, OUT)
    bank.bring(bank.savings, IN)
    row_id = bank.api.add(MATCHES, bank.pair())["id"]
    path = f"/transactions/{row_id}"
    assert bank.api.delete(path).status_code == 204
    expect(200, bank.restore(path))
    assert bank.bring(bank.savings, IN)["rows_duplicate"] == 1
    change = bank.api.add("/bulk-changes", ids=[row_id], delete=True)
    expect(200, bank.api.delete(f"/bulk-changes/{change['id']}"))
    assert bank.bring(bank.savings, IN)["rows_duplicate"] == 1
    assert bank.api.delete(path).status_code == 204
    assert bank.bring(bank.savings, IN)["rows_new"] == 1
    problem(409, bank.restore(path))  # its money would count twice
    assert _differences(bank.api.app) == []


def test_a_reconciled_half_is_joined_only_when_meant_and_stays_reconciled(bank: Bank) -> None:
    bank.bring(bank.main, OUT)
    bank.bring(bank.savings, IN)
    pair = {name: value for name, value in bank.pair().items() if name != "version"}
    settled = f"/accounts/{bank.savings}/reconciliations"
    made = bank.api.add(settled, date="2026-02-28", balance="200")
    problem(409, bank.api.post(MATCHES, pair))
    row = bank.api.add(MATCHES, pair, allow_reconciled=True)
    assert (row["state"], row["to_state"]) == ("cleared", "reconciled")
    path = f"/transfers/{row['id']}/take-apart"
    problem(409, bank.api.post(path))
    apart = expect(200, bank.api.post(f"{path}?allow_reconciled=true"))
    assert [apart[one]["state"] for one in ("expense", "income")] == ["cleared", "reconciled"]
    row = bank.api.add(MATCHES, pair, allow_reconciled=True)
    assert bank.api.delete(f"{settled}/{made['id']}").status_code in {200, 204}
    assert bank.api.read(f"/transactions/{row['id']}")["to_state"] == "cleared"
    assert _differences(bank.api.app) == []


def test_what_is_settled_of_a_moved_transfer_says_nothing_of_the_old_account(bank: Bank) -> None:
    bank.bring(bank.main, OUT)
    bank.bring(bank.savings, IN)
    row = bank.api.add(MATCHES, bank.pair())
    wallet = bank.api.add("/accounts", name="Wallet")["id"]
    pocket = bank.api.add("/accounts", name="Pocket")["id"]
    moved = {"account_id": wallet, "to_account_id": pocket}
    expect(200, bank.api.patch(f"/transactions/{row['id']}", moved))
    for account, balance in ((wallet, "-200"), (pocket, "200")):
        said = {"date": "2026-02-28", "balance": balance, "cleared": [row["id"]]}
        bank.api.add(f"/accounts/{account}/reconciliations", said)
    path = f"/transfers/{row['id']}/take-apart?allow_reconciled=true"
    apart = expect(200, bank.api.post(path))
    halves = [(half["account_id"], half["state"]) for half in apart.values()]
    assert halves == [(bank.main, "cleared"), (bank.savings, "cleared")]
    assert _differences(bank.api.app) == []


def test_rows_of_two_currencies_are_joined_by_hand_and_have_a_rate(bank: Bank) -> None:
    out = bank.api.spend("20", date="2026-02-03", account_id=bank.main)
    arrived = bank.api.earn("3250", date="2026-02-03", account_id=bank.yen)
    assert bank.matches() == []
    row = bank.api.add(MATCHES, expense_id=out["id"], income_id=arrived["id"])
    assert (row["to_amount"], row["to_currency"], row["rate"]) == ("3250", "JPY", "162.5")
    assert bank.api.rows()[0]["rate"] == "162.5"
    assert _differences(bank.api.app) == []


def test_what_is_no_pair_is_refused_by_field(bank: Bank, other: Api) -> None:
    bank.bring(bank.main, OUT)
    (out,) = bank.api.rows()
    arrived = bank.api.earn("199", date="2026-02-03", account_id=bank.savings)
    foreign = other.earn("200", date="2026-02-03")
    pairs = {
        (out["id"], arrived["id"]): ["income_id"],
        (arrived["id"], out["id"]): ["expense_id"],
        (out["id"], foreign["id"]): ["income_id"],
        (10**12, arrived["id"]): ["expense_id"],
    }
    for path in (MATCHES, REFUSALS):
        for (expense_id, income_id), fields in pairs.items():
            body = {"expense_id": expense_id, "income_id": income_id}
            refused(bank.api.post(path, body), *fields)
    refused(bank.api.post(MATCHES, {}), "expense_id", "income_id")
    problem(404, other.post(f"/transfers/{out['id']}/take-apart"))
    problem(409, bank.api.post(f"/transfers/{out['id']}/take-apart"))


def test_a_refused_pair_is_offered_again_only_when_that_is_taken_back(bank: Bank) -> None:
    bank.bring(bank.main, OUT)
    bank.bring(bank.savings, IN)
    pair = {name: value for name, value in bank.pair().items() if name != "version"}
    path = f"{REFUSALS}/{pair['expense_id']}/{pair['income_id']}"
    problem(404, bank.api.delete(path))
    assert bank.api.add(REFUSALS, pair) == bank.api.add(REFUSALS, pair) == pair
    assert bank.matches() == []
    assert [one["income"]["id"] for one in bank.api.read(REFUSALS)["items"]] == [pair["income_id"]]
    assert bank.api.delete(path).status_code == 204
    assert bank.matches() == [(pair["expense_id"], pair["income_id"])]
