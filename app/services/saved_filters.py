"""Saved filters: names that a person gave to filters of a ledger's list."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from app.core.errors import Conflict, Invalid, NotFound
from app.models.accounts import Account
from app.models.base import session
from app.models.categories import Category
from app.models.imports import Import
from app.models.saved_filters import SavedFilter, as_stored
from app.models.transaction_lists import Filters
from app.services import scoping

MOST = 100
"""Filters that a person may save in a ledger."""

NAMING: dict[str, type[Any]] = {
    "category_id": Category,
    "account_id": Account,
    "import_id": Import,
}
"""The filters that name something of the ledger."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A saved filter; ``missing`` are those of its filters whose thing is gone: they find none."""

    id: int
    ledger_id: int
    name: str
    filters: dict[str, Any]
    sort: str | None
    missing: Sequence[str]
    created_at: datetime
    updated_at: datetime


def find_all(ledger_id: int, user_id: int) -> list[Shown]:
    """Return what a person saved in a ledger, by name."""
    mine = select(SavedFilter).where(
        SavedFilter.ledger_id == ledger_id, SavedFilter.user_id == user_id
    )
    rows = session.scalars(mine.order_by(func.lower(SavedFilter.name), SavedFilter.id)).all()
    known = _known(ledger_id, rows)
    return [_shown(row, known) for row in rows]


def show(row: SavedFilter) -> Shown:
    """Return a saved filter as it is shown."""
    return _shown(row, _known(row.ledger_id, [row]))


def record(
    ledger_id: int, user_id: int, *, name: str, filters: Filters, sort: str | None
) -> SavedFilter:
    """Save filters. Conflict when the name is taken or there are too many, Invalid when unfit."""
    mine = (SavedFilter.ledger_id == ledger_id, SavedFilter.user_id == user_id)
    count = session.scalar(select(func.count()).select_from(SavedFilter).where(*mine)) or 0
    if count >= MOST:
        raise Conflict(f"At most {MOST} filters are saved. Delete one first.")
    row = SavedFilter(ledger_id=ledger_id, user_id=user_id, name=name)
    row.query = _query(ledger_id, filters, sort)
    session.add(row)
    session.flush()
    return row


def lock(row_id: int) -> SavedFilter:
    """Read a saved filter again under its lock. NotFound when it was deleted meanwhile."""
    row = session.get(SavedFilter, row_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound
    return row


def amend(row: SavedFilter, **changes: Any) -> None:
    """Change what is named: ``name``, ``filters``, ``sort``."""
    row.name = changes.get("name", row.name)
    sort = changes.get("sort", row.query.get("sort"))
    if "filters" in changes:
        row.query = _query(row.ledger_id, changes["filters"], sort)
    else:
        row.query = _with_order(_filters_of(row), sort)
    session.flush()


def remove(row: SavedFilter) -> None:
    """Delete a saved filter."""
    session.delete(row)
    session.flush()


def _query(ledger_id: int, filters: Filters, sort: str | None) -> dict[str, Any]:
    stored = as_stored(filters)
    if not stored:
        raise Invalid(errors={"filters": ["Say what the list is narrowed to."]})
    for name in NAMING.keys() & stored.keys():
        scoping.find_in_ledger(NAMING[name], ledger_id, stored[name], f"filters.{name}")
    return _with_order(stored, sort)


def _with_order(filters: dict[str, Any], sort: str | None) -> dict[str, Any]:
    return filters | ({"sort": sort} if sort else {})


def _filters_of(row: SavedFilter) -> dict[str, Any]:
    return {name: value for name, value in row.query.items() if name != "sort"}


def _known(ledger_id: int, rows: Iterable[SavedFilter]) -> dict[str, set[int]]:
    """Return which of the things that filters name are there; a query for each kind of them."""
    named = {name: {row.query[name] for row in rows if name in row.query} for name in NAMING}
    return {
        name: set(
            session.scalars(
                select(NAMING[name].id).where(
                    NAMING[name].ledger_id == ledger_id, NAMING[name].id.in_(ids)
                )
            )
        )
        for name, ids in named.items()
        if ids
    }


def _shown(row: SavedFilter, known: dict[str, set[int]]) -> Shown:
    filters = _filters_of(row)
    return Shown(
        id=row.id,
        ledger_id=row.ledger_id,
        name=row.name,
        filters=filters,
        sort=row.query.get("sort"),
        missing=[name for name in known if name in filters and filters[name] not in known[name]],
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
