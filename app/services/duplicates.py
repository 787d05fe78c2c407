"""Duplicates: which rows of a statement are stored already, and which only look like it."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Subquery,
    and_,
    exists,
    func,
    literal,
    or_,
    select,
    tuple_,
    update,
)

from app.models.base import session
from app.models.imports import ImportRow
from app.models.transactions import Transaction
from app.services import transfer_halves

NEARBY = dt.timedelta(days=3)
"""How far apart two rows of one amount may be and still look like the same payment."""

_WORDS = ("account_id", "kind", "date", "amount", "description", "payee", "notes")


def mark_known(import_id: int, ledger_id: int, *, after: int = 0, upto: int = 2**31) -> int:
    """Mark waiting rows in a range of lines that are stored already; returns how many."""
    stored = exists().where(
        Transaction.ledger_id == _unforeseen(ledger_id),
        Transaction.fingerprint == ImportRow.fingerprint,
        Transaction.occurrence == ImportRow.occurrence,
    )
    of_transfer = transfer_halves.is_known(
        ImportRow.fingerprint, ImportRow.occurrence, _unforeseen(ledger_id)
    )
    marked = session.execute(
        update(ImportRow)
        .where(
            ImportRow.import_id == import_id,
            ImportRow.line > after,
            ImportRow.line <= upto,
            ImportRow.status == "new",
            or_(stored, of_transfer),
        )
        .values(status="duplicate", possible_duplicate=False)
        .execution_options(synchronize_session=False)
    )
    return int(marked.rowcount)  # type: ignore[attr-defined]


def mark_same_words(import_id: int, ledger_id: int) -> None:
    """Mark waiting rows of Outlay's own export that say word for word what a stored row says.

    The n-th of equal rows in the file is the n-th of equal rows stored; a stored row that another
    row of the file matched already does not count.
    """
    mine = (ImportRow.import_id == _unforeseen(import_id), ImportRow.status == "new")
    first, last = session.execute(
        select(func.min(ImportRow.date), func.max(ImportRow.date)).where(*mine)
    ).one()
    if first is None:
        return
    claimed = select(ImportRow.fingerprint, ImportRow.occurrence).where(
        ImportRow.import_id == import_id, ImportRow.status == "duplicate"
    )
    unclaimed = or_(
        Transaction.fingerprint.is_(None),
        tuple_(Transaction.fingerprint, Transaction.occurrence).not_in(claimed),
    )
    span = Transaction.date.between(first, last)
    waiting = _numbered(ImportRow, ImportRow.line, *mine)
    in_ledger = Transaction.ledger_id == _unforeseen(ledger_id)
    stored = _numbered(Transaction, Transaction.id, in_ledger, span, unclaimed)
    same = and_(*(waiting.c[name] == stored.c[name] for name in (*_WORDS, "to_account_id", "twin")))
    matched = select(waiting.c.row).join(stored, same)
    session.execute(
        update(ImportRow)
        .where(*mine, ImportRow.line.in_(matched))
        .values(status="duplicate")
        .execution_options(synchronize_session=False)
    )


def _numbered(
    model: type[ImportRow] | type[Transaction], row: Any, *conditions: ColumnElement[bool]
) -> Subquery:
    """Return rows with what they say, and a number that tells equal ones apart."""
    words = [getattr(model, name).label(name) for name in _WORDS]
    words.append(func.coalesce(model.to_account_id, 0).label("to_account_id"))
    twin = func.row_number().over(partition_by=words, order_by=row).label("twin")
    return select(row.label("row"), *words, twin).where(*conditions).subquery()


def flag_lookalikes(import_id: int, ledger_id: int) -> int:
    """Flag waiting rows that look like a stored payment told in other words; returns how many.

    Same account, way and amount, at most three days apart, and not a stored row that another row
    of the file matched already. The same words on another day are a habit, not a duplicate.
    """
    candidates = session.execute(_lookalikes(import_id, ledger_id)).all()
    if not candidates:
        return 0
    claimed = set(
        session.execute(
            select(ImportRow.fingerprint, ImportRow.occurrence).where(
                ImportRow.import_id == import_id, ImportRow.status == "duplicate"
            )
        )
    )
    lines = {row.line for row in candidates if (row.fingerprint, row.occurrence) not in claimed}
    _flag(import_id, lines)
    return len(lines)


def _lookalikes(import_id: int, ledger_id: int) -> Any:
    texts = ("description", "payee", "notes")
    same_words = and_(*(getattr(Transaction, one) == getattr(ImportRow, one) for one in texts))
    habit = and_(same_words, Transaction.date != ImportRow.date)
    return (
        select(ImportRow.line, Transaction.fingerprint, Transaction.occurrence)
        .join(
            Transaction,
            and_(
                Transaction.ledger_id == _unforeseen(ledger_id),
                Transaction.amount == ImportRow.amount,
                Transaction.account_id == ImportRow.account_id,
                Transaction.kind == ImportRow.kind,
            ),
        )
        .where(
            ImportRow.import_id == import_id,
            ImportRow.status == "new",
            Transaction.date.between(_days_from(-NEARBY.days), _days_from(NEARBY.days)),
            ~habit,
        )
    )


def _unforeseen(row_id: int) -> ScalarSelect[int]:
    """Return an id that PostgreSQL's planner does not see.

    To one filled since its statistics were made it would give a single row, and go through all of
    its rows again for each waiting one.
    """
    return select(literal(row_id)).scalar_subquery()


def _days_from(days: int) -> Any:
    """Return the date some days from a waiting row's.

    Bounds, not a difference: they have an index, and SQLite would go through all waiting rows
    for each stored one if they had none.
    """
    if session.get_bind().dialect.name == "sqlite":
        return func.date(ImportRow.date, f"{days} days")
    return ImportRow.date + days


def _flag(import_id: int, lines: Iterable[int]) -> None:
    session.execute(
        update(ImportRow)
        .where(ImportRow.import_id == import_id, ImportRow.line.in_(lines))
        .values(possible_duplicate=True)
        .execution_options(synchronize_session=False)
    )
