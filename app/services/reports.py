"""Reports: what the kept totals say of a month, and of the one before."""

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import bindparam, func, select

from app.core.rows import AnyRow
from app.models.accounts import Account
from app.models.base import read
from app.models.categories import Category
from app.models.ledgers import LedgerScope
from app.models.reports import CategoryLine, CurrencyMonth, Figures, MonthlyReport
from app.models.totals import NO_CATEGORY, MonthlyTotal
from app.services import categories

_SUMS = (
    select(
        MonthlyTotal.month,
        Account.currency,
        MonthlyTotal.kind,
        MonthlyTotal.category_id,
        func.sum(MonthlyTotal.amount).label("amount"),
        func.sum(MonthlyTotal.count).label("rows"),
    )
    .join(Account, Account.id == MonthlyTotal.account_id)
    .where(
        MonthlyTotal.ledger_id == bindparam("ledger_id"),
        MonthlyTotal.month.in_((bindparam("this"), bindparam("last"))),
        MonthlyTotal.kind.in_(("expense", "income")),
        MonthlyTotal.amount > 0,
    )
    .group_by(MonthlyTotal.month, Account.currency, MonthlyTotal.kind, MonthlyTotal.category_id)
)
_TREE = (
    select(
        Category.id,
        Category.parent_id,
        Category.name,
        Category.type,
        Category.color,
        Category.icon,
    )
    .where(Category.ledger_id == bindparam("ledger_id"))
    .order_by(Category.name)
)


def monthly(
    ledger: LedgerScope, year: int, month: int, *, category_only: bool = False
) -> MonthlyReport:
    """Return the report of a month from the kept totals; two queries however many rows.

    Categories are nested and count those below them; with ``category_only`` they stand side by
    side, each with what is its own.
    """
    this, last = year * 100 + month, _previous(year, month)
    sums = read(_SUMS, ledger_id=ledger.id, this=this, last=last).all()
    tree = read(_TREE, ledger_id=ledger.id).all()
    found = sorted({row.currency for row in sums} - {ledger.currency})
    months = [
        _in_currency(code, sums, tree, this, category_only) for code in (ledger.currency, *found)
    ]
    return MonthlyReport(year, month, months[0], months[1:])


def _previous(year: int, month: int) -> int:
    return year * 100 + month - 1 if month > 1 else (year - 1) * 100 + 12


def _in_currency(
    code: str, sums: Iterable[AnyRow], tree: Sequence[AnyRow], this: int, category_only: bool
) -> CurrencyMonth:
    mine = [row for row in sums if row.currency == code]
    current = [row for row in mine if row.month == this]
    before = [row for row in mine if row.month != this]
    lines = _lines(current, before, tree, category_only)
    return CurrencyMonth(code, _figures(current), _figures(before), lines)


def _figures(rows: Iterable[AnyRow]) -> Figures:
    amounts = {"expense": 0, "income": 0}
    count = 0
    for row in rows:
        amounts[row.kind] += int(row.amount)
        count += int(row.rows)
    return Figures(spent=amounts["expense"], received=amounts["income"], count=count)


def _lines(
    current: Iterable[AnyRow],
    before: Iterable[AnyRow],
    tree: Sequence[AnyRow],
    category_only: bool,
) -> list[CategoryLine]:
    lines = _empty_lines(tree)
    for row in current:
        for line in _counting(lines, row, category_only):
            line.amount += int(row.amount)
            line.count += int(row.rows)
    for row in before:
        for line in _counting(lines, row, category_only):
            line.previous += int(row.amount)
    return list(lines.values()) if category_only else _nested(lines)


def _empty_lines(tree: Sequence[AnyRow]) -> dict[tuple[str, int], CategoryLine]:
    lines = {(row.type, row.id): CategoryLine(*row) for row in tree}
    for type_ in ("expense", "income"):
        lines[type_, NO_CATEGORY] = CategoryLine(
            None, None, "No category", type_, categories.DEFAULT_COLOR, "help-circle"
        )
    return lines


def _nested(lines: dict[tuple[str, int], CategoryLine]) -> list[CategoryLine]:
    for line in lines.values():
        if line.parent_id is not None:
            lines[line.type, line.parent_id].children.append(line)
    return [line for line in lines.values() if line.parent_id is None]


def _counting(
    lines: dict[tuple[str, int], CategoryLine], row: AnyRow, category_only: bool
) -> Iterator[CategoryLine]:
    """Yield the lines that a sum counts in: its category's and, where meant, all above it."""
    category_id: int | None = row.category_id
    while category_id is not None:
        line = lines[row.kind, category_id]
        yield line
        category_id = None if category_only else line.parent_id
