"""How many rows a list has: as the kept totals know it, else counted up to a limit."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from sqlalchemy import case, func, select, union_all

from app.core.paging import COUNT_LIMIT
from app.models.base import read
from app.models.splits import Split
from app.models.totals import ARRIVAL, MonthlyTotal
from app.models.transaction_lists import Filters
from app.models.transactions import Transaction, month_number
from app.services import list_filters
from app.services.list_filters import Condition, Hits


def count(ledger_id: int, filters: Filters, hits: Hits) -> tuple[int, bool]:
    """Return how many rows pass ``filters``, and whether that is only a lower bound."""
    kept = _kept_conditions(filters)
    if kept is not None:
        return _kept_count(ledger_id, filters, kept)
    if filters.in_use().keys() == {"q"}:
        return (COUNT_LIMIT, True) if hits.ids is None else (len(hits.ids), False)
    if hits.are_none:
        return 0, False
    parts = list_filters.parts(ledger_id, filters, Transaction.id, hits=hits)
    some = union_all(*parts).limit(COUNT_LIMIT + 1).subquery()
    return _bounded(read(select(func.count()).select_from(some)).scalar() or 0)


def _bounded(counted: int) -> tuple[int, bool]:
    return min(counted, COUNT_LIMIT), counted > COUNT_LIMIT


def _kept_count(ledger_id: int, filters: Filters, kept: list[Condition]) -> tuple[int, bool]:
    conditions = [MonthlyTotal.ledger_id == ledger_id, *kept]
    if filters.category_id is not None:
        within = select(list_filters.subtree(filters, ledger_id).c.id)
        conditions.append(MonthlyTotal.category_id.in_(within))
    total = select(func.coalesce(func.sum(MonthlyTotal.count), 0)).where(*conditions)
    counted = int(read(total).scalar() or 0)
    if filters.category_id is None:
        return counted, False
    more, is_lower_bound = _uncounted(ledger_id, filters)
    return counted + more, is_lower_bound


def _uncounted(ledger_id: int, filters: Filters) -> tuple[int, bool]:
    """Return how many split rows have lines in the categories, but not their first one.

    The kept totals count a row where its first line is. True when there are too many to look at.
    """
    within = select(list_filters.subtree(filters, ledger_id).c.id)
    lines = select(Split.transaction_id, Split.position).where(Split.category_id.in_(within))
    others = list_filters.narrowing(ledger_id, filters, without={"category_id"})
    if others:
        lines = lines.join(Transaction, Transaction.id == Split.transaction_id).where(*others)
    some = lines.limit(COUNT_LIMIT + 1).subquery()
    first = func.coalesce(func.sum(case((some.c.position == 0, 1), else_=0)), 0)
    rows = func.count(some.c.transaction_id.distinct())
    found: Any = read(select(func.count(), rows, first).select_from(some)).one()
    counted, distinct, firsts = found
    return (0, True) if counted > COUNT_LIMIT else (int(distinct - firsts), False)


def _kept_conditions(filters: Filters) -> list[Condition] | None:
    """Return ``filters`` as conditions on the kept totals, or None where they cannot answer.

    Those of a category are added by who asks.
    """
    used = filters.in_use()
    conditions = [MonthlyTotal.kind != ARRIVAL] if "account_id" not in used else []
    for name in used.keys() - {"category_id", "category_only"}:
        condition = _kept_condition(name, used[name])
        if condition is None:
            return None
        conditions.append(condition)
    return conditions


def _kept_condition(name: str, value: Any) -> Condition | None:
    if name == "date_from" and value.day != 1:
        return None
    if name == "date_to" and (value + dt.timedelta(days=1)).day != 1:
        return None
    condition = _KEPT_CONDITIONS.get(name)
    return condition(value) if condition else None


_KEPT_CONDITIONS: dict[str, Callable[[Any], Condition]] = {
    "date_from": lambda date: MonthlyTotal.month >= month_number(date),
    "date_to": lambda date: MonthlyTotal.month <= month_number(date),
    "account_id": lambda account_id: MonthlyTotal.account_id == account_id,
    "type": lambda kind: MonthlyTotal.kind.in_((kind, ARRIVAL) if kind == "transfer" else (kind,)),
}
