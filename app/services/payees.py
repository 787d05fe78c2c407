"""Payees: the directory of the names that rows give as theirs."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Insert, Table, func, select

from app.core import clock
from app.core.paging import Page, PageRequest
from app.models.base import read, session, store, upsert
from app.models.directories import ListedPayee
from app.models.payees import Payee
from app.models.transactions import Transaction
from app.services import directories, suggestions

_TABLE: Table = Payee.__table__  # type: ignore[assignment]


def ensure(ledger_id: int, names: Iterable[str]) -> None:
    """Put names into the directory of a ledger that are not in it."""
    now = clock.now()
    rows = [
        {"ledger_id": ledger_id, "name": name, "suggests": True, "version": 1}
        | {"created_at": now, "updated_at": now}
        for name in sorted(set(names) - {""})
    ]
    if rows:
        dialect = session.get_bind().dialect.name
        store(_adding(dialect), rows)


@cache
def _adding(dialect: str) -> Insert:
    return upsert(_TABLE, dialect).on_conflict_do_nothing()


def find_or_record(ledger_id: int, name: str) -> Payee:
    """Return the payee of that name, which is put into the directory where it is new."""
    ensure(ledger_id, [name])
    mine = select(Payee).where(Payee.ledger_id == ledger_id, Payee.name == name)
    return session.scalars(mine).one()


def find_page(ledger_id: int, q: str | None, request: PageRequest) -> Page[ListedPayee]:
    """Return a page of the ledger's payees by name; four queries, however many there are."""
    page = directories.find_page(Payee, ledger_id, q, request)
    return directories.with_items(page, find_listed(ledger_id, page.items))


def find_listed(ledger_id: int, payee_ids: Sequence[int]) -> dict[int, ListedPayee]:
    """Return payees as lists show them, by their ids."""
    if not payee_ids:
        return {}
    columns = (*directories.columns(Payee), Payee.suggests)
    rows: Sequence[Any] = read(select(*columns).where(Payee.id.in_(payee_ids))).all()
    names = [row.name for row in rows]
    counts, known = count_rows(ledger_id, names), suggestions.of_payees(ledger_id, names)
    return {
        row.id: ListedPayee(
            **row._mapping, count=counts.get(row.name, 0), category_id=known.get(row.name)
        )
        for row in rows
    }


def count_rows(ledger_id: int, names: Sequence[str]) -> dict[str, int]:
    """Return how many rows name each payee, by name; none where there are none."""
    query = (
        select(Transaction.payee, func.count())
        .where(Transaction.ledger_id == ledger_id, Transaction.payee.in_(names))
        .where(Transaction.payee != "")
        .group_by(Transaction.payee)
    )
    rows: Sequence[Any] = read(query).all()
    return dict(rows)
