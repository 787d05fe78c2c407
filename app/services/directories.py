"""Directories: the names of payees and tags as people look through them.

Names are compared here and not by the database, so that every database finds and sorts alike.
"""

from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import select

from app.core.paging import Page, PageRequest
from app.models.base import read
from app.models.payees import Payee
from app.models.tags import Tag
from app.models.transactions import words_of

T = TypeVar("T")
Model = type[Payee] | type[Tag]


def find_page(model: Model, ledger_id: int, q: str | None, request: PageRequest) -> Page[int]:
    """Return a page of the ids of the ledger's names that have the words of ``q``, by name."""
    rows = read(select(model.id, model.name).where(model.ledger_id == ledger_id)).all()
    wanted = words_of(q or "")
    found = sorted(
        (row for row in rows if _has(words_of(row.name), wanted)),
        key=lambda row: (row.name.casefold(), row.name, row.id),
    )
    first = (request.page - 1) * request.per_page
    ids = [row.id for row in found[first : first + request.per_page]]
    return Page(items=ids, per_page=request.per_page, total=len(found), page=request.page)


def with_items(page: Page[int], items: dict[int, T]) -> Page[T]:
    """Return a page with the things in place of their ids."""
    found = [items[one] for one in page.items if one in items]
    return Page(items=found, per_page=page.per_page, total=page.total, page=page.page)


def columns(model: Model) -> tuple[Any, ...]:
    """Return the columns that read models of the directory have in common, in their order."""
    return (
        model.id, model.ledger_id, model.name, model.version, model.created_at, model.updated_at
    )  # fmt: skip


def _has(words: Sequence[str], wanted: Sequence[str]) -> bool:
    return all(any(word.startswith(one) for word in words) for one in wanted)
