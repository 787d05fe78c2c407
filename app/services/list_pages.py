"""The rows of one page: found in order by an index, so that a page costs the same in any ledger.

A list of a category and those below it is put together from the first rows of each category, one of
an account from the first of either side, a search from the rows it finds where these are few. What
is left goes through the ledger in order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from sqlalchemy import (
    BigInteger,
    Integer,
    Subquery,
    Table,
    Text,
    bindparam,
    select,
    true,
    tuple_,
    union,
)

from app.core.errors import Invalid
from app.core.rows import AnySelect
from app.models.base import Id
from app.models.splits import Split
from app.models.transaction_lists import SORTS, Filters
from app.models.transactions import Transaction
from app.services import list_filters, searching
from app.services.list_filters import Condition, Hits

Way = Literal["ledger", "category", "account", "words"]
"""By what the rows of a page are found."""

_ROWS: Table = Transaction.__table__  # type: ignore[assignment]
_SORTED_BY = {"date": Transaction.date, "amount": Transaction.amount}
_TAKEN: dict[Way, tuple[str, ...]] = {
    "ledger": (),
    "category": ("category_id",),
    "account": ("account_id",),
    "words": ("q",),
}
"""The filters that each way takes care of by itself."""


@dataclass(frozen=True, slots=True)
class Order:
    """How a page is sorted and where it starts: at an edge, or some rows on from the beginning."""

    sort: str
    backwards: bool = False
    from_edge: bool = False

    def column(self) -> Any:
        """Return the column that the list is sorted by. Invalid when it is none."""
        if self.sort not in SORTS:
            raise Invalid(
                errors={"cursor": ["Not a cursor of this list. Start from its first page."]}
            )
        return _SORTED_BY[self.sort.removeprefix("-")]

    @property
    def is_by_date(self) -> bool:
        """Whether it is the order that the indexes of categories and accounts have."""
        return self.sort.removeprefix("-") == "date"

    def of(self, query: AnySelect, *key: Any) -> AnySelect:
        """Return a query in this order by ``key``, the sorted column and the id."""
        down = self.sort.startswith("-") ^ self.backwards
        return query.order_by(*(part.desc() if down else part for part in key))

    def starting(self, query: AnySelect, *key: Any) -> AnySelect:
        """Return a query in this order that starts behind the edge, where there is one."""
        down = self.sort.startswith("-") ^ self.backwards
        if self.from_edge:
            edge = tuple_(bindparam("edge", type_=key[0].type), bindparam("edge_id", type_=Id))
            query = query.where(tuple_(*key) < edge if down else tuple_(*key) > edge)
        return self.of(query, *key)

    def page(self, query: AnySelect) -> AnySelect:
        """Return a query that ends with ``most`` rows, ``skip`` rows on where there is no edge."""
        if not self.from_edge:
            query = query.offset(bindparam("skip", type_=BigInteger))
        return query.limit(bindparam("most", type_=Integer))


def way(filters: Filters, order: Order, hits: Hits) -> Way:
    """Return by what a page is found: by the rows that have the words where these are few."""
    if hits.ids is not None:
        return "words"
    if not order.is_by_date:
        return "ledger"
    if filters.category_id is not None:
        return "category"
    return "ledger" if filters.account_id is None else "account"


def query(
    ledger_id: int, filters: Filters, columns: Sequence[Any], order: Order, hits: Hits
) -> tuple[AnySelect, dict[str, Any]]:
    """Return the query of a page, and the values that ``filters`` give it.

    It takes ``most`` rows, and from where: behind ``edge`` and ``edge_id``, or ``skip`` rows on;
    ``reach`` is ``most`` and ``skip`` together.
    """
    order.column()
    ids = None if hits.ids is None else searching.listed(hits.ids)
    values = {**list_filters.at(filters, ledger_id), "account_id": filters.account_id, "ids": ids}
    by = way(filters, order, hits)
    others: dict[str, Any] = {"without": _TAKEN[by], "search": searching.has_words}
    narrowing = list_filters.narrowing(ledger_id, filters, **others)
    shape = (tuple(columns), order, by, bool(filters.category_only), searching.is_postgres())
    return (_built(shape, narrowing) if narrowing else _kept(shape)), values


Shape = tuple[tuple[Any, ...], Order, Way, bool, bool]
"""(columns, order, way, whether only the category itself counts, whether this is PostgreSQL)."""


@cache
def _kept(shape: Shape) -> AnySelect:
    """Return a query of a page without further filters: making it anew costs as much as asking."""
    return _built(shape, [])


def _built(shape: Shape, narrowing: list[Condition]) -> AnySelect:
    columns, order, by, only, is_postgres = shape
    of_ledger = list_filters.mine(bindparam("ledger_id", type_=Id), by_ledger=by == "ledger")
    mine = select(*columns).where(of_ledger)
    key = (order.column(), Transaction.id)
    if by == "words":
        mine = mine.where(searching.among(bindparam("ids", type_=Text)))
    if by in {"ledger", "words"}:
        return order.page(order.starting(mine.where(*narrowing), *key))
    if by == "account":
        found = _sides(order, narrowing)
    else:
        found = _firsts(order, narrowing, only=only, is_postgres=is_postgres)
    return order.of(mine.join(found, found.c.id == Transaction.id), *key)


def _sides(order: Order, narrowing: list[Condition]) -> Subquery:
    """Return the place of each row of a page of an account: the first ones of either side."""
    sides = (Transaction.account_id, Transaction.to_account_id)
    of_account = bindparam("account_id", type_=Id)
    return _merged(order, [_plain(order, side == of_account, narrowing) for side in sides])


def _firsts(order: Order, narrowing: list[Condition], *, only: bool, is_postgres: bool) -> Subquery:
    """Return the place of each row of a page of categories, from the first ones of each."""
    below = list_filters.categories_below(only=only)
    queries = [
        _plain(order, Transaction.category_id == below.c.id, narrowing),
        _lines(order, Split.category_id == below.c.id, narrowing),
    ]
    if is_postgres:
        first = [query.correlate(below).lateral() for query in queries]
        places = [
            select(one.c.id, one.c.date).select_from(below.join(one, true())) for one in first
        ]
    else:  # which knows no LATERAL, but looks up what a query of each category names
        row = _ROWS.alias("place")
        ids = [select(query.correlate(below).subquery("first").c.id) for query in queries]
        places = [
            select(row.c.id, row.c.date).select_from(below.join(row, row.c.id.in_(one)))
            for one in ids
        ]
    return _merged(order, places)


def _plain(order: Order, condition: Condition, narrowing: list[Condition]) -> AnySelect:
    found = select(Transaction.id, Transaction.date).where(condition, *narrowing)
    found = order.starting(found, Transaction.date, Transaction.id)
    return found.limit(bindparam("reach", type_=BigInteger))


def _lines(order: Order, condition: Condition, narrowing: list[Condition]) -> AnySelect:
    """Return the split rows of a category by their lines, of which a row may have several."""
    key = (Split.date, Split.transaction_id)
    found = select(Split.transaction_id.label("id"), Split.date).where(condition).distinct()
    if narrowing:
        found = found.join(Transaction, Transaction.id == Split.transaction_id).where(*narrowing)
    return order.starting(found, *key).limit(bindparam("reach", type_=BigInteger))


def _merged(order: Order, queries: list[AnySelect]) -> Subquery:
    """Return the first places of all: a row that several queries find counts once."""
    every = union(*(select(query.subquery()) for query in queries)).subquery()
    places = order.of(select(every.c.id, every.c.date), every.c.date, every.c.id)
    return order.page(places).subquery("places")
