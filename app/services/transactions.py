"""Transactions: recording, changing and finding rows of money."""

import datetime as dt
import math
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Table,
    and_,
    bindparam,
    case,
    func,
    insert,
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
from app.models.totals import MonthlyTotal
from app.models.transactions import SORTS, Filters, Transaction, month_number, searchable
from app.services import categories, totals

_TABLE: Table = Transaction.__table__  # type: ignore[assignment]
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
    Transaction.category_id,
    Transaction.created_by_id,
    Transaction.updated_by_id,
    Transaction.created_at,
    Transaction.updated_at,
)
CHUNK = 2000
_MOST = Decimal(MAX_SUM)
_KEPT_COUNT = select(func.coalesce(func.sum(MonthlyTotal.count), 0)).where(
    MonthlyTotal.ledger_id == bindparam("ledger_id")
)
_SORTED_BY = {"date": Transaction.date, "amount": Transaction.amount}


def record(ledger_id: int, account: Account, **values: Any) -> Transaction:
    """Add a row to ``account`` and to the kept totals. ``amount`` is in minor units."""
    row = Transaction(
        ledger_id=ledger_id, account_id=account.id, currency=account.currency, **values
    )
    session.add(row)
    session.flush()
    totals.apply([totals.of(row)])
    return row


def amend(row: Transaction, **changes: Any) -> None:
    """Change a row, and move the kept totals from what it was to what it is."""
    before = totals.of(row, times=-1)
    for name, value in changes.items():
        setattr(row, name, value)
    session.flush()
    totals.apply([before, totals.of(row)])


def remove(row: Transaction) -> None:
    """Delete a row and take it out of the kept totals."""
    gone = totals.of(row, times=-1)
    session.delete(row)
    session.flush()
    totals.apply([gone])


def revive(ledger_id: int, row_id: int, **values: Any) -> Transaction:
    """Store a deleted row again, under the id and with all else that it had."""
    texts = (values["description"], values["payee"], values["notes"])
    # Not by way of the session: a new object would begin with version 1 again.
    revived = values | {"id": row_id, "ledger_id": ledger_id, "search_text": searchable(*texts)}
    session.execute(insert(_TABLE).values(revived))
    row = session.get_one(Transaction, row_id)
    totals.apply([totals.of(row)])
    return row


def find(ledger_id: int, row_id: int) -> Transaction | None:
    """Return the ledger's row as it is stored now, None when it was deleted."""
    row = session.get(Transaction, row_id, populate_existing=True)
    return row if row and row.ledger_id == ledger_id else None


def find_page(ledger_id: int, filters: Filters, request: PageRequest) -> Page[AnyRow]:
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


def sums_by_day(
    ledger_id: int, filters: Filters, first: dt.date, last: dt.date
) -> Sequence[AnyRow]:
    """Return what the rows that pass ``filters`` come to on each day from ``first`` to ``last``.

    Rows of ``date``, ``currency`` and the signed ``amount`` in minor units.
    """
    signed = case((Transaction.kind == "income", Transaction.amount), else_=-Transaction.amount)
    query = (
        select(Transaction.date, Transaction.currency, func.sum(signed).label("amount"))
        .where(*_conditions(ledger_id, filters), Transaction.date.between(first, last))
        .group_by(Transaction.date, Transaction.currency)
        .order_by(Transaction.date, Transaction.currency)
    )
    return session.execute(query).all()


def stream(ledger_id: int, filters: Filters, *columns: Any) -> Iterator[AnyRow]:
    """Yield the rows that pass ``filters``, oldest first, without holding them all.

    ``columns`` begin with the row's date and id, by which it finds its way from chunk to chunk.
    """
    order = (Transaction.date, Transaction.id)
    query = select(*columns).where(*_conditions(ledger_id, filters)).order_by(*order).limit(CHUNK)
    rows = session.execute(query).all()
    while rows:
        yield from rows
        rows = session.execute(query.where(tuple_(*order) > tuple_(*rows[-1][:2]))).all()


def _conditions(ledger_id: int, filters: Filters) -> list[ColumnElement[bool]]:
    return [Transaction.ledger_id == ledger_id, *_narrowing(ledger_id, filters)]


def _narrowing(ledger_id: int, filters: Filters) -> list[ColumnElement[bool]]:
    used = filters.in_use().items()
    return [_condition(name, value, ledger_id) for name, value in used]


def _condition(name: str, value: Any, ledger_id: int) -> ColumnElement[bool]:
    if name == "category_id":
        return Transaction.category_id.in_(categories.descendants(ledger_id, value))
    if name in {"amount_min", "amount_max"}:
        return _amount_condition(name, value, ledger_id)
    return _CONDITIONS[name](value)


def _contains(word: str) -> ColumnElement[bool]:
    return Transaction.search_text.contains(word, autoescape=True)


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
) -> tuple[Sequence[AnyRow], bool, bool]:
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
    more, rows = len(rows) > request.per_page, rows[: request.per_page]
    if backwards:
        return rows[::-1], True, more
    return rows, more, bool(cursor) or request.page > 1


@cache
def _pages(sort: str, *, backwards: bool, from_edge: bool) -> AnySelect:
    """Return the query of a page; building it anew takes a tenth of the time of a request.

    Its values: ``ledger_id``, ``most`` rows, and where they start: behind ``edge`` and
    ``edge_id``, or ``skip`` rows on.
    """
    column, descending = _sort(sort)
    down = descending ^ backwards
    order = (column, Transaction.id)
    query = select(*COLUMNS).where(Transaction.ledger_id == bindparam("ledger_id"))
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


def _cursor(items: Sequence[AnyRow], index: int, sort: str, *, backwards: bool) -> Cursor | None:
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
    conditions: list[ColumnElement[bool]] = []
    for name, value in filters.in_use().items():
        condition = _kept_condition(name, value, ledger_id)
        if condition is None:
            return None
        conditions.append(condition)
    return conditions


def _kept_condition(name: str, value: Any, ledger_id: int) -> ColumnElement[bool] | None:
    if name == "category_id":
        return MonthlyTotal.category_id.in_(categories.descendants(ledger_id, value))
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
    "account_id": lambda account_id: Transaction.account_id == account_id,
    "type": lambda kind: Transaction.kind == kind,
    "payee": lambda payee: Transaction.payee == payee,
    "import_id": lambda import_id: Transaction.import_id == import_id,
    "q": lambda words: and_(*(_contains(word) for word in words.casefold().split())),
}
_KEPT_CONDITIONS: dict[str, Condition] = {
    "date_from": lambda date: MonthlyTotal.month >= month_number(date),
    "date_to": lambda date: MonthlyTotal.month <= month_number(date),
    "account_id": lambda account_id: MonthlyTotal.account_id == account_id,
    "type": lambda kind: MonthlyTotal.kind == kind,
}
