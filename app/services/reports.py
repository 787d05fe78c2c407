"""Reports: what the kept totals say of a month, and of the one before."""

from collections.abc import Iterable, Sequence

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


def monthly(ledger: LedgerScope, year: int, month: int) -> MonthlyReport:
    """Return the report of a month from the kept totals; two queries however many rows."""
    this, last = year * 100 + month, _previous(year, month)
    sums = read(_SUMS, ledger_id=ledger.id, this=this, last=last).all()
    tree = read(_TREE, ledger_id=ledger.id).all()
    found = sorted({row.currency for row in sums} - {ledger.currency})
    months = [_in_currency(code, sums, tree, this) for code in (ledger.currency, *found)]
    return MonthlyReport(year, month, months[0], months[1:])


def _previous(year: int, month: int) -> int:
    return year * 100 + month - 1 if month > 1 else (year - 1) * 100 + 12


def _in_currency(
    code: str, sums: Iterable[AnyRow], tree: Sequence[AnyRow], this: int
) -> CurrencyMonth:
    mine = [row for row in sums if row.currency == code]
    current = [row for row in mine if row.month == this]
    before = [row for row in mine if row.month != this]
    return CurrencyMonth(code, _figures(current), _figures(before), _lines(current, before, tree))


def _figures(rows: Iterable[AnyRow]) -> Figures:
    amounts = {"expense": 0, "income": 0}
    count = 0
    for row in rows:
        amounts[row.kind] += int(row.amount)
        count += int(row.rows)
    return Figures(spent=amounts["expense"], received=amounts["income"], count=count)


def _lines(
    current: Iterable[AnyRow], before: Iterable[AnyRow], tree: Sequence[AnyRow]
) -> list[CategoryLine]:
    lines = {(row.type, row.id): CategoryLine(*row) for row in tree}
    for type_ in ("expense", "income"):
        lines[type_, NO_CATEGORY] = CategoryLine(
            None, None, "No category", type_, categories.DEFAULT_COLOR, "help-circle"
        )
    for row in current:
        _add(lines, row, amount=int(row.amount), count=int(row.rows))
    for row in before:
        _add(lines, row, previous=int(row.amount))
    for line in lines.values():
        if line.parent_id is not None:
            lines[line.type, line.parent_id].children.append(line)
    return [line for line in lines.values() if line.parent_id is None]


def _add(
    lines: dict[tuple[str, int], CategoryLine],
    row: AnyRow,
    *,
    amount: int = 0,
    count: int = 0,
    previous: int = 0,
) -> None:
    """Add to a category and to everything above it."""
    category_id: int | None = row.category_id
    while category_id is not None:
        line = lines[row.kind, category_id]
        line.amount += amount
        line.count += count
        line.previous += previous
        category_id = line.parent_id
