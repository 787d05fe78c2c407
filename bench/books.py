"""Somebody with many rows: registered as everybody is, and filled in bulk."""

import datetime as dt
import random
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from flask import Flask
from sqlalchemy import Table, delete, select, text

from app.api.acting import KIND, tokens
from app.controllers import auth
from app.core import clock
from app.core.bulk import insert_rows
from app.core.paging import Cursor
from app.core.uow import unit_of_work
from app.models.base import session
from app.models.ledgers import LedgerKey
from app.models.transactions import Transaction, searchable
from app.models.users import Circumstances
from app.services import accounts, categories, totals

BATCH = 25_000
FIRST, DAYS = dt.date(2016, 1, 1), 3653
"""Ten years, the last of which is 2025."""

MONTH = (2025, 6)
"""The month whose report is asked for."""

WORD, HITS = "passport", 200
"""A word that so many rows have, however many rows there are."""

TREE = "Food"
"""The category whose list is asked for, with those below it."""

AS_OF = dt.date(2021, 3, 17)
"""The day whose balance is asked for."""

COLUMNS = (
    "ledger_id", "account_id", "category_id", "kind", "date", "amount", "currency", "description",
    "payee", "notes", "search_text", "created_by_id", "fingerprint", "occurrence", "version",
    "created_at", "updated_at",
)  # fmt: skip
_TABLE: Table = Transaction.__table__  # type: ignore[assignment]
_PLACES = ("Hamburg", "Köln", "Lyon", "Kraków", "Genève", "Porto", "Aarhus", "Bologna")


@dataclass(frozen=True, slots=True)
class Owner:
    """A person with their ledger and account, the secret of their sign-in, and an API token.

    ``category_id`` is that of :data:`TREE`.
    """

    user_id: int
    ledger_id: int
    account_id: int
    category_id: int
    secret: str
    access_token: str


def register(app: Flask, name: str) -> Owner:
    """Register somebody and sign them in to the API."""
    password = secrets.token_urlsafe()
    email = f"{name}@example.org"
    with app.app_context():
        auth.register(mode="open", email=email, password=password, currency="EUR")
        here = Circumstances(KIND, lifetime=dt.timedelta(days=1))
        user, _, secret = auth.sign_in(here, email=email, password=password)
        actor = auth.find_actor(secret, KIND, idle=dt.timedelta(days=1))
        assert actor is not None
        ledger_id = actor.ledger.id
        account_id = accounts.find_only(ledger_id).id
        tree = next(one for one in categories.find_all(ledger_id) if one.name == TREE)
        token = tokens(user, secret)["access_token"]
        return Owner(user.id, ledger_id, account_id, tree.id, secret, token)


def fill(app: Flask, owner: Owner, rows: int, seed: int) -> None:
    """Store ``rows`` rows of ten years in date order, with the totals that are kept of them."""
    with app.app_context():
        found = _rows(owner, rows, random.Random(seed))  # noqa: S311 - nothing secret
        with unit_of_work(LedgerKey(owner.ledger_id)):
            while batch := list(islice(found, BATCH)):
                insert_rows(session, _TABLE, COLUMNS, batch)
            totals.apply(totals.of_rows(Transaction.ledger_id == owner.ledger_id))
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("VACUUM ANALYZE transactions"))  # what autovacuum does in time


def deep_cursors(app: Flask, owner: Owner, rows: int, many: int) -> list[Cursor]:
    """Return places in the older half of the list, spread over it."""
    column = (Transaction.date, Transaction.id)
    newest_first = (
        select(*column)
        .where(Transaction.ledger_id == owner.ledger_id)
        .order_by(*(part.desc() for part in column))
        .limit(1)
    )
    with app.app_context():
        places = [rows // 2 + (rows // 2 - 100) * number // many for number in range(many)]
        found = [session.execute(newest_first.offset(place)).one() for place in places]
    return [Cursor("-date", (row.date.isoformat(), row.id)) for row in found]


def remove_bare_rows(app: Flask) -> None:
    """Delete what the bare program stored: it keeps no totals, so the books are not right."""
    with app.app_context(), unit_of_work():
        session.execute(delete(Transaction).where(Transaction.created_by_id.is_(None)))


def _rows(owner: Owner, rows: int, chance: random.Random) -> Iterator[tuple[Any, ...]]:
    tree = [one for one in categories.find_all(owner.ledger_id) if one.parent_id is not None]
    incomes = [one for one in categories.find_all(owner.ledger_id) if one.type == "income"]
    now = clock.now()
    stored = now.replace(tzinfo=None).isoformat(" ") if _on_sqlite() else now
    for number in range(rows):
        category = chance.choice(incomes if number % 12 == 0 else tree)
        payee = f"{category.name} {chance.choice(_PLACES)}"
        word = WORD if number % (rows // HITS) == 0 else "payment"
        description = f"Card {word} {chance.randrange(10**8):08}"
        yield (
            owner.ledger_id, owner.account_id, category.id, category.type,
            FIRST + dt.timedelta(days=number * DAYS // rows), chance.randint(150, 25_000), "EUR",
            description, payee, "", searchable(description, payee), owner.user_id,
            chance.randbytes(16), 1, 1, stored, stored,
        )  # fmt: skip


def _on_sqlite() -> bool:
    return bool(session.get_bind().dialect.name == "sqlite")
