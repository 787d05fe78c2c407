"""Matches: money out of one account and money into another that look like one transfer.

Both are plain rows of one ledger, of the same amount and currency, at most :data:`NEARBY` days
apart, and at least one of them came from a statement. Nothing is kept of them: they are looked for
among the newest rows, a bounded number at a time, so that a page costs the same in any ledger.
"""

import datetime as dt
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import Date, Integer, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from app.core.errors import Invalid
from app.core.paging import Cursor, Page, PageRequest
from app.core.rows import AnyRow
from app.models.base import Id, read, session
from app.models.transactions import Transaction
from app.models.transfers import Match, MatchCount, RefusedMatch
from app.services import transaction_lists

NEARBY = dt.timedelta(days=5)
"""How far apart the two halves of a transfer may be."""

WINDOW, GLANCE = 5000, 500
"""So many of the newest rows are looked at for a page, and for a hint."""

_MOST = 2000
"""Pairs found among the rows of one window, at most; refused ones count."""
_NEAREST = 20
"""So many rows of the other way are held against one, at most: those next to it."""
_SORT = "-matched"


class Pair(NamedTuple):
    """Two rows that match, as ids, and what puts them in order."""

    date: dt.date
    income_id: int
    days_apart: int
    expense_id: int
    version: str

    @property
    def place(self) -> tuple[Any, ...]:
        """Where it stands: the newest money in first, of its matches the nearest."""
        return (-self.date.toordinal(), -self.income_id, self.days_apart, self.expense_id)


class Window(NamedTuple):
    """The pairs among some rows, and up to which day older rows were not looked at."""

    pairs: list[Pair]
    rest: dt.date | None

    @property
    def is_cut(self) -> bool:
        """Whether there may be more pairs."""
        return self.rest is not None or len(self.pairs) == _MOST


def find_page(ledger_id: int, request: PageRequest) -> Page[Match]:
    """Return a page of the ledger's matches; one without any may have a next one."""
    newest = window = _look(ledger_id, WINDOW)
    if request.cursor:
        edge = _edge(request.cursor)
        if newest.rest and edge.date <= newest.rest:
            window = _look(ledger_id, WINDOW, edge.date)
        found = [pair for pair in window.pairs if pair.place > edge.place]
    else:
        found = window.pairs[(request.page - 1) * request.per_page :]
    shown = found[: request.per_page]
    return Page(
        items=_matches(shown, window.pairs),
        per_page=request.per_page,
        total=len(newest.pairs),
        page=None if request.cursor else request.page,
        total_is_lower_bound=newest.is_cut,
        next=_next(shown, window, more=len(found) > len(shown)),
    )


def count(ledger_id: int, *, at_a_glance: bool) -> MatchCount:
    """Return how many matches there are among the newest rows, few of them at a glance."""
    window = _look(ledger_id, GLANCE if at_a_glance else WINDOW)
    return MatchCount(len(window.pairs), window.is_cut)


def find_near(row: Transaction) -> Sequence[Transaction]:
    """Return rows that could be the other half of ``row``, of any amount, the likeliest first."""
    other = "income" if row.kind == "expense" else "expense"
    near = Transaction.date.between(row.date - NEARBY, row.date + NEARBY)
    query = select(Transaction).where(Transaction.ledger_id == row.ledger_id, near)
    rows = session.scalars(query.order_by(Transaction.date.desc()).limit(WINDOW)).all()
    fitting = [
        one
        for one in rows
        if one.kind == other
        and one.account_id != row.account_id
        and not one.is_split
        and one.refund_of_id is None
        and (one.currency != row.currency or one.amount == row.amount)
    ]
    fitting.sort(key=lambda one: (one.currency != row.currency, abs(one.date - row.date), one.id))
    return fitting[:_NEAREST]


def find_refused(ledger_id: int, request: PageRequest) -> Page[Match]:
    """Return a page of the pairs of which somebody said that they are no transfer."""
    mine = RefusedMatch.ledger_id == ledger_id
    income, expense = aliased(Transaction), aliased(Transaction)
    columns = (income.date, income.id, expense.date, expense.id, expense.version, income.version)
    query = (
        select(*columns)
        .select_from(RefusedMatch)
        .join(income, income.id == RefusedMatch.income_id)
        .join(expense, expense.id == RefusedMatch.expense_id)
        .where(mine)
        .order_by(RefusedMatch.income_id.desc(), RefusedMatch.expense_id)
    )
    skip = (request.page - 1) * request.per_page
    rows = session.execute(query.offset(skip).limit(request.per_page)).all()
    pairs = [
        Pair(day, income_id, abs((day - other_day).days), expense_id, f"{out_version}-{in_version}")
        for day, income_id, other_day, expense_id, out_version, in_version in rows
    ]
    total = session.scalar(select(func.count()).select_from(RefusedMatch).where(mine)) or 0
    return Page(_matches(pairs, pairs), request.per_page, total, page=request.page)


def _look(ledger_id: int, width: int, upto: dt.date | None = None) -> Window:
    """Look for pairs among ``width`` rows, whose money in is dated ``upto`` a day or before it.

    Money in that is too near to the oldest of these rows is left to the next window, so that no
    pair is torn; only where so many rows are so near to each other, there is no other way.
    """
    latest = upto or dt.date.max - NEARBY
    start = latest + NEARBY
    floor = read(_FLOOR, ledger_id=ledger_id, start=start, width=width).scalar()
    values = {"floor": floor or dt.date.min, "start": start, "width": width}
    rows = read(_CANDIDATES, ledger_id=ledger_id, **values).all()
    rest = None
    if floor is not None:
        newest = upto or read(_NEWEST, ledger_id=ledger_id).scalar_one()
        rest = min(floor + NEARBY, newest - dt.timedelta(days=1))
    found = (
        pair for pair in _pairs(rows) if pair.date <= latest and (rest is None or pair.date > rest)
    )
    pairs = _without_known(list(islice(found, _MOST)))
    return Window(sorted(pairs, key=lambda pair: pair.place), rest)


def _pairs(rows: Sequence[AnyRow]) -> Iterator[Pair]:
    """Yield the pairs of rows of which each is next to the other; ``rows`` are sorted by date."""
    groups: dict[tuple[str, int], tuple[list[AnyRow], list[AnyRow]]] = defaultdict(lambda: ([], []))
    for row in rows:
        groups[row.currency, row.amount][row.kind == "income"].append(row)
    for expenses, incomes in groups.values():
        days = [row.date for row in expenses]
        for income in incomes:
            place = bisect_left(days, income.date)
            for expense in expenses[max(0, place - _NEAREST) : place + _NEAREST]:
                apart = abs(expense.date - income.date)
                if (
                    apart <= NEARBY
                    and expense.account_id != income.account_id
                    and (expense.is_imported or income.is_imported)
                ):
                    version = f"{expense.version}-{income.version}"
                    yield Pair(income.date, income.id, apart.days, expense.id, version)


def _without_known(pairs: list[Pair]) -> list[Pair]:
    """Return pairs without those that are refused, and those whose money out was refunded."""
    if not pairs:
        return []
    refused = select(RefusedMatch.expense_id, RefusedMatch.income_id).where(
        RefusedMatch.income_id.in_({pair.income_id for pair in pairs})
    )
    refunded = select(Transaction.refund_of_id).where(
        Transaction.refund_of_id.in_({pair.expense_id for pair in pairs})
    )
    none = {(row[0], row[1]) for row in session.execute(refused)}
    back = set(session.scalars(refunded))
    return [
        pair
        for pair in pairs
        if (pair.expense_id, pair.income_id) not in none and pair.expense_id not in back
    ]


def _matches(pairs: Sequence[Pair], among: Sequence[Pair]) -> list[Match]:
    """Return pairs with their rows. ``among`` are all that there are: some share a row."""
    ids = {row_id for pair in pairs for row_id in (pair.expense_id, pair.income_id)}
    rows = transaction_lists.find_listed(list(ids)) if ids else {}
    uses = Counter(row_id for pair in among for row_id in (pair.expense_id, pair.income_id))
    return [
        Match(
            expense=rows[pair.expense_id],
            income=rows[pair.income_id],
            days_apart=pair.days_apart,
            ambiguous=max(uses[pair.expense_id], uses[pair.income_id]) > 1,
            version=pair.version,
        )
        for pair in pairs
    ]


def _next(shown: Sequence[Pair], window: Window, *, more: bool) -> Cursor | None:
    if more and shown:
        last = shown[-1]
        return Cursor(
            _SORT, (last.date.isoformat(), last.income_id, last.days_apart, last.expense_id)
        )
    if window.rest is None:
        return None
    return Cursor(_SORT, (window.rest.isoformat(), 2**62, 0, 0))  # before all of that day


def _edge(cursor: Cursor) -> Pair:
    try:
        if cursor.sort != _SORT or cursor.backwards:
            raise ValueError
        day, income_id, apart, expense_id = cursor.key
        date = dt.date.fromisoformat(str(day))
        if not dt.date.min + NEARBY < date < dt.date.max - NEARBY:
            raise ValueError
        return Pair(date, int(income_id), int(apart), int(expense_id), "")
    except (ValueError, TypeError):
        raise Invalid(errors={"cursor": ["Not a cursor of this list."]}) from None


_IN_LEDGER = Transaction.ledger_id == bindparam("ledger_id", type_=Id)
_UPTO = Transaction.date <= bindparam("start", type_=Date)
_NEWEST = select(func.max(Transaction.date)).where(_IN_LEDGER)
_FLOOR = (
    select(Transaction.date)
    .where(_IN_LEDGER, _UPTO)
    .order_by(Transaction.date.desc(), Transaction.id.desc())
    .offset(bindparam("width", type_=Integer))
    .limit(1)
)
"""The day of the first row that is not looked at any more."""


def _candidates() -> Any:
    """Return the query of a window's money in, and of its money out of the same amounts.

    The window is cut out first, so that it is bounded whatever its rows are like.
    """
    of_row = (
        "id", "kind", "date", "amount", "currency", "account_id", "version", "is_split", "state",
        "refund_of_id", "import_id",
    )  # fmt: skip
    window = (
        select(*(getattr(Transaction, name) for name in of_row))
        .where(_IN_LEDGER, _UPTO, Transaction.date >= bindparam("floor", type_=Date))
        .order_by(Transaction.date.desc(), Transaction.id.desc())
        .limit(bindparam("width", type_=Integer))
        .subquery("recent")
    )
    c = window.c
    plain = (
        select(c.id, c.kind, c.date, c.amount, c.currency, c.account_id, c.version)
        .add_columns(c.import_id.is_not(None).label("is_imported"))
        .where(c.kind != "transfer", ~c.is_split, c.state != "reconciled")
        .where(c.refund_of_id.is_(None))
        .cte("plain")
    )
    came_in = select(plain.c.amount).where(plain.c.kind == "income")
    either = or_(plain.c.kind == "income", plain.c.amount.in_(came_in))
    return select(plain).where(either).order_by(plain.c.date, plain.c.id)


_CANDIDATES = _candidates()
