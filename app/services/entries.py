"""Entries: what somebody says of a row, made values of the row and checked against the books."""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from app.core.errors import Invalid
from app.core.money import Money, MoneyError, digits
from app.models.accounts import Account
from app.models.tags import tag_key
from app.models.transactions import Transaction
from app.services import accounts, categories, scoping
from app.services.books import Books

Said = Mapping[str, Any]


def resolve(
    books: Books, said: Said, *, row: Transaction | None = None, today: dt.date
) -> dict[str, Any]:
    """Return the values of a new row, or of ``row`` as it becomes; what is not said stays.

    ``said`` has the names of the API, amounts as decimals of their account's currency. The answer
    is what :mod:`app.services.transactions` takes. Invalid, by field, where it does not fit.
    """
    kind = said.get("type") or (row.kind if row else "expense")
    account = _account(books, said, row)
    amount = _amount(said, row, account)
    sides = _transfer(books, said, row, account, amount) if kind == "transfer" else _NO_SIDE
    if kind != "transfer" and said.get("to_account_id") is not None:
        raise Invalid(errors={"to_account_id": ["Only a transfer goes to another account."]})
    lines = _lines(books, said, row, kind, account, amount)
    return {
        "kind": kind,
        "date": _date(said, row, today),
        "account_id": account.id,
        "currency": account.currency,
        "amount": amount,
        **sides,
        "category_id": _category_id(books, said, row, kind, lines),
        "lines": lines,
        "tag_names": _tag_names(said, row),
        "refund_of_id": _purchase_id(books.ledger_id, said, row, kind),
        **_states(row, account.id, sides["to_account_id"]),
        **{name: said[name] for name in _AS_THEY_ARE if name in said},
    }


def copied(row: Transaction, *, today: dt.date) -> dict[str, Any]:
    """Return the values of a new row like ``row``, checked against what there is by now."""
    said: dict[str, Any] = {
        "type": row.kind,
        "date": today,
        "account_id": row.account_id,
        "amount": _decimal(row.amount, row.currency),
        "to_account_id": row.to_account_id,
        "category_id": row.category_id,
        "tags": row.tags,
        "splits": [
            line.values | {"amount": _decimal(line.amount, row.currency)} for line in row.splits
        ],
        "description": row.description,
        "payee": row.payee,
        "notes": row.notes,
    }
    if row.to_amount is not None and row.to_currency is not None:
        said["to_amount"] = _decimal(row.to_amount, row.to_currency)
    return resolve(Books(row.ledger_id), said, today=today)


def _decimal(minor: int, currency: str) -> Decimal:
    return Decimal(minor).scaleb(-digits(currency))


_AS_THEY_ARE = ("description", "payee", "notes", "state", "to_state")
_NO_SIDE = {"to_account_id": None, "to_amount": None, "to_currency": None}


def _date(said: Said, row: Transaction | None, today: dt.date) -> dt.date:
    date: dt.date = said.get("date") or (row.date if row else today)
    if date > today and (row is None or date != row.date):
        raise Invalid(errors={"date": ["This day has not come yet."]})
    return date


def _account(books: Books, said: Said, row: Transaction | None) -> Account:
    account_id = said.get("account_id") or (row.account_id if row else None)
    if account_id is None:
        return accounts.find_only(books.ledger_id)
    return _open_account(books, account_id, row, "account_id")


def _open_account(books: Books, account_id: int, row: Transaction | None, field: str) -> Account:
    account = books.account(account_id, field)
    if row is None or account.id not in {row.account_id, row.to_account_id}:
        accounts.require_open(account, field)
    return account


def _amount(said: Said, row: Transaction | None, account: Account) -> int:
    currency = said.get("currency")
    if currency not in {None, account.currency}:
        raise _other_currency(account)
    if said.get("amount") is not None:
        return _minor(said["amount"], account.currency, "amount")
    if row is None:
        raise Invalid(errors={"amount": ["This is needed."]})
    if row.currency != account.currency:
        raise _other_currency(account)
    return row.amount


def _other_currency(account: Account) -> Invalid:
    return Invalid(errors={"currency": [f"The account {account.name} is in {account.currency}."]})


def _transfer(
    books: Books, said: Said, row: Transaction | None, account: Account, amount: int
) -> dict[str, Any]:
    """Return where a transfer goes to, and what arrives there."""
    to_id = said.get("to_account_id") or (row.to_account_id if row else None)
    if to_id is None:
        raise Invalid(errors={"to_account_id": ["Say which account it goes to."]})
    if to_id == account.id:
        raise Invalid(errors={"to_account_id": ["A transfer goes to another account."]})
    other = _open_account(books, to_id, row, "to_account_id")
    arrived = said.get("to_amount")
    if arrived is not None:
        to_amount = _minor(arrived, other.currency, "to_amount")
    elif other.currency == account.currency:
        to_amount = amount
    elif row is not None and row.to_amount and row.to_currency == other.currency:
        to_amount = row.to_amount
    else:
        raise Invalid(errors={"to_amount": [f"Say what arrived, in {other.currency}."]})
    if other.currency == account.currency and to_amount != amount:
        message = f"Both accounts are in {account.currency}: what arrives is what left."
        raise Invalid(errors={"to_amount": [message]})
    return {"to_account_id": other.id, "to_amount": to_amount, "to_currency": other.currency}


def _lines(
    books: Books,
    said: Said,
    row: Transaction | None,
    kind: str,
    account: Account,
    amount: int,
) -> list[dict[str, Any]]:
    if "splits" not in said and (row is None or kind == "transfer"):
        return []
    lines = _said_lines(said, account) if "splits" in said else _kept_lines(row)
    if not lines:
        return []
    if kind == "transfer":
        raise Invalid(errors={"splits": ["A transfer has no categories."]})
    _require_categories(books, lines, row, kind)
    come_to = sum(line["amount"] for line in lines)
    if come_to != amount:
        told = (str(Money(minor, account.currency)) for minor in (come_to, amount))
        raise Invalid(errors={"splits": ["The lines come to {}, the amount is {}.".format(*told)]})
    return lines


def _said_lines(said: Said, account: Account) -> list[dict[str, Any]]:
    return [
        {
            "category_id": line.get("category_id"),
            "amount": _minor(line["amount"], account.currency, "splits"),
            "notes": line.get("notes") or "",
        }
        for line in said["splits"]
    ]


def _kept_lines(row: Transaction | None) -> list[dict[str, Any]]:
    return [line.values for line in row.splits] if row else []


def _require_categories(
    books: Books, lines: Sequence[dict[str, Any]], row: Transaction | None, kind: str
) -> None:
    had = {line.category_id for line in row.splits} if row else set()
    for category in books.categories({line["category_id"] for line in lines} - {None}, "splits"):
        categories.require_for(category, kind, "splits", kept=category.id in had)


def _category_id(
    books: Books, said: Said, row: Transaction | None, kind: str, lines: Sequence[Any]
) -> int | None:
    category_id: int | None = said.get("category_id")
    if category_id is not None and (lines or kind == "transfer"):
        what = "A transfer has no category." if kind == "transfer" else "Its lines have categories."
        raise Invalid(errors={"category_id": [what]})
    if lines or kind == "transfer":
        return None
    if "category_id" not in said and row is not None:
        category_id = row.category_id
    if category_id is None:
        return None
    category = books.category(category_id, "category_id")
    kept = row is not None and category_id == row.category_id
    categories.require_for(category, kind, "category_id", kept=kept)
    return category_id


def _states(row: Transaction | None, account_id: int, to_account_id: int | None) -> Said:
    """Return where a row is open again: at an account that it was not at before."""
    if row is None:
        return {}
    moved = {
        "state": account_id != row.account_id,
        "to_state": to_account_id != row.to_account_id,
    }
    return {name: "open" for name, is_moved in moved.items() if is_moved}


def _tag_names(said: Said, row: Transaction | None) -> list[str]:
    if "tags" not in said:
        return row.tags if row else []
    return list({tag_key(name): name for name in reversed(said["tags"])}.values())


def _purchase_id(ledger_id: int, said: Said, row: Transaction | None, kind: str) -> int | None:
    purchase_id: int | None = said.get("refund_of_id", row.refund_of_id if row else None)
    if purchase_id is None or (kind != "income" and "refund_of_id" not in said):
        return None
    if kind != "income":
        raise Invalid(errors={"refund_of_id": ["Only money in can be a refund."]})
    purchase = scoping.find_in_ledger(Transaction, ledger_id, purchase_id, "refund_of_id")
    if purchase.kind != "expense":
        raise Invalid(errors={"refund_of_id": ["Only money out can be refunded."]})
    return purchase.id


def _minor(amount: Decimal, currency: str, field: str) -> int:
    try:
        return Money.of(amount, currency).minor
    except MoneyError as error:
        raise Invalid(errors={field: [str(error)]}) from error
