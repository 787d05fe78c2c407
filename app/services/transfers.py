"""Transfers: two rows of two statements joined into one row, and taken apart again."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select

from app.core.errors import Conflict, Invalid
from app.models.accounts import Account
from app.models.activities import Trace
from app.models.base import session
from app.models.categories import Category
from app.models.tags import MOST_TAGS, in_order, tag_key
from app.models.transactions import Transaction
from app.models.transfers import RefusedMatch, TransferHalf
from app.models.users import User
from app.services import (
    activities,
    receipts,
    reconciliations,
    row_sets,
    transactions,
    transfer_halves,
)
from app.services.row_sets import Snapshot, Steps
from app.services.transfer_halves import RECEIPTS, VERSION


def join(expense: Transaction, income: Transaction, by_id: int) -> TransferHalf:
    """Make one transfer of two rows: it keeps the id of ``expense``, and ``income`` goes up in it.

    Invalid where the two are not the halves of one. Receipts, tags and notes of both are kept.
    """
    require_halves(expense, income)
    out_row, in_row = activities.snapshot(expense), activities.snapshot(income)
    in_row |= {"id": income.id, RECEIPTS: receipts.hand_over(income.id, expense.id)}
    values = _joined(expense, income)
    reconciliations.follow(income.id, expense.id)
    transactions.remove(income)
    transactions.amend(expense, **values, lines=[], updated_by_id=by_id)
    return transfer_halves.record(expense, out_row, in_row)


def require_halves(expense: Transaction, income: Transaction) -> None:
    """Refuse two rows that cannot be one transfer. Invalid says which one, and why."""
    for field, row, kind in (("expense_id", expense, "expense"), ("income_id", income, "income")):
        if row.kind != kind:
            raise _misfit(field, f"This is no money {'out' if kind == 'expense' else 'in'}.")
        if row.splits:
            raise _misfit(field, "This is split over several categories, so it is no transfer.")
    if income.refund_of_id is not None:
        raise _misfit("income_id", "This refunds a purchase, so it is no transfer.")
    if transactions.find_refunds(expense):
        raise _misfit("expense_id", "This was refunded, so it is no transfer.")
    if expense.account_id == income.account_id:
        raise _misfit("income_id", "Both are in the same account.")
    if expense.currency == income.currency and expense.amount != income.amount:
        raise _misfit("income_id", "What arrived is not what left.")


def take_apart(ledger_id: int, halves: Sequence[TransferHalf], by: Trace) -> Steps:
    """Make two rows again of each of several transfers, as they were; returns what changed.

    What statements say of either side stays as it is by now, where that is of the same account.
    Returned is what each row was, None where it was not there, and what it became. Conflict where a
    half fits no more with what there is.
    """
    fits = _Mending(ledger_id, halves)
    now = activities.snapshots([half.transaction_id for half in halves])
    apart: dict[int, Snapshot] = {}
    for half in halves:
        is_now = now[half.transaction_id]
        kept = {"version": is_now["version"], "state": is_now["state"]}
        apart[half.transaction_id] = fits(half.out_row) | kept
        apart[half.row_id] = _plain(fits(half.in_row)) | {"state": is_now["to_state"]}
        reconciliations.follow(half.transaction_id, half.row_id)
    apart = reconciliations.states_now(apart)
    back: Steps = {
        half.transaction_id: (now[half.transaction_id], apart[half.transaction_id])
        for half in halves
    }
    revived = {half.row_id: apart[half.row_id] for half in halves}
    brought = {half.row_id: half.in_row[RECEIPTS] for half in halves}
    _forget(halves)
    row_sets.write(ledger_id, back, by)
    if row_sets.revive(ledger_id, revived, by):
        raise Conflict("One half is there already: it was imported once more.")
    for row_id, receipt_ids in brought.items():
        receipts.give_back(receipt_ids, row_id)
    steps = row_sets.versioned(back)
    return steps | {row_id: (None, row) for row_id, row in revived.items()}


def find_refused(expense_id: int, income_id: int) -> RefusedMatch | None:
    """Return that two rows are no transfer, where somebody said so."""
    return session.get(RefusedMatch, (expense_id, income_id), populate_existing=True)


def refuse(expense: Transaction, income: Transaction) -> RefusedMatch:
    """Keep that two rows are no transfer."""
    require_halves(expense, income)
    refused = RefusedMatch(expense_id=expense.id, income_id=income.id, ledger_id=expense.ledger_id)
    session.add(refused)
    session.flush()
    return refused


def offer_again(refused: RefusedMatch) -> None:
    """Forget that two rows are no transfer."""
    session.delete(refused)
    session.flush()


def _joined(expense: Transaction, income: Transaction) -> dict[str, Any]:
    """Return what the row becomes: the way, the account and the sum of both, and their texts."""
    names = {tag_key(name): name for name in (*income.tags, *expense.tags)}
    if len(names) > MOST_TAGS:
        raise _misfit("income_id", f"Together they have more than {MOST_TAGS} tags.")
    notes = [expense.notes, income.notes]
    return {
        "kind": "transfer",
        "category_id": None,
        "to_account_id": income.account_id,
        "to_amount": income.amount,
        "to_currency": income.currency,
        "to_state": income.state,
        "description": expense.description or income.description,
        "payee": expense.payee or income.payee,
        "notes": "\n".join(dict.fromkeys(note for note in notes if note)),
        "tag_names": in_order(names.values()),
    }


def _plain(row: Snapshot) -> Snapshot:
    """Return a row that went up in a transfer as it was: it comes back in the version it had."""
    told = {name: value for name, value in row.items() if name not in {"id", RECEIPTS, VERSION}}
    return told | {"version": row["version"] - 1}  # reviving makes it the next one


def _misfit(field: str, message: str) -> Invalid:
    return Invalid(message, errors={field: [message]})


def _forget(halves: Sequence[TransferHalf]) -> None:
    gone = delete(TransferHalf).where(TransferHalf.id.in_([half.id for half in halves]))
    session.execute(gone.execution_options(synchronize_session=False))
    for half in halves:
        session.expunge(half)


class _Mending:
    """Makes kept rows fit with what there is by now: accounts, categories, who entered them."""

    def __init__(self, ledger_id: int, halves: Sequence[TransferHalf]) -> None:
        accounts = select(Account.id, Account.currency).where(Account.ledger_id == ledger_id)
        categories = select(Category.id, Category.type).where(Category.ledger_id == ledger_id)
        self._accounts = dict(session.execute(accounts).all())
        self._categories = dict(session.execute(categories).all())
        authors = {row["created_by_id"] for half in halves for row in (half.out_row, half.in_row)}
        self._people = set(session.scalars(select(User.id).where(User.id.in_(authors - {None}))))

    def __call__(self, row: Snapshot) -> Snapshot:
        """Return ``row`` without what is gone. Conflict where that is its account."""
        if self._accounts.get(row["account_id"]) != row["currency"]:
            raise Conflict("The account of one half is gone or in another currency by now.")
        fits = self._categories.get(row["category_id"]) == row["kind"]
        is_known = row["created_by_id"] in self._people
        return row | {
            "category_id": row["category_id"] if fits else None,
            "created_by_id": row["created_by_id"] if is_known else None,
        }
