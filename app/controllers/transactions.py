"""Transactions of a ledger: expenses, income and transfers."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from app.core import clock
from app.core.errors import NotFound, Stale
from app.core.group_commit import GroupCommit
from app.core.paging import Page, PageRequest
from app.core.rows import AnyRow
from app.core.uow import unit_of_work
from app.models.ledgers import LedgerKey, LedgerScope
from app.models.transaction_lists import Filters, ListedTransaction
from app.models.transactions import Transaction
from app.models.users import Actor
from app.policies import Permission, require
from app.services import (
    activities,
    activity_log,
    additions,
    entries,
    entry_batches,
    exports,
    ledgers,
    restoring,
    scoping,
    transaction_lists,
    transactions,
    versions,
)
from app.services.additions import Addition
from app.services.books import Books

_together = GroupCommit[LedgerKey, Addition, Transaction](
    lambda ledger, some: additions.record_each(ledger.id, some)
)


def list_page(
    actor: Actor, ledger_id: int | None = None, *, filters: Filters, request: PageRequest
) -> Page[ListedTransaction]:
    """Return one page of the ledger's rows that pass ``filters``."""
    scope = scoping.find_ledger(actor, ledger_id)
    require(scope, Permission.SEE)
    return transaction_lists.find_page(scope.id, filters, request)


def sums_by_day(
    actor: Actor, ledger_id: int | None = None, *, filters: Filters, first: dt.date, last: dt.date
) -> Sequence[AnyRow]:
    """Return what each day's rows that pass ``filters`` come to: date, currency, signed amount."""
    scope = scoping.find_ledger(actor, ledger_id)
    require(scope, Permission.SEE)
    return transaction_lists.sums_by_day(scope.id, filters, first, last)


def export(actor: Actor, ledger_id: int | None = None, *, filters: Filters) -> Iterator[str]:
    """Return the rows that pass ``filters`` as the lines of a CSV file, read while it is sent."""
    scope = scoping.find_ledger(actor, ledger_id)
    require(scope, Permission.EXPORT)
    with unit_of_work():
        activities.record(
            actor.trace, "export.downloaded", ledger_id=scope.id, rows_of="transactions"
        )
    return exports.csv_lines(scope.id, filters)


def show(actor: Actor, transaction_id: int) -> Transaction:
    """Return one row."""
    row, scope = scoping.find(Transaction, actor.id, transaction_id)
    require(scope, Permission.SEE)
    return row


def list_refunds(actor: Actor, transaction_id: int) -> Sequence[Transaction]:
    """Return the rows that refund a row, oldest first."""
    row, scope = scoping.find(Transaction, actor.id, transaction_id)
    require(scope, Permission.SEE)
    return transactions.find_refunds(row)


def duplicate(actor: Actor, transaction_id: int) -> Transaction:
    """Add a row like another one, dated today; it refunds nothing and is open."""
    row, scope = scoping.find(Transaction, actor.id, transaction_id)
    require(scope, Permission.EDIT)
    with unit_of_work(scope):
        entry = entries.copied(row, today=clock.today(actor.timezone))
        return additions.record_all(scope.id, [(entry, actor.trace)])[0]


def find(actor: Actor, transaction_id: int) -> Transaction | None:
    """Return one row, None when it was deleted. NotFound when the actor may not see it."""
    scope = find_scope(actor, transaction_id)
    require(scope, Permission.SEE)
    return transactions.find(scope.id, transaction_id)


def create(actor: Actor, ledger_id: int | None = None, **said: Any) -> Transaction:
    """Add a row, today where no date is given, to the only account where none is named.

    ``said`` has the names of the API: type, amount and whatever else there is to say.
    """
    scope = scoping.find_ledger(actor, ledger_id)
    require(scope, Permission.EDIT)
    addition = Addition(said, actor.trace, clock.today(actor.timezone))
    return _together.submit(LedgerKey(scope.id), addition)


def update(
    actor: Actor,
    transaction_id: int,
    *,
    version: int | None = None,
    allow_reconciled: bool = False,
    **said: Any,
) -> Transaction:
    """Change a row. Stale when it is of another ``version`` by now.

    Conflict for a reconciled row, unless that is ``allow_reconciled``.
    """
    row, scope = scoping.find(Transaction, actor.id, transaction_id)
    require(scope, Permission.EDIT)
    with unit_of_work(scope):
        versions.require_current(row, version)
        transactions.require_unreconciled(row, allowed=allow_reconciled)
        before = activities.snapshot(row)
        today = clock.today(actor.timezone)
        values = entries.resolve(Books(scope.id), said, row=row, today=today)
        transactions.amend(row, **values, updated_by_id=actor.id)
        activities.record_change(actor.trace, "transaction.updated", row, before)
    return row


def delete(
    actor: Actor,
    transaction_id: int,
    *,
    version: int | None = None,
    allow_reconciled: bool = False,
) -> None:
    """Delete a row. Stale when it is of another ``version`` by now.

    Conflict for a reconciled row, unless that is ``allow_reconciled``.
    """
    row, scope = scoping.find(Transaction, actor.id, transaction_id)
    require(scope, Permission.EDIT)
    with unit_of_work(scope):
        versions.require_current(row, version)
        transactions.require_unreconciled(row, allowed=allow_reconciled)
        activities.record_removal(actor.trace, "transaction.deleted", row)
        transactions.remove(row)


def write_batch(
    actor: Actor,
    ledger_id: int | None = None,
    *,
    create: Sequence[entry_batches.Item] = (),
    update: Sequence[entry_batches.Item] = (),
    delete: Sequence[entry_batches.Item] = (),
    allow_reconciled: bool = False,
) -> entry_batches.Batch:
    """Add, change and delete rows of a ledger, all of them or none; errors name their place."""
    scope = scoping.find_ledger(actor, ledger_id)
    require(scope, Permission.EDIT)
    with unit_of_work(scope):
        return entry_batches.write(
            scope.id,
            actor.trace,
            clock.today(actor.timezone),
            create=create,
            update=update,
            delete=delete,
            allow_reconciled=allow_reconciled,
        )


def restore(
    actor: Actor,
    transaction_id: int,
    *,
    activity_id: int | None = None,
    state: str | None = None,
    version: int | None = None,
    allow_reconciled: bool = False,
) -> Transaction:
    """Make a row again what it was ``before`` or ``after`` a line of its history.

    Without a line it is the newest, without a ``state`` as the row became, or was when it was
    deleted; that one comes back under its old id. NotFound when the log knows no such state,
    Conflict when it does not fit with what is there by now, and for a reconciled row unless that is
    ``allow_reconciled``; Stale on another ``version``.
    """
    scope = find_scope(actor, transaction_id)
    require(scope, Permission.EDIT)
    with unit_of_work(scope):
        row = transactions.find(scope.id, transaction_id)
        if version is not None and (row is None or row.version != version):
            raise Stale
        if row is not None:
            transactions.require_unreconciled(row, allowed=allow_reconciled)
        kept = activity_log.find_kept(scope.id, transaction_id, activity_id, state)
        if kept is None:
            raise NotFound
        before = activities.snapshot(row) if row else None
        row = restoring.restore(scope.id, transaction_id, row, kept, actor.id)
        details = {"activity_id": kept.activity_id}
        activities.record_change(actor.trace, "transaction.restored", row, before, **details)
        return row


def find_scope(actor: Actor, transaction_id: int) -> LedgerScope:
    """Return the ledger of a row, which may be deleted. NotFound when the actor may not see it."""
    try:
        return scoping.find(Transaction, actor.id, transaction_id)[1]
    except NotFound:
        ledger_id = activity_log.find_ledger_id(transaction_id)
        if ledger_id is None:
            raise
        return ledgers.find(actor.id, ledger_id)
