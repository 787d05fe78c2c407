"""Many rows at once, as the importer would leave them: stored and counted."""

import datetime as dt
from collections.abc import Callable

from flask import Flask
from sqlalchemy import insert

from app.core import clock
from app.core.uow import unit_of_work
from app.models.ledgers import LedgerKey
from app.models.transactions import Transaction, searchable
from app.services import totals
from tests.factories.people import Person

FIRST_DAY = dt.date(2024, 1, 1)


def many(
    app: Flask,
    person: Person,
    count: int,
    *,
    amount: Callable[[int], int] = lambda number: 100 + number,
    date: Callable[[int], dt.date] = lambda number: FIRST_DAY + dt.timedelta(days=number % 700),
) -> None:
    """Store ``count`` expenses of a person's first account, described by their number from 0."""
    now = clock.now()
    rows = [
        {
            "ledger_id": person.ledger_id,
            "account_id": person.account_id,
            "kind": "expense",
            "date": date(number),
            "amount": amount(number),
            "currency": "EUR",
            "description": f"row {number}",
            "search_text": searchable(f"row {number}"),
            "version": 1,
            "created_at": now,
            "updated_at": now,
        }
        for number in range(count)
    ]
    with app.app_context(), unit_of_work(LedgerKey(person.ledger_id)) as work:
        work.session.execute(insert(Transaction.__table__), rows)  # type: ignore[arg-type]
        totals.apply(totals.of_rows(Transaction.ledger_id == person.ledger_id))
