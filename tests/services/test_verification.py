"""The books are right after anything that people do, and a wrong figure is found."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, text, update

from app.core.uow import unit_of_work
from app.models.accounts import Account
from app.models.reconciliations import ReconciledRow, Reconciliation
from app.models.splits import Split
from app.models.tags import TransactionTag
from app.models.totals import DailyTotal, MonthlyTotal
from app.models.transactions import Transaction
from app.services import verification
from tests.factories import statements
from tests.factories.callers import Api
from tests.factories.fixtures import Work


def _differences(app: Flask) -> list[str]:
    with app.app_context():
        return [str(one) for one in verification.find_differences()]


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
    settled = f"/accounts/{wallet}/reconciliations"
    ids = [row["id"] for row in api.rows(account_id=wallet)]
    api.add(settled, date="2026-02-03", balance="13", cleared=ids)
    api.add(settled, date="2026-02-28", balance="13")
    api.post(f"/accounts/{api.person.account_id}/marks", {"cleared_until": "2026-01-02"})
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


_STATE, _ROWS = "state of transaction", "rows of reconciliation"
_FIRST = Reconciliation.date == dt.date(2026, 2, 3)
_CLEARED = Transaction.state == "cleared"
RECONCILIATIONS: dict[str, tuple[Any, set[str]]] = {
    "a row that nothing settled": (
        update(Transaction).where(_CLEARED).values(state="reconciled"), {_STATE}
    ),
    "a row settled at another account": (
        update(Reconciliation).values(account_id=select(Account.id).limit(1).scalar_subquery()),
        {_STATE},
    ),
    "rows without what settled them": (delete(Reconciliation).where(_FIRST), {_STATE}),
    "a row that went out of a reconciliation": (
        delete(ReconciledRow).where(
            ReconciledRow.transaction_id == select(func.max(Transaction.id)).scalar_subquery()
        ),
        {_STATE, _ROWS},
    ),
    "a reconciliation of more rows": (
        update(Reconciliation).values(rows=Reconciliation.rows + 1), {_ROWS}
    ),
    "a reconciliation before an earlier one": (
        update(Reconciliation).where(_FIRST).values(date=dt.date(2027, 1, 1)),
        {"day of reconciliation"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", RECONCILIATIONS)
def test_what_is_settled_is_held_against_its_rows(books: Api, what: str) -> None:
    wrong, names = RECONCILIATIONS[what]
    with books.app.app_context(), unit_of_work() as work:
        work.session.execute(wrong.execution_options(synchronize_session=False))
    found = _differences(books.app)
    assert {name for name in names for one in found if one.startswith(name)} == names
    assert all(one.startswith(tuple(names)) for one in found), found


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
