"""Verification: everything that is kept, recomputed from the rows and compared."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, text
from sqlalchemy.exc import DatabaseError

from app.core.rows import AnySelect
from app.models.accounts import Account
from app.models.base import session
from app.models.categories import Category
from app.models.ledgers import REMOVING, Ledger
from app.models.reconciliations import ReconciledRow, Reconciliation
from app.models.splits import Split
from app.models.tags import TransactionTag
from app.models.totals import DailyTotal, MonthlyTotal
from app.models.transactions import Transaction, searchable
from app.services import clearing, tags, totals

_CHUNK = 5000
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
    there = Transaction.ledger_id.not_in(_GOING)
    recomputed = totals.of_rows(there)
    return [
        *_balances(recomputed.days),
        *_daily_totals(recomputed.days),
        *_monthly_totals(recomputed.months),
        *_misplaced_rows(),
        *_broken_splits(there),
        *_wrong_marks(there),
        *_unfindable_rows(there),
        *_unsettled_rows(there),
        *_wrong_reconciliations(),
    ]


def _balances(days: Iterable[totals.DaySums]) -> Iterator[Difference]:
    moved: dict[int, int] = {}
    for _, account_id, _, change, _ in days:
        moved[account_id] = moved.get(account_id, 0) + int(change)
    columns = (Account.id, Account.ledger_id, Account.balance, Account.opening_balance)
    here = select(*columns).where(Account.ledger_id.not_in(_GOING)).order_by(Account.id)
    for row in session.execute(here):
        expected = row.opening_balance + moved.get(row.id, 0)
        if row.balance != expected:
            what = f"balance of account {row.id} in ledger {row.ledger_id}"
            yield Difference(what, row.balance, expected)


def _daily_totals(days: Iterable[totals.DaySums]) -> Iterator[Difference]:
    key = (DailyTotal.ledger_id, DailyTotal.account_id, DailyTotal.date)
    sums = (DailyTotal.change, DailyTotal.cleared)
    query = select(*key, *sums).where(DailyTotal.ledger_id.not_in(_GOING))
    for (ledger, account, date), *figures in _compared(query, days, len(key)):
        what = f"total of {date} in account {account}, ledger {ledger} (change, cleared)"
        yield Difference(what, *figures)


def _monthly_totals(months: Iterable[totals.MonthSums]) -> Iterator[Difference]:
    key = (
        MonthlyTotal.ledger_id,
        MonthlyTotal.month,
        MonthlyTotal.account_id,
        MonthlyTotal.kind,
        MonthlyTotal.category_id,
    )
    sums = (MonthlyTotal.amount, MonthlyTotal.count)
    query = select(*key, *sums).where(MonthlyTotal.ledger_id.not_in(_GOING))
    for (ledger, month, account, kind, category), *figures in _compared(query, months, len(key)):
        place = f"account {account}, category {category or 'none'}, ledger {ledger}"
        yield Difference(f"{kind} of month {month} in {place} (sum, count)", *figures)


def _compared(query: AnySelect, recomputed: Iterable[Any], width: int) -> Iterator[Any]:
    """Yield (key, what is kept, what it should be) where these differ; zeros are nothing.

    A key is the first ``width`` columns of a row, the others are its figures.
    """
    kept = _figures(session.execute(query), width)
    expected = _figures(recomputed, width)
    for key in sorted(kept.keys() | expected.keys()):
        is_kept, should_be = kept.get(key, (0, 0)), expected.get(key, (0, 0))
        if is_kept != should_be:
            yield key, is_kept, should_be


def _figures(rows: Iterable[Any], width: int) -> dict[Any, tuple[int, ...]]:
    """Return figures by their keys; several of one key are parts of it."""
    found: dict[Any, tuple[int, ...]] = {}
    for row in rows:
        key = tuple(int(part) if isinstance(part, Decimal) else part for part in row[:width])
        figures = tuple(int(figure) for figure in row[width:])
        before = found.get(key, (0,) * len(figures))
        found[key] = tuple(map(sum, zip(before, figures, strict=True)))
    return {key: figures for key, figures in found.items() if any(figures)}


def _misplaced_rows() -> Iterator[Difference]:
    columns = (
        Transaction.id,
        Transaction.currency,
        Account.currency,
        Transaction.kind,
        func.coalesce(Category.type, Transaction.kind),
    )
    sides = (
        (Transaction.account_id, Transaction.currency),
        (Transaction.to_account_id, Transaction.to_currency),
    )
    for account_id, currency in sides:
        wrong = or_(
            currency != Account.currency,
            Transaction.ledger_id != Account.ledger_id,
            Category.type != Transaction.kind,
            Category.ledger_id != Transaction.ledger_id,
        )
        query = (
            select(*columns)
            .join(Account, Account.id == account_id)
            .outerjoin(Category, Category.id == Transaction.category_id)
            .where(wrong)
        )
        for row_id, in_currency, account_currency, kind, category_type in session.execute(query):
            what = f"transaction {row_id} (currency, kind)"
            yield Difference(what, (in_currency, kind), (account_currency, category_type))


def _broken_splits(there: ColumnElement[bool]) -> Iterator[Difference]:
    """Find rows that their lines do not sum up to, and lines that are not like their rows."""
    sums = (
        select(Split.transaction_id, func.sum(Split.amount).label("amount"))
        .group_by(Split.transaction_id)
        .subquery()
    )
    query = (
        select(Transaction.id, Transaction.amount, func.coalesce(sums.c.amount, 0))
        .outerjoin(sums, sums.c.transaction_id == Transaction.id)
        .where(there, Transaction.is_split, sums.c.amount.is_distinct_from(Transaction.amount))
    )
    for row_id, amount, lines in session.execute(query):
        yield Difference(f"amount of split transaction {row_id}", amount, int(lines))
    unlike = or_(
        Split.date != Transaction.date,
        Split.currency != Transaction.currency,
        Split.ledger_id != Transaction.ledger_id,
        Category.type != Transaction.kind,
        Category.ledger_id != Transaction.ledger_id,
    )
    lines_of = (
        select(Split.transaction_id, Split.position, Split.date, Transaction.date)
        .join(Transaction, Transaction.id == Split.transaction_id)
        .outerjoin(Category, Category.id == Split.category_id)
        .where(there, unlike)
    )
    for row_id, position, date, of_row in session.execute(lines_of):
        yield Difference(f"line {position} of transaction {row_id}", date, of_row)


def _wrong_marks(there: ColumnElement[bool]) -> Iterator[Difference]:
    """Find rows that say they have lines or tags and have none, or the other way round."""
    marks = {
        "is split": (Transaction.is_split, Split.transaction_id),
        "is tagged": (Transaction.is_tagged, TransactionTag.transaction_id),
    }
    for name, (mark, part) in marks.items():
        has = exists().where(part == Transaction.id)
        wrong = or_(and_(mark, ~has), and_(~mark, has))
        query = select(Transaction.id, mark).where(there, wrong).order_by(Transaction.id)
        for row_id, kept in session.execute(query):
            yield Difference(f"transaction {row_id} ({name})", kept, not kept)


def _unfindable_rows(there: ColumnElement[bool]) -> Iterator[Difference]:
    """Find rows whose words a search does not know."""
    columns = (Transaction.id, Transaction.search_text)
    texts = (Transaction.description, Transaction.payee, Transaction.notes)
    query = select(*columns, *texts).where(there).order_by(Transaction.id).limit(_CHUNK)
    rows = session.execute(query).all()
    while rows:
        names = tags.names_by_row([row.id for row in rows])
        for row_id, kept, *said in rows:
            expected = searchable(*said, *names.get(row_id, []))
            if kept != expected:
                yield Difference(f"words of transaction {row_id}", kept, expected)
        rows = session.execute(query.where(Transaction.id > rows[-1].id)).all()
    if session.get_bind().dialect.name == "sqlite":
        yield from _damaged_index()


def _damaged_index() -> Iterator[Difference]:
    command = "(transaction_search, rank) VALUES ('integrity-check', 1)"
    try:
        session.execute(text(f"INSERT INTO transaction_search {command}"))
    except DatabaseError as error:
        if "malformed" not in str(error.orig):
            raise
        yield Difference("index of words", "damaged", "what the rows say")


def _unsettled_rows(there: ColumnElement[bool]) -> Iterator[Difference]:
    """Find rows that say they are reconciled at an account whose statements do not count on them.

    Not the other way round: a row that a statement counts on may be deleted, moved or opened again
    where that is meant, and so may its amount change.
    """
    for owner, column in clearing.SIDES:
        settled = exists().where(
            ReconciledRow.transaction_id == Transaction.id,
            ReconciledRow.reconciliation_id == Reconciliation.id,
            Reconciliation.account_id == owner,
            Reconciliation.ledger_id == Transaction.ledger_id,
        )
        wrong = select(Transaction.id, owner).where(
            there, clearing.is_in(column, "reconciled"), ~settled
        )
        for row_id, account_id in session.execute(wrong.order_by(Transaction.id)):
            what = f"state of transaction {row_id} at account {account_id or 'none'}"
            yield Difference(what, "reconciled", "no reconciliation")


def _wrong_reconciliations() -> Iterator[Difference]:
    """Find reconciliations that settled more rows than they count on, or go back in time."""
    here = Reconciliation.ledger_id.not_in(_GOING)
    links = (
        select(func.count())
        .where(
            ReconciledRow.reconciliation_id == Reconciliation.id,
            ReconciledRow.ledger_id == Reconciliation.ledger_id,
        )
        .scalar_subquery()
    )
    fewer = select(Reconciliation.id, Reconciliation.rows, links).where(
        here, links < Reconciliation.rows
    )
    for made_id, rows, found in session.execute(fewer.order_by(Reconciliation.id)):
        yield Difference(f"rows of reconciliation {made_id}", rows, found)
    latest = func.max(Reconciliation.date).over(
        partition_by=Reconciliation.account_id, order_by=Reconciliation.id
    )
    days = select(Reconciliation.id, Reconciliation.date, latest.label("latest")).where(here)
    dated = days.subquery()
    back = select(dated).where(dated.c.date < dated.c.latest).order_by(dated.c.id)
    for made_id, date, latest_date in session.execute(back):
        yield Difference(f"day of reconciliation {made_id}", date, f"{latest_date} or later")
