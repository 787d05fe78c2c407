"""The books are right after anything that people do, and a wrong figure is found."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, text, update

from app.core.uow import unit_of_work
from app.models.accounts import Account
from app.models.splits import Split
from app.models.tags import TransactionTag
from app.models.totals import DailyTotal, MonthlyTotal
from app.models.transactions import Transaction
from app.services import verification
from tests.factories import statements
from tests.factories.callers import Api
from tests.factories.fixtures import Caller, Work

amounts = st.integers(1, 10**9).map(statements.point)
dates = st.dates(dt.date(2025, 12, 1), dt.date(2026, 2, 28)).map(dt.date.isoformat)
kinds = st.sampled_from(["expense", "income"])
picks = st.integers(0, 100)

creating = st.tuples(st.just("create"), kinds, amounts, dates, picks)
editing = st.tuples(st.just("edit"), kinds, amounts, dates, picks)
deleting = st.tuples(st.just("delete"), picks)
importing = st.tuples(st.just("import"), st.integers(1, 3), st.integers(1, 12))
undoing = st.tuples(st.just("undo"), picks, st.sampled_from(["keep", "delete"]))
steps = st.lists(creating | editing | deleting | importing | undoing, min_size=3, max_size=12)


class Books:
    """Somebody's books with two accounts, on which random steps are taken."""

    def __init__(self, api: Api, work: Work) -> None:
        self.api, self.work = api, work
        first = api.person.account_id
        self.accounts = [first, api.add("/accounts", name="Wallet", opening_balance="-5.55")["id"]]
        trees = {kind: api.starter(name) for kind, name in _CATEGORIES.items()}
        self.categories: dict[str, list[int | None]] = {
            kind: [None, category] for kind, category in trees.items()
        }
        self.imports: list[int] = []

    def take(self, name: str, *arguments: Any) -> None:
        """Take one step."""
        getattr(self, f"_{name}")(*arguments)

    def _values(self, kind: str, amount: str, date: str, pick: int) -> dict[str, Any]:
        return {
            "type": kind, "amount": amount, "date": date,
            "account_id": self.accounts[pick % 2],
            "category_id": self.categories[kind][pick // 2 % 2],
        }  # fmt: skip

    def _create(self, kind: str, amount: str, date: str, pick: int) -> None:
        self.api.add("/transactions", self._values(kind, amount, date, pick))

    def _some_row(self, pick: int) -> str | None:
        rows = self.api.rows(sort="date")
        return f"/transactions/{rows[pick % len(rows)]['id']}" if rows else None

    def _edit(self, kind: str, amount: str, date: str, pick: int) -> None:
        if path := self._some_row(pick):
            response = self.api.patch(path, self._values(kind, amount, date, pick))
            assert response.status_code == 200

    def _delete(self, pick: int) -> None:
        if path := self._some_row(pick):
            assert self.api.delete(path).status_code == 204

    def _import(self, seed: int, rows: int) -> None:
        entries = statements.entries(rows, seed=seed, start=dt.date(2025, 12, 1))
        upload = self.api.upload(
            statements.n26(entries), account_id=self.accounts[seed % 2], commit="true"
        )
        self.imports.append(upload.get_json()["id"])
        self.work()

    def _undo(self, pick: int, edited: str) -> None:
        if self.imports:
            path = f"/imports/{self.imports[pick % len(self.imports)]}"
            assert self.api.delete(path, query_string={"edited": edited}).status_code == 200


_CATEGORIES = {"expense": "Groceries", "income": "Salary"}


def _differences(app: Flask) -> list[str]:
    with app.app_context():
        return [str(one) for one in verification.find_differences()]


def _figures(rows: list[dict[str, Any]], account_id: int) -> int:
    minor = (
        int(row["amount"].replace(".", "")) * (1 if row["type"] == "income" else -1)
        for row in rows if row["account_id"] == account_id
    )  # fmt: skip
    return sum(minor)


@settings(
    max_examples=10, derandomize=True, deadline=None, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(taken=steps)
def test_whatever_is_done_the_books_are_right(
    app: Flask, caller: Caller, work: Work, taken: list[tuple[Any, ...]]
) -> None:
    books = Books(caller(), work)
    for name, *arguments in taken:
        books.take(name, *arguments)
    assert _differences(app) == []
    rows = books.api.rows()
    for account_id, opening in zip(books.accounts, (0, -555), strict=True):
        expected = statements.point(opening + _figures(rows, account_id))
        assert books.api.balance(account_id) == expected
    assert books.api.read("/transactions")["total"] == len(rows)


# A wrong figure


@pytest.fixture
def books(api: Api) -> Api:
    """Three rows in right books."""
    api.spend("10.00", date="2026-01-02", category_id=api.starter("Groceries"))
    api.spend("0.01", date="2026-01-03")
    api.earn("500", date="2026-02-01")
    wallet = api.add("/accounts", name="Wallet")["id"]
    api.add("/transactions", type="transfer", amount="20", date="2026-02-02",
            account_id=api.person.account_id, to_account_id=wallet)  # fmt: skip
    lines = [{"amount": "3", "category_id": api.starter("Groceries")}, {"amount": "4"}]
    api.spend("7", date="2026-02-03", account_id=wallet, splits=lines, tags=["home"])
    assert _differences(api.app) == []
    return api


CORRUPTIONS: dict[str, Any] = {
    "a balance": update(Account).values(balance=Account.balance + 1),
    "an opening balance": update(Account).values(opening_balance=7),
    "a month's sum": update(MonthlyTotal).values(amount=MonthlyTotal.amount + 1),
    "a month's count": update(MonthlyTotal).values(count=MonthlyTotal.count + 1),
    "a month that is gone": delete(MonthlyTotal).where(MonthlyTotal.month == 202602),
    "a month too many": update(MonthlyTotal).values(month=MonthlyTotal.month + 100),
    "a row's amount": update(Transaction).values(amount=Transaction.amount + 1),
    "a row's date": update(Transaction).values(date=dt.date(2020, 1, 1)),
    "a row's kind": update(Transaction).where(Transaction.amount == 1).values(kind="income"),
    "a row's currency": update(Transaction).values(currency="JPY"),
    "a day's sum": update(DailyTotal).values(change=DailyTotal.change + 1),
    "what of a day is cleared": update(DailyTotal).values(cleared=DailyTotal.cleared + 1),
    "a day too many": update(DailyTotal)
    .where(DailyTotal.change == 50000)
    .values(date=dt.date(2020, 1, 1)),
    "a row's state": update(Transaction).values(state="cleared"),
    "a row without its lines": delete(Split),
    "a line's amount": update(Split).values(amount=Split.amount + 1),
    "a line's date": update(Split).values(date=dt.date(2020, 1, 1)),
    "what arrived": update(Transaction).where(Transaction.to_amount > 0).values(to_amount=1),
    "a tag that is gone": delete(TransactionTag),
    "a row that says it is split": update(Transaction).values(is_split=True, category_id=None),
    "a row's words": update(Transaction).values(search_text="others"),
    "a row that is gone": delete(Transaction).where(Transaction.amount == 1),
}


@pytest.mark.parametrize("what", CORRUPTIONS)
def test_what_is_wrong_is_found(books: Api, what: str) -> None:
    with books.app.app_context(), unit_of_work() as work:
        work.session.execute(CORRUPTIONS[what].execution_options(synchronize_session=False))
    assert _differences(books.app) != []


def _run(app: Flask, *command: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=list(command))
    return result.exit_code, result.output


def test_the_command_says_that_the_books_are_right(books: Api) -> None:
    code, said = _run(books.app, "ledger", "verify")
    assert code == 0, said


def test_the_command_names_what_is_wrong(books: Api) -> None:
    with books.app.app_context(), unit_of_work() as work:
        work.session.execute(text("UPDATE accounts SET balance = balance + 1"))
    code, said = _run(books.app, "ledger", "verify")
    assert code == 1
    assert f"account {books.person.account_id}" in said


@pytest.mark.parametrize("step", ["undo", "delete"])
def test_right_after_everything_is_gone(api: Api, work: Work, step: str, app: Flask) -> None:
    entries: list[statements.Entry] = statements.entries(20)
    import_id = api.upload(statements.n26(entries), commit="true").get_json()["id"]
    work()
    steps: dict[str, Callable[[], Any]] = {
        "undo": lambda: api.delete(f"/imports/{import_id}"),
        "delete": lambda: [api.delete(f"/transactions/{row['id']}") for row in api.rows()],
    }
    steps[step]()
    assert (_differences(app), api.rows(), api.balance()) == ([], [], "0.00")
