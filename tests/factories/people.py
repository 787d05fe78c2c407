"""People to test with: registered, signed in, and quick to make."""

import datetime as dt
from dataclasses import dataclass
from functools import cache
from itertools import count

from argon2 import PasswordHasher
from flask import Flask

from app.api.acting import KIND, tokens
from app.core.uow import unit_of_work
from app.models.users import Circumstances, User
from app.services import accounts, ledgers, sign_ins

PASSWORD = "correct horse battery staple"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Argon2id as it is, only not slow on purpose: half of the time of all tests went there."""

_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a personal ledger, one account in it, and a pair of good tokens."""

    id: int
    email: str
    ledger_id: int
    account_id: int
    access_token: str
    refresh_token: str


def person(app: Flask, *, currency: str = "EUR", timezone: str = "UTC") -> Person:
    """Register somebody whose password is PASSWORD and sign them in to the API."""
    email = f"person{next(_numbers)}@example.com"
    with app.app_context():
        with unit_of_work() as work:
            user = User(email=email, password_hash=_hash(), currency=currency, timezone=timezone)
            work.session.add(user)
            work.session.flush()
            ledger = ledgers.open_personal(user)
            opened = sign_ins.record(user, Circumstances(KIND, dt.timedelta(days=1)))
        pair = tokens(user, opened.token)
        account = accounts.find_only(ledger.id)
        return Person(
            user.id, email, ledger.id, account.id, pair["access_token"], pair["refresh_token"]
        )


@cache
def _hash() -> str:
    """The hash of PASSWORD; everybody's is the same here."""
    return QUICK.hash(PASSWORD)
