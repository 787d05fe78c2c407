"""Restoring: a transaction becomes again what the log kept of it, deleted or not."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import exists, select

from app.core.errors import Conflict
from app.models.accounts import Account
from app.models.base import session
from app.models.categories import Category
from app.models.transactions import Transaction
from app.models.transfers import TransferHalf
from app.models.users import User
from app.services import (
    activities,
    activity_log,
    reconciliations,
    transactions,
    transfer_halves,
)
from app.services.activity_log import Kept

_TOLD = (
    "kind", "date", "amount", "currency", "description", "payee", "notes", "account_id",
    "to_account_id", "to_amount", "to_currency", "category_id", "state", "to_state", "refund_of_id",
)  # fmt: skip
"""What restoring changes of a row that is there: what people can change of it."""

Values = Mapping[str, Any]


def restore(
    ledger_id: int, row_id: int, row: Transaction | None, kept: Kept, by_id: int
) -> Transaction:
    """Make ``row``, None where it was deleted, what the log kept. The ledger has to be locked.

    Conflict, and says what is missing, when it does not fit with what is there by now.
    """
    values = activities.values(kept.values)
    lines, tag_names = values.pop("splits"), values.pop("tags")
    values = reconciliations.states_now({row_id: values})[row_id]
    told = {name: values[name] for name in _TOLD}
    if row is not None and _says(row, told, lines, tag_names):
        return row
    half = _half(ledger_id, row_id, row, kept)
    for side in ("", "to_"):
        _require_account(ledger_id, row, values, side)
    for category_id in (values["category_id"], *(line["category_id"] for line in lines)):
        _require_category(ledger_id, row, values["kind"], category_id)
    values["refund_of_id"] = told["refund_of_id"] = _purchase(ledger_id, values["refund_of_id"])
    if row is not None:
        transactions.amend(row, **told, lines=lines, tag_names=tag_names, updated_by_id=by_id)
        transfer_halves.add_all([half] if half else [])
        return row
    transfer_halves.require_unabsorbed(ledger_id, row_id, values)
    _require_not_imported_again(ledger_id, values)
    version = activity_log.last_version(ledger_id, row_id) + 1
    author = _author(values.pop("created_by_id"))
    revived = values | {"version": version, "created_by_id": author, "updated_by_id": by_id}
    row = transactions.revive(ledger_id, row_id, lines=lines, tag_names=tag_names, **revived)
    transfer_halves.add_all([half] if half else [])
    return row


def _half(ledger_id: int, row_id: int, row: Transaction | None, kept: Kept) -> TransferHalf | None:
    """Return what is to be known again of a transfer that was joined of two rows.

    Conflict where the other row is there by itself: its money would count twice.
    """
    if kept.values["kind"] != "transfer" or (row is not None and row.kind == "transfer"):
        return None
    half = transfer_halves.from_log(ledger_id, row_id, kept.activity_id)
    if half is not None:
        transfer_halves.require_gone(half)
    return half


def _says(row: Transaction, told: Values, lines: Any, tag_names: list[str]) -> bool:
    """Whether a row says the same already."""
    return (
        told == {name: getattr(row, name) for name in _TOLD}
        and lines == [line.values for line in row.splits]
        and tag_names == row.tags
    )


def _require_account(ledger_id: int, row: Transaction | None, values: Values, side: str) -> None:
    field = f"{side}account_id"
    if values[field] is None:
        return
    account, currency = _find(Account, ledger_id, values[field]), values[f"{side}currency"]
    if account is None:
        raise _missing(field, "The account of this version was deleted.")
    if account.currency != currency:
        in_use = f"The account {account.name} is in {account.currency} by now"
        raise _missing(field, f"{in_use}, and this version in {currency}.")
    if account.archived and (row is None or account.id not in {row.account_id, row.to_account_id}):
        raise _missing(field, f"Take the account {account.name} into use again first.")


def _require_category(
    ledger_id: int, row: Transaction | None, kind: str, category_id: int | None
) -> None:
    if category_id is None:
        return
    category = _find(Category, ledger_id, category_id)
    if category is None:
        raise _missing("category_id", "The category of this version was deleted.")
    if category.type != kind:
        raise _missing("category_id", f"{category.name} is a category for {category.type} by now.")
    if category.archived and (row is None or row.category_id != category.id):
        raise _missing("category_id", f"Take the category {category.name} into use again first.")


def _require_not_imported_again(ledger_id: int, values: dict[str, Any]) -> None:
    if values["fingerprint"] is None:
        return
    twin = select(
        exists().where(
            Transaction.ledger_id == ledger_id,
            Transaction.fingerprint == values["fingerprint"],
            Transaction.occurrence == values["occurrence"],
        )
    )
    if session.scalar(twin):
        raise Conflict("This transaction is there already: it was imported once more.")


def _find(model: type[Any], ledger_id: int, row_id: int) -> Any:
    return session.scalar(select(model).where(model.ledger_id == ledger_id, model.id == row_id))


def _purchase(ledger_id: int, row_id: int | None) -> int | None:
    """Return what a refund was for, as long as it is there."""
    mine = (Transaction.ledger_id == ledger_id, Transaction.id == row_id)
    return session.scalar(select(Transaction.id).where(*mine))


def _author(user_id: int | None) -> int | None:
    """Return who made the row, as long as they have an account."""
    return session.scalar(select(User.id).where(User.id == user_id))


def _missing(field: str, message: str) -> Conflict:
    return Conflict(message, errors={field: [message]})
