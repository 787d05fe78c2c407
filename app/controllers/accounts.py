"""Accounts of a ledger."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from app.core import clock
from app.core.errors import Invalid
from app.core.money import Money, MoneyError
from app.core.uow import unit_of_work
from app.models.accounts import Account
from app.models.balances import Balance, BalanceHistory
from app.models.users import Actor
from app.policies import Permission, require
from app.services import accounts, activities, balances, scoping, versions


def list_all(
    actor: Actor, ledger_id: int | None = None, *, archived: bool | None = None
) -> Sequence[Account]:
    """Return the ledger's accounts in order; all, or only those (not) archived."""
    scope = scoping.find_ledger(actor, ledger_id)
    require(scope, Permission.SEE)
    return accounts.find_all(scope.id, archived=archived)


def show(actor: Actor, account_id: int) -> Account:
    """Return one account."""
    account, scope = scoping.find(Account, actor.id, account_id)
    require(scope, Permission.SEE)
    return account


def is_used(actor: Actor, account_id: int) -> bool:
    """Whether an account has transactions or imports, so that it can only be archived."""
    return accounts.is_used(show(actor, account_id))


def balance(actor: Actor, account_id: int, *, date: dt.date | None = None) -> Balance:
    """Return an account's balance at the end of a day; without one, after all its rows."""
    return balances.as_of(show(actor, account_id), date)


def history(
    actor: Actor,
    account_id: int,
    *,
    date_from: dt.date | None = None,
    date_to: dt.date | None = None,
    interval: str = "month",
) -> BalanceHistory:
    """Return how an account's balance went: up to today by default, and for a year.

    Invalid where that would be too many points.
    """
    last = date_to or clock.today(actor.timezone)
    first = date_from or last - dt.timedelta(days=365)
    if first > last:
        raise Invalid(errors={"date_from": ["This is after the last day."]})
    return balances.history(show(actor, account_id), first, last, interval)


def create(
    actor: Actor,
    ledger_id: int | None = None,
    *,
    name: str,
    type: str = "checking",
    currency: str | None = None,
    opening_balance: Decimal = Decimal(0),
    opening_date: dt.date | None = None,
    **said: Any,
) -> Account:
    """Open an account, in the ledger's currency unless another is given."""
    scope = scoping.find_ledger(actor, ledger_id)
    require(scope, Permission.EDIT)
    code = currency or scope.currency
    _require_past(actor, opening_date)
    values = said | {"name": name, "type": type, "currency": code, "opening_date": opening_date}
    opening = _minor(opening_balance, code)
    with unit_of_work(scope):
        account = accounts.record(scope.id, opening_balance=opening, **values)
        activities.record_change(actor.trace, "account.created", account, None)
        return account


def update(actor: Actor, account_id: int, *, version: int | None = None, **changes: Any) -> Account:
    """Change an account; ``archived`` takes it out of use or back. Stale on another version."""
    account, scope = scoping.find(Account, actor.id, account_id)
    require(scope, Permission.EDIT)
    _require_past(actor, changes.get("opening_date"))
    archived = changes.pop("archived", None)
    with unit_of_work(scope):
        versions.require_current(account, version)
        before = activities.snapshot(account)
        code = changes.get("currency", account.currency)
        # Twelve euros become twelve yen, not 1200: minor units depend on the currency.
        opening = changes.get("opening_balance", _opening_balance(account))
        changes["opening_balance"] = _minor(opening, code)
        if archived is not None:
            accounts.archive(account, archived)
        accounts.amend(account, **changes)
        activities.record_change(actor.trace, "account.updated", account, before)
    return account


def move(actor: Actor, account_id: int, *, by: int, group: bool = False) -> None:
    """Move an account ``by`` places up (below zero) or down, or its whole ``group``."""
    account, scope = scoping.find(Account, actor.id, account_id)
    require(scope, Permission.EDIT)
    with unit_of_work(scope):
        versions.require_current(account, None)
        accounts.require_open(account)
        before = activities.snapshot(account)
        accounts.move(account, by=by, group=group)
        activities.record_change(actor.trace, "account.moved", account, before)


def delete(actor: Actor, account_id: int, *, version: int | None = None) -> None:
    """Delete an account that nothing uses. Conflict when something does."""
    account, scope = scoping.find(Account, actor.id, account_id)
    require(scope, Permission.EDIT)
    with unit_of_work(scope):
        versions.require_current(account, version)
        activities.record_removal(actor.trace, "account.deleted", account)
        accounts.remove(account)


def _opening_balance(account: Account) -> Decimal:
    return Decimal(str(Money(account.opening_balance, account.currency)))


def _require_past(actor: Actor, date: dt.date | None) -> None:
    if date is not None and date > clock.today(actor.timezone):
        raise Invalid(errors={"opening_date": ["This day has not come yet."]})


def _minor(amount: Decimal, currency: str) -> int:
    try:
        return Money.of(amount, currency).minor
    except MoneyError as error:
        raise Invalid(errors={"opening_balance": [str(error)]}) from error
