"""Reconciliation: what is cleared of an account comes to its statement's balance, and is settled.

Everything cleared up to a day becomes reconciled in one step, which can be taken back. Whoever
calls holds the ledger's lock.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import and_, func, insert, or_, select

from app.core.errors import Conflict, Invalid, NotFound
from app.core.money import MAX_MINOR, Money
from app.core.paging import Page, PageRequest
from app.models.accounts import Account
from app.models.activities import Trace
from app.models.base import session
from app.models.reconciliations import ReconciledRow, Reconciliation, Statement
from app.models.transactions import Transaction
from app.services import accounts, activities, balances, clearing, transactions

Values = Mapping[str, Any]

LOOKS_BACK = dt.timedelta(days=92)
"""So long before the last reconciliation a statement looks for rows that are open still."""

ADJUSTMENT = "Balance adjustment"


def find_page(account: Account, request: PageRequest) -> Page[Reconciliation]:
    """Return a page of an account's reconciliations, newest first."""
    mine = select(Reconciliation).where(Reconciliation.account_id == account.id)
    skip = (request.page - 1) * request.per_page
    query = mine.order_by(Reconciliation.id.desc()).offset(skip).limit(request.per_page)
    counted = select(func.count()).where(Reconciliation.account_id == account.id)
    items = session.scalars(query).all()
    total = session.scalar(counted) or 0
    return Page(items=items, per_page=request.per_page, total=total, page=request.page)


def find(account: Account, reconciliation_id: int) -> Reconciliation:
    """Return one of an account's reconciliations. NotFound when it is none of them."""
    found = session.get(Reconciliation, reconciliation_id, populate_existing=True)
    if found is None or found.account_id != account.id:
        raise NotFound
    return found


def find_latest(account: Account) -> Reconciliation | None:
    """Return an account's latest reconciliation, None where there is none."""
    mine = select(Reconciliation).where(Reconciliation.account_id == account.id)
    return session.scalar(mine.order_by(Reconciliation.id.desc()).limit(1))


def statement(account: Account, date: dt.date, balance: int, *, older: bool = False) -> Statement:
    """Return what there is to tick off; ``older``: long before the last reconciliation, too."""
    latest = find_latest(account)
    since = latest.date - LOOKS_BACK if latest and not older else dt.date.min
    return clearing.statement(account, date, balance, since)


def finish(
    account: Account, *, date: dt.date, balance: int, adjust: bool, by: Trace
) -> Reconciliation:
    """Settle what is cleared up to a day, when it comes to the statement's ``balance``.

    Conflict where it does not, unless ``adjust`` adds a row that makes up for the difference.
    """
    accounts.require_open(account)
    _require_later(account, date)
    difference = balance - balances.as_of(account, date).cleared_balance
    if difference and not adjust:
        raise _unequal(account, balance, difference)
    if difference:
        _adjust(account, date, difference, by)
    made = _record(account, date, balance, _settled_ids(account, date), by)
    session.refresh(made)
    return made


def _settled_ids(account: Account, date: dt.date) -> Sequence[int]:
    """Return the rows that are cleared up to a day. Invalid where they are too many at once."""
    ids = clearing.ids_in(account, "cleared", date, clearing.MOST + 1)
    if len(ids) > clearing.MOST:
        message = (
            f"More than {clearing.MOST:,} rows would be settled at once. Begin with an earlier day."
        )
        raise Invalid(errors={"date": [message]})
    return ids


def _record(
    account: Account, date: dt.date, balance: int, ids: Sequence[int], by: Trace
) -> Reconciliation:
    """Store a reconciliation with the rows that it settles."""
    made = Reconciliation(
        ledger_id=account.ledger_id,
        account_id=account.id,
        date=date,
        balance=balance,
        rows=len(ids),
        created_by_id=by.user_id,
    )
    session.add(made)
    session.flush()
    link = {"reconciliation_id": made.id, "ledger_id": account.ledger_id}
    for some in clearing.batches(ids):
        session.execute(insert(ReconciledRow), [link | {"transaction_id": id_} for id_ in some])
    clearing.put(account, ids, "reconciled", by, reconciliation_id=made.id)
    return made


def _require_later(account: Account, date: dt.date) -> None:
    latest = find_latest(account)
    if latest and date < latest.date:
        message = f"It is reconciled up to {latest.date} already. Choose that day or a later one."
        raise Invalid(errors={"date": [message]})


def _unequal(account: Account, balance: int, difference: int) -> Conflict:
    cleared, said, missing = (
        str(Money(minor, account.currency))
        for minor in (balance - difference, balance, abs(difference))
    )
    word = "missing" if difference > 0 else "too much"
    message = f"What is cleared comes to {cleared}, the statement says {said}: {missing} {word}."
    return Conflict(message, errors={"balance": [message]})


def _adjust(account: Account, date: dt.date, difference: int, by: Trace) -> None:
    if abs(difference) > MAX_MINOR:
        raise Invalid(errors={"balance": ["The difference is too large for one row."]})
    row = transactions.record(
        account.ledger_id,
        account_id=account.id,
        currency=account.currency,
        kind="income" if difference > 0 else "expense",
        date=date,
        amount=abs(difference),
        description=ADJUSTMENT,
        state="cleared",
        created_by_id=by.user_id,
        updated_by_id=by.user_id,
    )
    activities.record_change(by, "transaction.created", row, None)


def undo(account: Account, made: Reconciliation, by: Trace) -> None:
    """Take an account's latest reconciliation back: its rows are cleared again."""
    latest = find_latest(account)
    if latest is None or latest.id != made.id:
        raise Conflict("Only the latest reconciliation can be taken back. Begin with that one.")
    settled = [
        and_(owner == account.id, clearing.is_in(column, "reconciled"))
        for owner, column in clearing.SIDES
    ]
    query = (
        select(Transaction.id)
        .join(ReconciledRow, ReconciledRow.transaction_id == Transaction.id)
        .where(ReconciledRow.reconciliation_id == made.id, or_(*settled))
    )
    clearing.put(account, session.scalars(query).all(), "cleared", by, reconciliation_id=made.id)
    session.delete(session.get_one(Reconciliation, made.id))
    session.flush()


def states_now(rows: Mapping[int, Values]) -> dict[int, dict[str, Any]]:
    """Return rows that come back, by their ids: cleared, where what settled them was undone.

    Or where it was at another account. Everything else about them stays.
    """
    settled = _settled([row_id for row_id, row in rows.items() if _says_reconciled(row)])
    return {row_id: {**row, **_unsettled(row_id, row, settled)} for row_id, row in rows.items()}


def _says_reconciled(row: Values) -> bool:
    return "reconciled" in {row.get("state"), row.get("to_state")}


def _unsettled(row_id: int, row: Values, settled: set[tuple[int, int]]) -> dict[str, str]:
    return {
        f"{side}state": "cleared"
        for side in ("", "to_")
        if row.get(f"{side}state") == "reconciled"
        and (row_id, row[f"{side}account_id"]) not in settled
    }


def _settled(row_ids: Sequence[int]) -> set[tuple[int, int]]:
    """Return which rows reconciliations count on, each with the account that this is of."""
    found: set[tuple[int, int]] = set()
    for some in clearing.batches(row_ids):
        query = (
            select(ReconciledRow.transaction_id, Reconciliation.account_id)
            .join(Reconciliation, Reconciliation.id == ReconciledRow.reconciliation_id)
            .where(ReconciledRow.transaction_id.in_(some))
        )
        found |= {(row_id, account_id) for row_id, account_id in session.execute(query)}
    return found


def follow(from_id: int, to_id: int) -> None:
    """Let what counts on one row count on another, which has the same money."""
    links = (ReconciledRow.reconciliation_id, ReconciledRow.ledger_id)
    there = select(ReconciledRow.reconciliation_id).where(ReconciledRow.transaction_id == to_id)
    known = set(session.scalars(there))
    mine = select(*links).where(ReconciledRow.transaction_id == from_id)
    rows = [
        {"reconciliation_id": row.reconciliation_id, "ledger_id": row.ledger_id}
        | {"transaction_id": to_id}
        for row in session.execute(mine)
        if row.reconciliation_id not in known
    ]
    if rows:
        session.execute(insert(ReconciledRow), rows)
