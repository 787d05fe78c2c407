"""Accounts of a ledger."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from app.core.errors import Invalid
from app.core.money import Money, MoneyError
from app.core.uow import unit_of_work
from app.models.accounts import Account
from app.models.users import Actor
from app.policies import Permission, require
from app.services import accounts, activities, scoping, versions


def list_all(
    actor: Actor, ledger_id: int | None = None, *, archived: bool | None = None
) -> Sequence[Account]:
    """Return the ledger's accounts by name; all, or only those (not) archived."""
    scope = scoping.find_ledger(actor, ledger_id)
    require(scope, Permission.SEE)
    return accounts.find_all(scope.id, archived=archived)


def show(actor: Actor, account_id: int) -> Account:
    """Return one account."""
    account, scope = scoping.find(Account, actor.id, account_id)
    require(scope, Permission.SEE)
    return account


def create(
    actor: Actor,
    ledger_id: int | None = None,
    *,
    name: str,
    type: str = "checking",
    currency: str | None = None,
    opening_balance: Decimal = Decimal(0),
) -> Account:
    """Open an account, in the ledger's currency unless another is given."""
    scope = scoping.find_ledger(actor, ledger_id)
    require(scope, Permission.EDIT)
    code = currency or scope.currency
    opening = _minor(opening_balance, code)
    with unit_of_work(scope):
        account = accounts.record(
            scope.id, name=name, type=type, currency=code, opening_balance=opening
        )
        activities.record_change(actor.trace, "account.created", account, None)
        return account


def update(actor: Actor, account_id: int, *, version: int | None = None, **changes: Any) -> Account:
    """Change an account; ``archived`` takes it out of use or back. Stale on another version."""
    account, scope = scoping.find(Account, actor.id, account_id)
    require(scope, Permission.EDIT)
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


def _minor(amount: Decimal, currency: str) -> int:
    try:
        return Money.of(amount, currency).minor
    except MoneyError as error:
        raise Invalid(errors={"opening_balance": [str(error)]}) from error
