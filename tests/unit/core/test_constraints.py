"""Every constraint's breach is told the same way on both databases."""

import datetime as dt
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from app.core.errors import Conflict, Invalid, OutlayError
from app.core.money import MAX_SUM
from app.core.uow import unit_of_work
from app.models.accounts import Account
from app.models.categories import Category
from app.models.totals import MonthlyTotal
from app.models.transactions import Transaction
from app.models.users import User
from tests.factories.people import Person, person


@pytest.fixture
def someone(app: Flask, db_session: scoped_session[Session]) -> Person:
    return person(app)


def _breach(*rows: Any) -> OutlayError:
    with pytest.raises(OutlayError) as breach, unit_of_work() as work:  # noqa: PT012 - the block is what is tried
        for row in rows:
            work.session.add(row)
            work.session.flush()
    return breach.value


def _category(someone: Person, name: str = "Fun", **values: Any) -> Category:
    look = {"type": "expense", "color": "#000000", "icon": "tag"}
    return Category(ledger_id=someone.ledger_id, name=name, **{**look, **values})


def _row(someone: Person, **values: Any) -> Transaction:
    usual = {
        "ledger_id": someone.ledger_id,
        "account_id": someone.account_id,
        "kind": "expense",
        "date": dt.date(2026, 1, 2),
        "amount": 100,
        "currency": "EUR",
    }
    return Transaction(**{**usual, **values})


def test_an_address_that_is_taken(someone: Person) -> None:
    twin = User(email=someone.email, password_hash="x", currency="EUR")
    breach = _breach(twin)
    assert type(breach) is Conflict
    assert breach.errors == {"email": ["There is already an account with this address."]}


def test_two_accounts_of_one_name(someone: Person) -> None:
    twin = Account(ledger_id=someone.ledger_id, name="Main account", type="cash", currency="EUR")
    breach = _breach(twin)
    assert type(breach) is Conflict
    assert breach.errors == {"name": ["There is already an account with this name."]}


def test_two_top_categories_of_one_name(someone: Person) -> None:
    breach = _breach(_category(someone), _category(someone))
    assert type(breach) is Conflict
    assert set(breach.errors) == {"name"}


def test_two_siblings_of_one_name(someone: Person, db_session: scoped_session[Session]) -> None:
    parent = _category(someone, "Parent")
    with unit_of_work() as work:
        work.session.add(parent)
    children = [_category(someone, "Child", parent_id=parent.id) for _ in range(2)]
    breach = _breach(*children)
    assert type(breach) is Conflict
    assert set(breach.errors) == {"name"}


def test_a_balance_beyond_all_bounds(someone: Person) -> None:
    rich = Account(
        ledger_id=someone.ledger_id, name="Rich", type="cash", currency="EUR", balance=MAX_SUM + 1
    )
    breach = _breach(rich)
    assert type(breach) is Invalid
    assert breach.errors == {"amount": ["The account's balance would become too large."]}


def test_a_months_total_beyond_all_bounds(someone: Person) -> None:
    total = MonthlyTotal(
        ledger_id=someone.ledger_id, month=202601, account_id=someone.account_id,
        kind="expense", category_id=0, amount=MAX_SUM + 1, count=1,
    )  # fmt: skip
    breach = _breach(total)
    assert type(breach) is Invalid
    assert breach.errors == {"amount": ["The month's total would become too large."]}


@pytest.mark.parametrize("values", [{"amount": 0}, {"amount": -1}, {"kind": "gift"}])
def test_a_row_that_no_input_can_make(someone: Person, values: dict[str, Any]) -> None:
    assert type(_breach(_row(someone, **values))) is Conflict


def test_another_ledgers_account_cannot_be_attached(app: Flask, someone: Person) -> None:
    stranger = person(app)
    assert type(_breach(_row(someone, account_id=stranger.account_id))) is Conflict


def test_another_ledgers_category_cannot_be_attached(app: Flask, someone: Person) -> None:
    foreign = _category(person(app))
    with unit_of_work() as work:
        work.session.add(foreign)
    assert type(_breach(_row(someone, category_id=foreign.id))) is Conflict


def test_another_ledgers_parent_cannot_be_attached(app: Flask, someone: Person) -> None:
    foreign = _category(person(app))
    with unit_of_work() as work:
        work.session.add(foreign)
    assert type(_breach(_category(someone, "Child", parent_id=foreign.id))) is Conflict


def test_one_line_of_an_import_is_stored_once(someone: Person) -> None:
    twins = [_row(someone, fingerprint=b"0" * 16, occurrence=1) for _ in range(2)]
    assert type(_breach(*twins)) is Conflict
