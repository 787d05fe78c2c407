"""Transactions of a ledger: expenses and income."""

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from app.core import clock
from app.core.errors import Invalid, NotFound, Stale
from app.core.money import Money, MoneyError
from app.core.paging import Page, PageRequest
from app.core.rows import AnyRow
from app.core.uow import unit_of_work
from app.models.accounts import Account
from app.models.categories import Category
from app.models.ledgers import LedgerScope
from app.models.transactions import Filters, Transaction
from app.models.users import Actor
from app.policies import Permission, require
from app.services import (
    accounts,
    activities,
    activity_log,
    categories,
    exports,
    ledgers,
    restoring,
    scoping,
    transactions,
    versions,
)


def list_page(
    actor: Actor, ledger_id: int | None = None, *, filters: Filters, request: PageRequest
) -> Page[AnyRow]:
    """Return one page of the ledger's rows that pass ``filters``."""
    scope = scoping.find_ledger(actor, ledger_id)
    require(scope, Permission.SEE)
    return transactions.find_page(scope.id, filters, request)


def sums_by_day(
    actor: Actor, ledger_id: int | None = None, *, filters: Filters, first: dt.date, last: dt.date
) -> Sequence[AnyRow]:
    """Return what each day's rows that pass ``filters`` come to: date, currency, signed amount."""
    scope = scoping.find_ledger(actor, ledger_id)
    require(scope, Permission.SEE)
    return transactions.sums_by_day(scope.id, filters, first, last)


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


def find(actor: Actor, transaction_id: int) -> Transaction | None:
    """Return one row, None when it was deleted. NotFound when the actor may not see it."""
    scope = find_scope(actor, transaction_id)
    require(scope, Permission.SEE)
    return transactions.find(scope.id, transaction_id)


def create(
    actor: Actor,
    ledger_id: int | None = None,
    *,
    type: str,
    amount: Decimal,
    date: dt.date | None = None,
    account_id: int | None = None,
    category_id: int | None = None,
    currency: str | None = None,
    **texts: str,
) -> Transaction:
    """Add a row, today where no date is given, to the only account where none is named."""
    scope = scoping.find_ledger(actor, ledger_id)
    require(scope, Permission.EDIT)
    with unit_of_work(scope):
        account = _account(scope.id, account_id)
        category = _category(scope.id, category_id, type)
        row = transactions.record(
            scope.id,
            account,
            kind=type,
            date=date or clock.today(actor.timezone),
            amount=_minor(amount, account, currency),
            category_id=category.id if category else None,
            created_by_id=actor.id,
            updated_by_id=actor.id,
            **texts,
        )
        activities.record_change(actor.trace, "transaction.created", row, None)
        return row


def update(
    actor: Actor, transaction_id: int, *, version: int | None = None, **changes: Any
) -> Transaction:
    """Change a row. Stale when it is of another ``version`` by now."""
    row, scope = scoping.find(Transaction, actor.id, transaction_id)
    require(scope, Permission.EDIT)
    with unit_of_work(scope):
        versions.require_current(row, version)
        before = activities.snapshot(row)
        transactions.amend(row, **_resolved(row, changes), updated_by_id=actor.id)
        activities.record_change(actor.trace, "transaction.updated", row, before)
    return row


def delete(actor: Actor, transaction_id: int, *, version: int | None = None) -> None:
    """Delete a row. Stale when it is of another ``version`` by now."""
    row, scope = scoping.find(Transaction, actor.id, transaction_id)
    require(scope, Permission.EDIT)
    with unit_of_work(scope):
        versions.require_current(row, version)
        activities.record_removal(actor.trace, "transaction.deleted", row)
        transactions.remove(row)


def restore(
    actor: Actor,
    transaction_id: int,
    *,
    activity_id: int | None = None,
    state: str | None = None,
    version: int | None = None,
) -> Transaction:
    """Make a row again what it was ``before`` or ``after`` a line of its history.

    Without a line it is the newest, without a ``state`` as the row became, or was when it was
    deleted; that one comes back under its old id. NotFound when the log knows no such state,
    Conflict when it does not fit with what is there by now, Stale on another ``version``.
    """
    scope = find_scope(actor, transaction_id)
    require(scope, Permission.EDIT)
    with unit_of_work(scope):
        row = transactions.find(scope.id, transaction_id)
        if version is not None and (row is None or row.version != version):
            raise Stale
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


def _resolved(row: Transaction, changes: dict[str, Any]) -> dict[str, Any]:
    """Turn what the caller sent into values of the row, checked against each other."""
    kind = changes.pop("type", row.kind)
    account = _account_of(row, changes.pop("account_id", row.account_id))
    category_id = changes.pop("category_id", row.category_id)
    if category_id != row.category_id or kind != row.kind:
        _category(row.ledger_id, category_id, kind)
    currency = changes.pop("currency", None)
    if "amount" in changes:
        changes["amount"] = _minor(changes["amount"], account, currency)
    elif account.currency != row.currency or currency not in {None, account.currency}:
        raise Invalid(
            errors={"currency": [f"The account {account.name} is in {account.currency}."]}
        )
    return {
        **changes,
        "kind": kind,
        "account_id": account.id,
        "category_id": category_id,
        "currency": account.currency,
    }


def _account(ledger_id: int, account_id: int | None) -> Account:
    if account_id is None:
        return accounts.find_only(ledger_id)
    account = scoping.find_in_ledger(Account, ledger_id, account_id, "account_id")
    accounts.require_open(account)
    return account


def _account_of(row: Transaction, account_id: int) -> Account:
    account = scoping.find_in_ledger(Account, row.ledger_id, account_id, "account_id")
    if account.id != row.account_id:
        accounts.require_open(account)
    return account


def _category(ledger_id: int, category_id: int | None, kind: str) -> Category | None:
    if category_id is None:
        return None
    category = scoping.find_in_ledger(Category, ledger_id, category_id, "category_id")
    categories.require_for(category, kind)
    return category


def _minor(amount: Decimal, account: Account, currency: str | None) -> int:
    if currency not in {None, account.currency}:
        message = f"The account {account.name} is in {account.currency}."
        raise Invalid(errors={"currency": [message]})
    try:
        return Money.of(amount, account.currency).minor
    except MoneyError as error:
        raise Invalid(errors={"amount": [str(error)]}) from error
