"""Accounts of a ledger."""

from functools import partial
from typing import Any

from flask import Response

from app.api.acting import actor
from app.api.answers import expected_version, json_response, tagged_response
from app.api.blueprint import Blueprint, revisioned
from app.api.idempotency import idempotent
from app.controllers import accounts
from app.models.accounts import Account
from app.models.balances import Balance
from app.policies import Permission, needs
from app.schemas.accounts import (
    AccountChanges,
    AccountInput,
    AccountListSchema,
    AccountQuery,
    AccountSchema,
    BalanceHistoryQuery,
    BalanceHistorySchema,
    BalanceQuery,
    BalanceSchema,
    balance_history,
)
from app.schemas.base import LedgerQuery

blp = Blueprint("api_accounts", __name__, url_prefix="/api/accounts", description="Where money is")


@blp.route("", methods=["GET"])
@needs(Permission.SEE)
@blp.arguments(AccountQuery, location="query")
@blp.response(200, AccountListSchema)
@revisioned
def index(query: dict[str, Any]) -> Response:
    """List the accounts of a ledger."""
    items = accounts.list_all(actor(), **query)
    return json_response(AccountListSchema().dump({"items": items}))


@blp.route("", methods=["POST"])
@needs(Permission.EDIT)
@idempotent
@blp.arguments(AccountInput)
@blp.arguments(LedgerQuery, location="query")
@blp.item(AccountSchema, 201)
def create(data: dict[str, Any], query: dict[str, Any]) -> Account:
    """Open an account."""
    return accounts.create(actor(), **query, **data)


@blp.route("/<id:account_id>", methods=["GET"])
@needs(Permission.SEE)
@blp.item(AccountSchema)
def show(account_id: int) -> Account:
    """Get an account."""
    return accounts.show(actor(), account_id)


@blp.route("/<id:account_id>/balance", methods=["GET"])
@needs(Permission.SEE)
@blp.arguments(BalanceQuery, location="query")
@blp.item(BalanceSchema)
def balance(query: dict[str, Any], account_id: int) -> Balance:
    """Get an account's balance, as of the end of any day."""
    return accounts.balance(actor(), account_id, **query)


@blp.route("/<id:account_id>/history", methods=["GET"])
@needs(Permission.SEE)
@blp.arguments(BalanceHistoryQuery, location="query")
@blp.response(200, BalanceHistorySchema)
def history(query: dict[str, Any], account_id: int) -> Response:
    """Get how an account's balance went, for a chart: at most 400 points."""
    return tagged_response(balance_history(accounts.history(actor(), account_id, **query)))


@blp.route("/<id:account_id>", methods=["PUT"])
@needs(Permission.EDIT)
@blp.arguments(AccountChanges)
@blp.item(AccountSchema)
def replace(data: dict[str, Any], account_id: int) -> Account:
    """Change an account, naming at least what is required of a new one."""
    return _update(account_id, data)


@blp.route("/<id:account_id>", methods=["PATCH"])
@needs(Permission.EDIT)
@blp.arguments(AccountChanges(partial=True))
@blp.item(AccountSchema)
def update(data: dict[str, Any], account_id: int) -> Account:
    """Change an account; ``archived`` takes it out of use or back."""
    return _update(account_id, data)


@blp.route("/<id:account_id>", methods=["DELETE"])
@needs(Permission.EDIT)
@blp.empty
def delete(account_id: int) -> None:
    """Delete an account that nothing uses."""
    accounts.delete(actor(), account_id, version=_expected(account_id))


def _update(account_id: int, data: dict[str, Any]) -> Account:
    return accounts.update(actor(), account_id, version=_expected(account_id), **data)


def _expected(account_id: int) -> int | None:
    return expected_version(AccountSchema(), partial(accounts.show, actor(), account_id))
