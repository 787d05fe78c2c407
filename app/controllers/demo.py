"""The demo account: for whoever wants to see Outlay with something in it."""

import secrets
from dataclasses import dataclass

from app.core import clock
from app.core.uow import unit_of_work
from app.models.ledgers import Ledger
from app.services import accounts, category_paths, demo, ledgers, transactions, users

YEARS = 3
SEED = 20260101
OPENING = {"Main account": 184050, "Savings": 640000}


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """How to sign in to the demo."""

    email: str
    password: str


def fill() -> DemoAccount:
    """Make the demo account with three years of rows up to today, or give it a new password."""
    account = DemoAccount(users.DEMO_EMAIL, secrets.token_urlsafe(9))
    password_hash = users.hash_password(account.password)
    with unit_of_work():
        user = users.find_by_email(account.email)
        if user is None:
            person = {"first_name": "Alex", "last_name": "Demo", "currency": "EUR"}
            user = users.record(email=account.email, password_hash=password_hash, **person)
            _fill(ledgers.open_personal(user), user.id)
        user.password_hash = password_hash
        # Nobody reads the mails to this address, so nobody is asked to prove it.
        user.email_verified_at = user.email_verified_at or clock.now()
    return account


def _fill(ledger: Ledger, user_id: int) -> None:
    everyday = accounts.find_only(ledger.id)
    savings = accounts.record(ledger.id, name="Savings", type="savings", currency="EUR")
    by_name = {account.name: account for account in (everyday, savings)}
    for name, minor in OPENING.items():
        accounts.amend(by_name[name], opening_balance=minor)
    category_ids = category_paths.ids_by_name(ledger.id)
    today = clock.today("UTC")
    first = today.replace(year=today.year - YEARS, day=1)
    for date, habit, minor in demo.entries(first, today, SEED):
        kind = "income" if minor > 0 else "expense"
        transactions.record(
            ledger.id,
            account_id=by_name[habit.account].id,
            currency=by_name[habit.account].currency,
            kind=kind,
            date=date,
            amount=abs(minor),
            description=habit.payee,
            payee=habit.payee,
            category_id=category_ids[kind, habit.category.casefold()],
            created_by_id=user_id,
        )
