"""Lists of transactions: one page of them, all of them as a stream, and what they come to."""

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import case, func, select, tuple_, union_all

from app.core.errors import Invalid
from app.core.paging import Cursor, Page, PageRequest
from app.core.rows import AnyRow
from app.models.base import read, session
from app.models.transaction_lists import Filters, ListedTransaction
from app.models.transactions import Transaction, rate_of
from app.services import list_counts, list_filters, list_pages, splits, tags
from app.services.list_filters import Hits
from app.services.list_pages import Order

# What a list shows of a row; the names are those of the API.
COLUMNS = (
    Transaction.id,
    Transaction.kind.label("type"),
    Transaction.date,
    Transaction.amount,
    Transaction.currency,
    Transaction.description,
    Transaction.payee,
    Transaction.notes,
    Transaction.account_id,
    Transaction.to_account_id,
    Transaction.to_amount,
    Transaction.to_currency,
    Transaction.category_id,
    Transaction.state,
    Transaction.to_state,
    Transaction.refund_of_id,
    Transaction.created_by_id,
    Transaction.updated_by_id,
    Transaction.created_at,
    Transaction.updated_at,
)
_PARTS = (Transaction.is_split, Transaction.is_tagged)
CHUNK = 2000


def find_page(ledger_id: int, filters: Filters, request: PageRequest) -> Page[ListedTransaction]:
    """Return one page of the ledger's rows that pass ``filters``."""
    hits = list_filters.find_hits(ledger_id, filters)
    items, further, before = _window(ledger_id, filters, request, hits)
    total, is_lower_bound = list_counts.count(ledger_id, filters, hits)
    return Page(
        items=items,
        per_page=request.per_page,
        total=total,
        page=None if request.cursor else request.page,
        total_is_lower_bound=is_lower_bound,
        next=_cursor(items, -1, request.sort, backwards=False) if further else None,
        prev=_cursor(items, 0, request.sort, backwards=True) if before else None,
    )


def find_ids(ledger_id: int, filters: Filters, most: int) -> Sequence[int]:
    """Return the ids of the rows that pass ``filters``, newest first; Invalid above ``most``."""
    query = select(Transaction.id).where(*list_filters.conditions(ledger_id, filters))
    query = query.order_by(Transaction.date.desc(), Transaction.id.desc()).limit(most + 1)
    ids = session.scalars(query).all()
    if len(ids) > most:
        message = f"More than {most:,} rows match. Narrow the list, by dates for example."
        raise Invalid(message, errors={"filters": [message]})
    return ids


def stream_ids(ledger_id: int, filters: Filters) -> Iterator[int]:
    """Yield the ids of the rows that pass ``filters``, newest first."""
    order = (Transaction.date, Transaction.id)
    query = select(*order).where(*list_filters.conditions(ledger_id, filters)).limit(CHUNK)
    query = query.order_by(*(part.desc() for part in order))
    rows = session.execute(query).all()
    while rows:
        yield from (row.id for row in rows)
        rows = session.execute(query.where(tuple_(*order) < (rows[-1].date, rows[-1].id))).all()


def sums_by_day(
    ledger_id: int, filters: Filters, first: dt.date, last: dt.date
) -> Sequence[AnyRow]:
    """Return what the rows that pass ``filters`` come to on each day from ``first`` to ``last``.

    Rows of ``date``, ``currency`` and the signed ``amount`` in minor units; transfers, which move
    money within the ledger, do not count.
    """
    signed = case((Transaction.kind == "income", Transaction.amount), else_=-Transaction.amount)
    columns = (Transaction.date, Transaction.currency, signed.label("amount"))
    hits = list_filters.find_hits(ledger_id, filters)
    days = filters.narrowed(date_from=first, date_to=last)
    parts = list_filters.parts(ledger_id, days, *columns, hits=hits)
    parts = [part.where(Transaction.kind != "transfer") for part in parts]
    found = union_all(*parts).subquery()
    order = (found.c.date, found.c.currency)
    query = select(*order, func.sum(found.c.amount).label("amount")).group_by(*order)
    return session.execute(query.order_by(*order)).all()


def stream(ledger_id: int, filters: Filters, *columns: Any) -> Iterator[AnyRow]:
    """Yield the rows that pass ``filters``, oldest first, without holding them all.

    The row's date and id are among the ``columns``: by them it finds its way from chunk to chunk.
    """
    order = (Transaction.date, Transaction.id)
    query = (
        select(*columns)
        .where(*list_filters.conditions(ledger_id, filters))
        .order_by(*order)
        .limit(CHUNK)
    )
    rows = session.execute(query).all()
    while rows:
        yield from rows
        rows = session.execute(query.where(tuple_(*order) > (rows[-1].date, rows[-1].id))).all()


def stream_listed(ledger_id: int, filters: Filters) -> Iterator[ListedTransaction]:
    """Yield the rows that pass ``filters`` as lists have them, oldest first, some at a time."""
    rows = stream(ledger_id, filters, *COLUMNS, *_PARTS)
    while chunk := list(islice(rows, CHUNK)):
        yield from _with_parts(chunk)


def find_listed(row_ids: Sequence[int]) -> dict[int, ListedTransaction]:
    """Return rows as lists have them, by their ids."""
    query = select(*COLUMNS, *_PARTS).where(Transaction.id.in_(row_ids))
    return {row.id: row for row in _with_parts(session.execute(query).all())}


def _window(
    ledger_id: int, filters: Filters, request: PageRequest, hits: Hits
) -> tuple[Sequence[ListedTransaction], bool, bool]:
    """Return the rows of a page, whether more come behind it, and whether some stand before."""
    cursor, most = request.cursor, request.per_page + 1
    if cursor:
        order = Order(cursor.sort, backwards=cursor.backwards, from_edge=True)
        order.column()
        start = dict(zip(("edge", "edge_id"), _key(cursor), strict=True)) | {"reach": most}
    else:
        skip = (request.page - 1) * request.per_page
        order, start = Order(request.sort), {"skip": skip, "reach": skip + most}
    query, values = list_pages.query(ledger_id, filters, (*COLUMNS, *_PARTS), order, hits)
    rows = [] if hits.are_none else read(query, most=most, **start, **values).all()
    more, items = len(rows) > request.per_page, _with_parts(rows[: request.per_page])
    if order.backwards:
        return items[::-1], True, more
    return items, more, bool(cursor) or request.page > 1


def _with_parts(rows: Sequence[AnyRow]) -> list[ListedTransaction]:
    """Give rows their tags and lines; a query each where any row has some."""
    split_ids = [row.id for row in rows if row.is_split]
    tagged_ids = [row.id for row in rows if row.is_tagged]
    lines = splits.lines_by_row(split_ids) if split_ids else {}
    names = tags.names_by_row(tagged_ids) if tagged_ids else {}
    return [
        ListedTransaction._make(
            (
                *row[: len(COLUMNS)],
                names.get(row.id, []),
                lines.get(row.id, []),
                rate_of(row.amount, row.currency, row.to_amount, row.to_currency),
            )
        )
        for row in rows
    ]


def _key(cursor: Cursor) -> tuple[Any, int]:
    try:
        value, row_id = cursor.key
        if cursor.sort.endswith("date"):
            return dt.date.fromisoformat(str(value)), int(row_id)
        return int(value), int(row_id)
    except (ValueError, TypeError):
        raise Invalid(errors={"cursor": ["Not a cursor of this list."]}) from None


def _cursor(
    items: Sequence[ListedTransaction], index: int, sort: str, *, backwards: bool
) -> Cursor | None:
    if not items:
        return None
    row = items[index]
    value = row.date.isoformat() if sort.endswith("date") else row.amount
    return Cursor(sort, (value, row.id), backwards)
