"""Transfers that are two rows of two statements: finding, joining and taking them apart."""

from collections.abc import Sequence

from app.core.errors import Conflict, Invalid, NotFound, Stale
from app.core.paging import Page, PageRequest
from app.core.uow import unit_of_work
from app.models.base import session
from app.models.ledgers import LedgerScope
from app.models.transactions import Transaction
from app.models.transfers import Match, MatchCount, RefusedMatch
from app.models.users import Actor
from app.policies import Permission, require
from app.services import (
    activities,
    scoping,
    transactions,
    transfer_halves,
    transfer_matches,
    transfers,
    versions,
)
from app.services.transfer_halves import ABSORBED, JOINED, RECEIPTS, TAKEN_APART


def list_matches(
    actor: Actor, ledger_id: int | None = None, *, request: PageRequest
) -> Page[Match]:
    """Return a page of pairs of rows that look like one transfer, the newest first."""
    return transfer_matches.find_page(_seen(actor, ledger_id).id, request)


def list_refused(
    actor: Actor, ledger_id: int | None = None, *, request: PageRequest
) -> Page[Match]:
    """Return a page of the pairs of which somebody said that they are no transfer."""
    return transfer_matches.find_refused(_seen(actor, ledger_id).id, request)


def count_matches(
    actor: Actor, ledger_id: int | None = None, *, at_a_glance: bool = False
) -> MatchCount:
    """Return how many pairs look like a transfer among the newest rows, few of them at a glance."""
    return transfer_matches.count(_seen(actor, ledger_id).id, at_a_glance=at_a_glance)


def list_near(actor: Actor, transaction_id: int) -> Sequence[Transaction]:
    """Return rows that could be the other half of a row, the likeliest first."""
    row, scope = scoping.find(Transaction, actor.id, transaction_id)
    require(scope, Permission.EDIT)
    return [] if row.kind == "transfer" else transfer_matches.find_near(row)


def is_joined(actor: Actor, transaction_id: int) -> bool:
    """Return whether a row is a transfer that was joined of two rows."""
    row, scope = scoping.find(Transaction, actor.id, transaction_id)
    require(scope, Permission.SEE)
    return row.kind == "transfer" and transfer_halves.find(row.id) is not None


def join(
    actor: Actor,
    ledger_id: int | None = None,
    *,
    expense_id: int,
    income_id: int,
    version: str | None = None,
    allow_reconciled: bool = False,
) -> Transaction:
    """Make one transfer of two rows; done already, it is the one that there is.

    Stale when ``version`` is not that of the two any more. Conflict for reconciled rows, unless
    that is ``allow_reconciled``.
    """
    scope = scoping.find_ledger(actor, ledger_id)
    require(scope, Permission.EDIT)
    with unit_of_work(scope):
        half = transfer_halves.find_joined(expense_id, income_id)
        if half is not None and half.ledger_id == scope.id:
            return session.get_one(Transaction, expense_id, populate_existing=True)
        expense, income = _pair(scope.id, expense_id, income_id)
        _require_current(expense, income, version)
        for row in (expense, income):
            transactions.require_unreconciled(row, allowed=allow_reconciled)
        before, other = activities.snapshot(expense), activities.snapshot(income)
        activities.record(actor.trace, ABSORBED, income, before=other, transfer_id=expense.id)
        half = transfers.join(expense, income, actor.id)
        details = {"income_id": income_id, RECEIPTS: half.in_row[RECEIPTS]}
        activities.record_change(actor.trace, JOINED, expense, before, **details)
        return expense


def take_apart(
    actor: Actor,
    transfer_id: int,
    *,
    version: int | None = None,
    allow_reconciled: bool = False,
) -> tuple[Transaction, Transaction]:
    """Make two rows again of a transfer that was joined of them, as they were.

    Stale when it is of another ``version`` by now. Conflict for one that never was two rows, and
    for a reconciled one, unless that is ``allow_reconciled``.
    """
    row, scope = scoping.find(Transaction, actor.id, transfer_id)
    require(scope, Permission.EDIT)
    with unit_of_work(scope):
        versions.require_current(row, version)
        half = transfer_halves.find(row.id)
        if half is None:
            raise Conflict("This was not joined of two rows, so there is nothing to take apart.")
        transactions.require_unreconciled(row, allowed=allow_reconciled)
        income_id = half.row_id
        steps = transfers.take_apart(scope.id, [half], actor.trace)
        activities.record_many(actor.trace, TAKEN_APART, scope.id, steps)
        expense, income = _pair(scope.id, row.id, income_id)
        return expense, income


def refuse(
    actor: Actor,
    ledger_id: int | None = None,
    *,
    expense_id: int,
    income_id: int,
) -> RefusedMatch:
    """Keep that two rows are no transfer, so that they are not offered again; once, said twice."""
    scope = scoping.find_ledger(actor, ledger_id)
    require(scope, Permission.EDIT)
    with unit_of_work(scope):
        expense, income = _pair(scope.id, expense_id, income_id)
        refused = transfers.find_refused(expense_id, income_id)
        if refused is not None:
            return refused
        refused = transfers.refuse(expense, income)
        told = activities.snapshot(expense)
        activities.record(
            actor.trace, "transaction.match_refused", expense, after=told, income_id=income_id
        )
        return refused


def offer_again(actor: Actor, expense_id: int, income_id: int) -> None:
    """Take back that two rows are no transfer. NotFound where nobody said so."""
    expense, scope = scoping.find(Transaction, actor.id, expense_id)
    require(scope, Permission.EDIT)
    with unit_of_work(scope):
        refused = transfers.find_refused(expense_id, income_id)
        if refused is None:
            raise NotFound
        transfers.offer_again(refused)
        told = activities.snapshot(expense)
        activities.record(
            actor.trace, "transaction.match_offered", expense, after=told, income_id=income_id
        )


def _seen(actor: Actor, ledger_id: int | None) -> LedgerScope:
    scope = scoping.find_ledger(actor, ledger_id)
    require(scope, Permission.SEE)
    return scope


def _pair(ledger_id: int, expense_id: int, income_id: int) -> tuple[Transaction, Transaction]:
    """Return two rows as they are stored now. Invalid, by field, where one is not in the ledger."""
    rows = [transactions.find(ledger_id, row_id) for row_id in (expense_id, income_id)]
    message = ["There is no such one in this ledger."]
    named = zip(("expense_id", "income_id"), rows, strict=True)
    missing = {field: message for field, row in named if row is None}
    if missing or rows[0] is None or rows[1] is None:
        raise Invalid(errors=missing)
    return rows[0], rows[1]


def _require_current(expense: Transaction, income: Transaction, version: str | None) -> None:
    if version not in {None, f"{expense.version}-{income.version}"}:
        raise Stale
