"""Filters of a list as conditions on rows of money."""

import datetime as dt
import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    CTE,
    BindParameter,
    ColumnElement,
    and_,
    bindparam,
    false,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.orm import aliased

from app.core.money import MAX_SUM, digits
from app.core.paging import COUNT_LIMIT
from app.core.rows import AnySelect
from app.models.accounts import Account
from app.models.base import Id, session
from app.models.categories import Category
from app.models.splits import Split
from app.models.tags import Tag, TransactionTag, tag_key
from app.models.transaction_lists import Filters
from app.models.transactions import Transaction
from app.services import searching

Condition = ColumnElement[bool]
Search = Callable[[int, str], Condition]
"""Returns the condition that a row of the ledger with that id has the words of a text."""


@dataclass(frozen=True, slots=True)
class Hits:
    """The rows of a ledger that have the words looked for, by their ids.

    ``ids`` is None where no words are looked for, and where so many rows have them that trying one
    row after the other finds enough of them sooner.
    """

    ids: Sequence[int] | None = None

    @property
    def are_none(self) -> bool:
        """Whether no row has the words."""
        return self.ids is not None and not self.ids

    def condition(self, ledger_id: int, text: str) -> Condition:
        """Return the condition that a row has the words."""
        if self.ids is None:
            return searching.has_words(ledger_id, text)
        return searching.among(literal(searching.listed(self.ids)))


def find_hits(ledger_id: int, filters: Filters) -> Hits:
    """Look up which rows have the words that ``filters`` look for."""
    if filters.q is None:
        return Hits()
    return Hits(searching.find(ledger_id, filters.q, COUNT_LIMIT))


_MOST = Decimal(MAX_SUM)
_MODES = {"category_only"}
"""What narrows nothing by itself, but says how another filter is meant."""


def conditions(ledger_id: int, filters: Filters) -> list[Condition]:
    """Return the conditions that the ledger's rows meet which pass ``filters``."""
    return [Transaction.ledger_id == ledger_id, *narrowing(ledger_id, filters)]


def narrowing(
    ledger_id: int,
    filters: Filters,
    *,
    without: Collection[str] = (),
    search: Search = searching.matches,
) -> list[Condition]:
    """Return a condition for each filter in use, but for those named in ``without``.

    ``search`` says how the words of a row are looked for.
    """
    used = filters.in_use()
    return [
        search(ledger_id, value) if name == "q" else _condition(name, value, ledger_id, filters)
        for name, value in used.items()
        if name not in without and name not in _MODES
    ]


def parts(ledger_id: int, filters: Filters, *columns: Any, hits: Hits) -> list[AnySelect]:
    """Return queries of ``columns`` that find what passes ``filters``, each row in one of them.

    Each has an index to go by: rows of categories are found by those, split rows by their lines.
    """
    by_ledger = filters.category_id is None and hits.ids is None
    of_ledger = mine(ledger_id, by_ledger=by_ledger)
    others = narrowing(ledger_id, filters, without={"category_id"}, search=hits.condition)
    query = select(*columns).where(of_ledger, *others)
    if filters.category_id is None:
        return [query]
    within = select(subtree(filters, ledger_id).c.id)
    lines = select(Split.transaction_id).where(Split.category_id.in_(within), *_days(filters))
    return [
        query.where(Transaction.category_id.in_(within)),
        query.where(Transaction.id.in_(lines)),
    ]


def mine(ledger_id: int | BindParameter[int], *, by_ledger: bool) -> Condition:
    """Return the condition that a row is of the ledger; its index is used only ``by_ledger``.

    Unless something is added to the number, SQLite takes that index before any better one.
    """
    column = Transaction.ledger_id if by_ledger else Transaction.ledger_id + 0
    return column == ledger_id


def subtree(filters: Filters, ledger_id: int) -> CTE:
    """Return the categories that ``category_id`` stands for, as a table of their ids."""
    return categories_below(only=bool(filters.category_only), **at(filters, ledger_id))


def categories_below(*, only: bool, **given: Any) -> CTE:
    """Return a category, and unless ``only`` it is meant all below it, as a table of ids.

    ``given`` are the values that :func:`at` returns; without them they are parameters.
    """
    start = {name: bindparam(name, given.get(name), Id, required=not given) for name in _PLACE}
    found = (
        select(Category.id)
        .where(Category.ledger_id == start["ledger_id"], Category.id == start["category_id"])
        .cte("below", recursive=not only)
    )
    if only:
        return found
    return found.union(select(Category.id).where(Category.parent_id == found.c.id))


def at(filters: Filters, ledger_id: int) -> dict[str, int]:
    """Return the values by which :func:`categories_below` knows where to start."""
    return {"ledger_id": ledger_id, "category_id": filters.category_id or 0}


_PLACE = ("ledger_id", "category_id")


def _condition(name: str, value: Any, ledger_id: int, filters: Filters) -> Condition:
    if name == "tag":
        return _tagged(ledger_id, value)
    if name == "category_id":
        return _in_categories(ledger_id, filters)
    if name in {"amount_min", "amount_max"}:
        return _amount_condition(name, value, ledger_id)
    return _CONDITIONS[name](value)


def _in_categories(ledger_id: int, filters: Filters) -> Condition:
    within = select(subtree(filters, ledger_id).c.id)
    lines = select(Split.transaction_id).where(Split.category_id.in_(within), *_days(filters))
    return or_(Transaction.category_id.in_(within), Transaction.id.in_(lines))


def _days(filters: Filters) -> list[Condition]:
    """Return the dates of ``filters`` as conditions on lines."""
    since = [] if filters.date_from is None else [Split.date >= filters.date_from]
    return since if filters.date_to is None else [*since, Split.date <= filters.date_to]


def at_account(account_id: int) -> Condition:
    """Return the condition that a row is of an account, on either side."""
    return or_(Transaction.account_id == account_id, Transaction.to_account_id == account_id)


def _uncategorised(_: bool) -> Condition:
    """Match what waits for a category: rows without one and rows with such a line, no transfers."""
    plain = and_(Transaction.category_id.is_(None), Transaction.is_split.is_(False))
    line = aliased(Split)
    bare = select(true()).where(line.transaction_id == Transaction.id, line.category_id.is_(None))
    lines = and_(Transaction.is_split.is_(True), bare.correlate(Transaction).exists())
    return and_(Transaction.kind != "transfer", or_(plain, lines))


def _in_state(state: str) -> Condition:
    """Match a state on either side; only transfers have the other one."""
    other = and_(Transaction.kind == "transfer", Transaction.to_state == state)
    return or_(Transaction.state == state, other)


def _of_payee(payee: str) -> Condition:
    """Match a payee; the index knows only rows that have one, so the condition says so, too."""
    return and_(Transaction.payee == payee, Transaction.payee != "")


def _tagged(ledger_id: int, name: str) -> Condition:
    rows = (
        select(TransactionTag.transaction_id)
        .join(Tag, Tag.id == TransactionTag.tag_id)
        .where(Tag.ledger_id == ledger_id, Tag.key == tag_key(name))
    )
    return Transaction.id.in_(rows)


def _amount_condition(name: str, value: Decimal, ledger_id: int) -> Condition:
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
    return or_(false(), *options)


def _since(date: dt.date) -> Condition:
    return Transaction.date >= date


def _until(date: dt.date) -> Condition:
    return Transaction.date <= date


_CONDITIONS: dict[str, Callable[[Any], Condition]] = {
    "date_from": _since,
    "date_to": _until,
    "uncategorised": _uncategorised,
    "account_id": at_account,
    "type": lambda kind: Transaction.kind == kind,
    "payee": _of_payee,
    "state": _in_state,
    "import_id": lambda import_id: Transaction.import_id == import_id,
}
