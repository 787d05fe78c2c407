"""Reconciliations of an account with its statements."""

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from app.core import clock
from app.core.errors import Invalid
from app.core.money import Money, MoneyError, decimal_string, digits
from app.core.paging import Page, PageRequest
from app.core.uow import unit_of_work
from app.models.accounts import Account
from app.models.balances import Balance
from app.models.ledgers import LedgerScope
from app.models.reconciliations import Reconciliation, Statement
from app.models.users import Actor
from app.policies import Permission, require
from app.services import activities, balances, clearing, reconciliations, scoping


def list_page(actor: Actor, account_id: int, *, request: PageRequest) -> Page[Reconciliation]:
    """Return a page of an account's reconciliations, newest first."""
    return reconciliations.find_page(_seen(actor, account_id), request)


def latest(actor: Actor, account_id: int) -> Reconciliation | None:
    """Return an account's latest reconciliation, None where there is none."""
    return reconciliations.find_latest(_seen(actor, account_id))


def show(actor: Actor, account_id: int, reconciliation_id: int) -> Reconciliation:
    """Return one reconciliation of an account."""
    return reconciliations.find(_seen(actor, account_id), reconciliation_id)


def statement(
    actor: Actor, account_id: int, *, date: dt.date, balance: Decimal, older: bool = False
) -> Statement:
    """Return a statement beside the books: what there is to tick off up to its day."""
    account = _seen(actor, account_id)
    _require_past(actor, date)
    return reconciliations.statement(account, date, _minor(balance, account), older=older)


def mark(
    actor: Actor,
    account_id: int,
    *,
    open: Sequence[int] = (),
    cleared: Sequence[int] = (),
    cleared_until: dt.date | None = None,
) -> Balance:
    """Mark rows of an account as open or cleared; returns its balance by now.

    ``cleared_until`` clears up to 10,000 of the open rows up to that day, the oldest first.
    """
    account, scope = _editable(actor, account_id)
    with unit_of_work(scope):
        _mark(actor, account, open, cleared)
        if cleared_until is not None:
            clearing.clear_until(account, cleared_until, actor.trace)
        return balances.as_of(account, None)


def create(
    actor: Actor,
    account_id: int,
    *,
    date: dt.date,
    balance: Decimal,
    adjust: bool = False,
    open: Sequence[int] = (),
    cleared: Sequence[int] = (),
) -> Reconciliation:
    """Settle what is cleared up to a day, having marked rows; all of it or nothing.

    Conflict where it does not come to the statement's balance, unless ``adjust`` adds a row.
    """
    account, scope = _editable(actor, account_id)
    _require_past(actor, date)
    minor = _minor(balance, account)
    with unit_of_work(scope):
        _mark(actor, account, open, cleared)
        made = reconciliations.finish(
            account, date=date, balance=minor, adjust=adjust, by=actor.trace
        )
        _record(actor, "account.reconciled", account, made)
        return made


def undo(
    actor: Actor,
    account_id: int,
    reconciliation_id: int,
    *,
    require_same: Callable[[Any], None] | None = None,
) -> None:
    """Take an account's latest reconciliation back. Conflict for any other."""
    account, scope = _editable(actor, account_id)
    with unit_of_work(scope):
        made = reconciliations.find(account, reconciliation_id)
        if require_same:
            require_same(made)
        _record(actor, "account.unreconciled", account, made)
        reconciliations.undo(account, made, actor.trace)


def _seen(actor: Actor, account_id: int) -> Account:
    account, scope = scoping.find(Account, actor.id, account_id)
    require(scope, Permission.SEE)
    return account


def _editable(actor: Actor, account_id: int) -> tuple[Account, LedgerScope]:
    account, scope = scoping.find(Account, actor.id, account_id)
    require(scope, Permission.EDIT)
    return account, scope


def _mark(
    actor: Actor, account: Account, open_ids: Sequence[int], cleared_ids: Sequence[int]
) -> None:
    clearing.mark(account, open_ids, "open", actor.trace)
    clearing.mark(account, cleared_ids, "cleared", actor.trace)


def _record(actor: Actor, kind: str, account: Account, made: Reconciliation) -> None:
    activities.record(
        actor.trace,
        kind,
        account,
        after=activities.snapshot(account),
        reconciliation_id=made.id,
        date=made.date.isoformat(),
        balance=decimal_string(made.balance, digits(account.currency)),
        rows=made.rows,
    )


def _require_past(actor: Actor, date: dt.date) -> None:
    if date > clock.today(actor.timezone):
        raise Invalid(errors={"date": ["This day has not come yet."]})


def _minor(amount: Decimal, account: Account) -> int:
    try:
        return Money.of(amount, account.currency).minor
    except MoneyError as error:
        raise Invalid(errors={"balance": [str(error)]}) from error
