"""Clearing: rows of an account that are ticked off as they are seen on its statement.

A row is open until it is seen on a statement, which makes it cleared; a reconciliation settles it.
Transfers have such a state for either account. Whoever calls holds the ledger's lock.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Table, literal_column, select, update

from app.core import clock
from app.core.errors import Invalid, Reconciled
from app.models.accounts import Account
from app.models.activities import Trace
from app.models.base import session
from app.models.reconciliations import Statement, StatementLine
from app.models.transactions import Transaction
from app.services import activities, balances, totals

MOST = 10_000
"""Rows that one step marks or settles, at most."""

MOST_LINES = 200
"""Lines of each kind that a statement shows at once."""

_BATCH = 1000
_TABLE: Table = Transaction.__table__  # type: ignore[assignment]
SIDES = (
    (Transaction.account_id, Transaction.state),
    (Transaction.to_account_id, Transaction.to_state),
)
"""Whose row it is and its state there: at the account, and at the other one of a transfer."""


def statement(account: Account, date: dt.date, balance: int, since: dt.date) -> Statement:
    """Return a statement beside the books: what there is to tick off, from ``since`` on."""
    found = [
        *_lines(account, "open", since, date),
        *_lines(account, "cleared", dt.date.min, date),
    ]
    lines = [line for some in found for line in some[:MOST_LINES]]
    return Statement(
        account=account,
        date=date,
        balance=balance,
        cleared=balances.as_of(account, date).cleared_balance,
        lines=sorted(lines, key=lambda line: (line.date, line.id)),
        is_cut=any(len(some) > MOST_LINES for some in found),
    )


def _lines(
    account: Account, state: str, since: dt.date, until: dt.date
) -> Iterator[list[StatementLine]]:
    """Yield the lines of either side in one state, the oldest first, and one more than shown."""
    for owner, column in SIDES:
        query = (
            select(*_LINE)
            .where(
                owner == account.id,
                is_in(column, state),
                Transaction.date >= since,
                Transaction.date <= until,
            )
            .order_by(Transaction.date, Transaction.id)
            .limit(MOST_LINES + 1)
        )
        yield [_line(row, account, state == "cleared") for row in session.execute(query).all()]


_LINE = (
    Transaction.id,
    Transaction.date,
    Transaction.description,
    Transaction.payee,
    Transaction.kind,
    Transaction.amount,
    Transaction.account_id,
    Transaction.to_amount,
)


def _line(row: Any, account: Account, is_cleared: bool) -> StatementLine:
    if row.account_id != account.id:
        amount = row.to_amount
    else:
        amount = row.amount if row.kind == "income" else -row.amount
    said = (row.id, row.date, row.description, row.payee, row.kind)
    return StatementLine(*said, amount, is_cleared)


def is_in(column: Any, state: str) -> ColumnElement[bool]:
    """Compare a state with a plain word: SQLite uses a partial index only for its own condition."""
    condition: ColumnElement[bool] = column == literal_column(f"'{state}'")
    return condition


def mark(account: Account, row_ids: Sequence[int], state: str, by: Trace) -> None:
    """Make rows of an account open or cleared. Invalid for others', Reconciled for settled ones."""
    ids = list(dict.fromkeys(row_ids))
    found: dict[int, str] = {}
    for some in batches(ids):
        for owner, column in SIDES:
            query = select(Transaction.id, column).where(
                owner == account.id, Transaction.id.in_(some)
            )
            found |= dict(session.execute(query).all())
    if len(found) != len(ids):
        raise Invalid(errors={state: ["There is no such row in this account."]})
    changing = [row_id for row_id in ids if found[row_id] != state]
    if any(found[row_id] == "reconciled" for row_id in changing):
        raise Reconciled
    put(account, changing, state, by)


def clear_until(account: Account, date: dt.date, by: Trace) -> int:
    """Make the open rows up to a day cleared, at most MOST of them; returns how many."""
    ids = ids_in(account, "open", date, MOST)
    put(account, ids, "cleared", by)
    return len(ids)


def ids_in(account: Account, state: str, until: dt.date, most: int) -> list[int]:
    """Return the rows of an account in a state up to a day, the oldest first, at most ``most``."""
    ids: list[int] = []
    for owner, column in SIDES:
        query = (
            select(Transaction.id)
            .where(owner == account.id, is_in(column, state), Transaction.date <= until)
            .order_by(Transaction.date, Transaction.id)
            .limit(most)
        )
        ids += session.scalars(query).all()
    return ids[:most]


def put(account: Account, row_ids: Sequence[int], state: str, by: Trace, **details: Any) -> None:
    """Store a state of rows at an account, each with its line in the log; and the kept totals."""
    for ids in batches(row_ids):
        before = activities.snapshots(ids)
        counted = [id_ for id_ in ids if _counts(before[id_], account) != (state != "open")]
        lost = totals.of_rows(Transaction.id.in_(counted), times=-1)
        stored = {"updated_at": clock.now(), "updated_by_id": by.user_id}
        for owner, column in SIDES:
            changing = update(_TABLE).where(_TABLE.c.id.in_(ids), _TABLE.c[owner.key] == account.id)
            values = {column.key: state, "version": _TABLE.c.version + 1, **stored}
            session.execute(changing.values(values))
        totals.apply(lost, totals.of_rows(Transaction.id.in_(counted)))
        steps = {
            row_id: (row, row | {_side(row, account): state, "version": row["version"] + 1})
            for row_id, row in before.items()
        }
        activities.record_many(by, "transaction.updated", account.ledger_id, steps, **details)
    session.expire_all()


def batches(row_ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """Yield ids a few at a time."""
    for start in range(0, len(row_ids), _BATCH):
        yield row_ids[start : start + _BATCH]


def _side(row: dict[str, Any], account: Account) -> str:
    return "state" if row["account_id"] == account.id else "to_state"


def _counts(row: dict[str, Any], account: Account) -> bool:
    """Whether a row counts as cleared at an account."""
    return bool(row[_side(row, account)] != "open")
