"""Verification: everything that is kept, recomputed from the rows and compared."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, func, or_, select

from app.models.accounts import Account
from app.models.base import session
from app.models.categories import Category
from app.models.ledgers import REMOVING, Ledger
from app.models.totals import MonthlyTotal
from app.models.transactions import Transaction
from app.services import totals

_GOING = select(Ledger.id).where(Ledger.deleted_at == REMOVING)


@dataclass(frozen=True, slots=True)
class Difference:
    """Something kept that the rows do not bear out; amounts in minor units."""

    what: str
    kept: object
    recomputed: object

    def __str__(self) -> str:
        return f"{self.what}: kept {self.kept}, the rows say {self.recomputed}"


def find_differences() -> list[Difference]:
    """Return every difference, over all ledgers; an empty list when the books are right.

    Archived and deleted ledgers count; one whose rows are being removed does not, it has no
    figures to be right about any more.
    """
    return [*_balances(), *_monthly_totals(), *_misplaced_rows()]


def _balances() -> Iterator[Difference]:
    signed = case((Transaction.kind == "income", Transaction.amount), else_=-Transaction.amount)
    sums = (
        select(Transaction.account_id, func.sum(signed).label("moved"))
        .group_by(Transaction.account_id)
        .subquery()
    )
    expected = Account.opening_balance + func.coalesce(sums.c.moved, 0)
    wrong = (
        select(Account.id, Account.ledger_id, Account.balance, expected.label("expected"))
        .outerjoin(sums, sums.c.account_id == Account.id)
        .where(Account.balance != expected, Account.ledger_id.not_in(_GOING))
    )
    for row in session.execute(wrong):
        what = f"balance of account {row.id} in ledger {row.ledger_id}"
        yield Difference(what, row.balance, int(row.expected))


def _monthly_totals() -> Iterator[Difference]:
    kept = {
        (row.ledger_id, row.month, row.account_id, row.kind, row.category_id): (
            row.amount,
            row.count,
        )
        for row in session.scalars(
            select(MonthlyTotal).where(MonthlyTotal.ledger_id.not_in(_GOING))
        )
        if row.amount or row.count
    }
    rows = totals.of_rows(Transaction.ledger_id.not_in(_GOING))
    recomputed: dict[Any, tuple[int, int]] = {}
    for ledger_id, month, account_id, kind, category_id, amount, count in rows:
        key = (ledger_id, int(month), account_id, kind, category_id)
        recomputed[key] = (int(amount), count)
    for key in sorted(kept.keys() | recomputed.keys()):
        is_kept, should_be = kept.get(key, (0, 0)), recomputed.get(key, (0, 0))
        if is_kept != should_be:
            yield Difference(_total_name(*key), is_kept, should_be)


def _total_name(ledger: int, month: int, account: int, kind: str, category: int) -> str:
    place = f"account {account}, category {category or 'none'}, ledger {ledger}"
    return f"{kind} of month {month} in {place} (sum, count)"


def _misplaced_rows() -> Iterator[Difference]:
    wrong = (
        select(
            Transaction.id,
            Transaction.currency,
            Account.currency,
            Transaction.kind,
            func.coalesce(Category.type, Transaction.kind),
        )
        .join(Account, Account.id == Transaction.account_id)
        .outerjoin(Category, Category.id == Transaction.category_id)
        .where(
            or_(
                Transaction.currency != Account.currency,
                Transaction.ledger_id != Account.ledger_id,
                Category.type != Transaction.kind,
                Category.ledger_id != Transaction.ledger_id,
            )
        )
    )
    for row_id, currency, account_currency, kind, category_type in session.execute(wrong).all():
        what = f"transaction {row_id} (currency, kind)"
        yield Difference(what, (currency, kind), (account_currency, category_type))
