"""Restoring: a transaction becomes again what the log kept of it, deleted or not."""

from typing import Any

from sqlalchemy import exists, select

from app.core.errors import Conflict
from app.models.accounts import Account
from app.models.base import session
from app.models.categories import Category
from app.models.transactions import Transaction
from app.models.users import User
from app.services import activities, activity_log, transactions
from app.services.activity_log import Kept

_TOLD = (
    "kind", "date", "amount", "currency", "description", "payee", "notes", "account_id",
    "category_id",
)  # fmt: skip
"""What restoring changes of a row that is there: what people can change of it."""


def restore(
    ledger_id: int, row_id: int, row: Transaction | None, kept: Kept, by_id: int
) -> Transaction:
    """Make ``row``, None where it was deleted, what the log kept. The ledger has to be locked.

    Conflict, and says what is missing, when it does not fit with what is there by now.
    """
    values = activities.values(kept.values)
    told = {name: values[name] for name in _TOLD}
    if row is not None and told == {name: getattr(row, name) for name in _TOLD}:
        return row
    _require_account(ledger_id, row, values)
    _require_category(ledger_id, row, values)
    if row is not None:
        transactions.amend(row, **told, updated_by_id=by_id)
        return row
    _require_not_imported_again(ledger_id, values)
    version = activity_log.last_version(ledger_id, row_id) + 1
    author = _author(values.pop("created_by_id"))
    revived = values | {"version": version, "created_by_id": author, "updated_by_id": by_id}
    return transactions.revive(ledger_id, row_id, **revived)


def _require_account(ledger_id: int, row: Transaction | None, values: dict[str, Any]) -> None:
    account = _find(Account, ledger_id, values["account_id"])
    if account is None:
        raise _missing("account_id", "The account of this version was deleted.")
    if account.currency != values["currency"]:
        in_use = f"The account {account.name} is in {account.currency} by now"
        raise _missing("account_id", f"{in_use}, and this version in {values['currency']}.")
    if account.archived and (row is None or row.account_id != account.id):
        raise _missing("account_id", f"Take the account {account.name} into use again first.")


def _require_category(ledger_id: int, row: Transaction | None, values: dict[str, Any]) -> None:
    if values["category_id"] is None:
        return
    category = _find(Category, ledger_id, values["category_id"])
    if category is None:
        raise _missing("category_id", "The category of this version was deleted.")
    if category.type != values["kind"]:
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


def _author(user_id: int | None) -> int | None:
    """Return who made the row, as long as they have an account."""
    return session.scalar(select(User.id).where(User.id == user_id))


def _missing(field: str, message: str) -> Conflict:
    return Conflict(message, errors={field: [message]})
