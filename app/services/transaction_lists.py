"""Lists of transactions: one page of them, all of them as a stream, and what they come to."""

import datetime as dt
import math
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from functools import cache
from itertools import islice
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    tuple_,
)

from app.core import paging
from app.core.errors import Invalid
from app.core.money import MAX_SUM, digits
from app.core.paging import Cursor, Page, PageRequest
from app.core.rows import AnyRow, AnySelect
from app.models.accounts import Account
from app.models.base import Id, read, session
from app.models.splits import Split
from app.models.tags import Tag, TransactionTag, tag_key
from app.models.totals import ARRIVAL, MonthlyTotal
from app.models.transactions import SORTS, Filters, ListedTransaction, Transaction, month_number
from app.services import categories, searching, splits, tags

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
_MOST = Decimal(MAX_SUM)
_KEPT_COUNT = select(func.coalesce(func.sum(MonthlyTotal.count), 0)).where(
    MonthlyTotal.ledger_id == bindparam("ledger_id")
)
_SORTED_BY = {"date": Transaction.date, "amount": Transaction.amount}


def find_page(ledger_id: int, filters: Filters, request: PageRequest) -> Page[ListedTransaction]:
    """Return one page of the ledger's rows that pass ``filters``."""
    narrowing = _narrowing(ledger_id, filters)
    items, further, before = _window(ledger_id, narrowing, request)
    total, is_lower_bound = _count(ledger_id, filters, narrowing)
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
    query = select(Transaction.id).where(*_conditions(ledger_id, filters))
    query = query.order_by(Transaction.date.desc(), Transaction.id.desc()).limit(most + 1)
    ids = session.scalars(query).all()
    if len(ids) > most:
        message = f"More than {most:,} rows match. Narrow the list, by dates for example."
        raise Invalid(message, errors={"filters": [message]})
    return ids


def stream_ids(ledger_id: int, filters: Filters) -> Iterator[int]:
    """Yield the ids of the rows that pass ``filters``, newest first."""
    order = (Transaction.date, Transaction.id)
    query = select(*order).where(*_conditions(ledger_id, filters)).limit(CHUNK)
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
    query = (
        select(Transaction.date, Transaction.currency, func.sum(signed).label("amount"))
        .where(*_conditions(ledger_id, filters), Transaction.date.between(first, last))
        .where(Transaction.kind != "transfer")
        .group_by(Transaction.date, Transaction.currency)
        .order_by(Transaction.date, Transaction.currency)
    )
    return session.execute(query).all()


def stream(ledger_id: int, filters: Filters, *columns: Any) -> Iterator[AnyRow]:
    """Yield the rows that pass ``filters``, oldest first, without holding them all.

    The row's date and id are among the ``columns``: by them it finds its way from chunk to chunk.
    """
    order = (Transaction.date, Transaction.id)
    query = select(*columns).where(*_conditions(ledger_id, filters)).order_by(*order).limit(CHUNK)
    rows = session.execute(query).all()
    while rows:
        yield from rows
        rows = session.execute(query.where(tuple_(*order) > (rows[-1].date, rows[-1].id))).all()


def stream_listed(ledger_id: int) -> Iterator[ListedTransaction]:
    """Yield all rows of a ledger as lists have them, oldest first, without holding them all."""
    rows = stream(ledger_id, Filters(), *COLUMNS, *_PARTS)
    while chunk := list(islice(rows, CHUNK)):
        yield from _with_parts(chunk)


def _conditions(ledger_id: int, filters: Filters) -> list[ColumnElement[bool]]:
    return [Transaction.ledger_id == ledger_id, *_narrowing(ledger_id, filters)]


def _narrowing(ledger_id: int, filters: Filters) -> list[ColumnElement[bool]]:
    used = filters.in_use()
    if "category_id" in used:
        used["category_id"] = _subtree(ledger_id, filters)
    used.pop("category_only", None)
    return [_condition(name, value, ledger_id) for name, value in used.items()]


def _condition(name: str, value: Any, ledger_id: int) -> ColumnElement[bool]:
    if name == "q":
        return searching.matches(ledger_id, value)
    if name == "tag":
        return _tagged(ledger_id, value)
    if name in {"amount_min", "amount_max"}:
        return _amount_condition(name, value, ledger_id)
    return _CONDITIONS[name](value)


def _subtree(ledger_id: int, filters: Filters) -> list[int]:
    """Return the categories that ``category_id`` stands for."""
    category_id = filters.category_id or 0
    below = categories.descendants(ledger_id, category_id)
    return [one for one in below if one == category_id] if filters.category_only else below


def _in_categories(category_ids: list[int]) -> ColumnElement[bool]:
    lines = select(Split.transaction_id).where(Split.category_id.in_(category_ids))
    return or_(Transaction.category_id.in_(category_ids), Transaction.id.in_(lines))


def _at_account(account_id: int) -> ColumnElement[bool]:
    return or_(Transaction.account_id == account_id, Transaction.to_account_id == account_id)


def _tagged(ledger_id: int, name: str) -> ColumnElement[bool]:
    rows = (
        select(TransactionTag.transaction_id)
        .join(Tag, Tag.id == TransactionTag.tag_id)
        .where(Tag.ledger_id == ledger_id, Tag.key == tag_key(name))
    )
    return Transaction.id.in_(rows)


def _amount_condition(name: str, value: Decimal, ledger_id: int) -> ColumnElement[bool]:
    """Compare in each currency's own minor units: 10 means 10.00 EUR, 10 JPY and 10.000 KWD."""
    in_ledger = select(Account.currency).where(Account.ledger_id == ledger_id).distinct()
    options = []
    for currency in session.scalars(in_ledger):
        exact = max(-_MOST, min(_MOST, value.scaleb(digits(currency))))
        if name == "amount_min":
            bound = Transaction.amount >= math.ceil(exact)
        else:
            bound = Transaction.amount <= math.floor(exact)
        options.append(and_(Transaction.currency == currency, bound))
    return or_(*options)


def _window(
    ledger_id: int, narrowing: list[ColumnElement[bool]], request: PageRequest
) -> tuple[Sequence[ListedTransaction], bool, bool]:
    """Return the rows of a page, whether more come behind it, and whether some stand before."""
    cursor = request.cursor
    if cursor:
        backwards = cursor.backwards
        query = _pages(cursor.sort, backwards=backwards, from_edge=True)
        start = dict(zip(("edge", "edge_id"), _key(cursor), strict=True))
    else:
        backwards = False
        query = _pages(request.sort, backwards=backwards, from_edge=False)
        start = {"skip": (request.page - 1) * request.per_page}
    query = query.where(*narrowing) if narrowing else query
    rows = read(query, ledger_id=ledger_id, most=request.per_page + 1, **start).all()
    more, items = len(rows) > request.per_page, _with_parts(rows[: request.per_page])
    if backwards:
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
            (*row[: len(COLUMNS)], names.get(row.id, []), lines.get(row.id, []))
        )
        for row in rows
    ]


@cache
def _pages(sort: str, *, backwards: bool, from_edge: bool) -> AnySelect:
    """Return the query of a page; building it anew takes a tenth of the time of a request.

    Its values: ``ledger_id``, ``most`` rows, and where they start: behind ``edge`` and
    ``edge_id``, or ``skip`` rows on.
    """
    column, descending = _sort(sort)
    down = descending ^ backwards
    order = (column, Transaction.id)
    query = select(*COLUMNS, *_PARTS).where(Transaction.ledger_id == bindparam("ledger_id"))
    if from_edge:
        edge = tuple_(bindparam("edge", type_=column.type), bindparam("edge_id", type_=Id))
        query = query.where(tuple_(*order) < edge if down else tuple_(*order) > edge)
    else:
        query = query.offset(bindparam("skip", type_=BigInteger))
    query = query.order_by(*(part.desc() if down else part for part in order))
    return query.limit(bindparam("most", type_=Integer))


def _sort(name: str) -> tuple[Any, bool]:
    """Return the column that ``name`` sorts by, and whether it goes down."""
    if name not in SORTS:
        raise Invalid(errors={"cursor": ["Not a cursor of this list. Start from its first page."]})
    return _SORTED_BY[name.removeprefix("-")], name.startswith("-")


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


def _count(
    ledger_id: int, filters: Filters, narrowing: list[ColumnElement[bool]]
) -> tuple[int, bool]:
    """Return how many rows there are; exact where the kept totals know, else up to a limit."""
    kept = _kept_conditions(ledger_id, filters)
    if kept is not None:
        count = _KEPT_COUNT.where(*kept) if kept else _KEPT_COUNT
        return int(read(count, ledger_id=ledger_id).scalar() or 0), False
    passing = (Transaction.ledger_id == ledger_id, *narrowing)
    some = select(Transaction.id).where(*passing).limit(paging.COUNT_LIMIT + 1).subquery()
    counted = read(select(func.count()).select_from(some)).scalar() or 0
    return min(counted, paging.COUNT_LIMIT), counted > paging.COUNT_LIMIT


def _kept_conditions(ledger_id: int, filters: Filters) -> list[ColumnElement[bool]] | None:
    """Return ``filters`` as conditions on the kept totals, or None where they cannot answer."""
    used = filters.in_use()
    conditions = [MonthlyTotal.kind != ARRIVAL] if "account_id" not in used else []
    if "category_id" in used:
        used["category_id"] = _subtree(ledger_id, filters)
        if _has_lines(used["category_id"]):  # of which a row may have several
            return None
    used.pop("category_only", None)
    for name, value in used.items():
        condition = _kept_condition(name, value)
        if condition is None:
            return None
        conditions.append(condition)
    return conditions


def _has_lines(category_ids: list[int]) -> bool:
    some = select(Split.transaction_id).where(Split.category_id.in_(category_ids)).limit(1)
    return read(some).first() is not None


def _kept_condition(name: str, value: Any) -> ColumnElement[bool] | None:
    if name == "date_from" and value.day != 1:
        return None
    if name == "date_to" and (value + dt.timedelta(days=1)).day != 1:
        return None
    condition = _KEPT_CONDITIONS.get(name)
    return condition(value) if condition else None


Condition = Callable[[Any], ColumnElement[bool]]

_CONDITIONS: dict[str, Condition] = {
    "date_from": lambda date: Transaction.date >= date,
    "date_to": lambda date: Transaction.date <= date,
    "category_id": _in_categories,
    "account_id": _at_account,
    "type": lambda kind: Transaction.kind == kind,
    "payee": lambda payee: Transaction.payee == payee,
    "state": lambda state: or_(Transaction.state == state, Transaction.to_state == state),
    "import_id": lambda import_id: Transaction.import_id == import_id,
}
_KEPT_CONDITIONS: dict[str, Condition] = {
    "date_from": lambda date: MonthlyTotal.month >= month_number(date),
    "date_to": lambda date: MonthlyTotal.month <= month_number(date),
    "category_id": MonthlyTotal.category_id.in_,
    "account_id": lambda account_id: MonthlyTotal.account_id == account_id,
    "type": lambda kind: MonthlyTotal.kind.in_((kind, ARRIVAL) if kind == "transfer" else (kind,)),
}
