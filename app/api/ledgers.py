"""Ledgers the caller may see, and those they can bring back."""

from typing import Any

from flask import Response

from app.api.acting import actor
from app.api.answers import json_response, precondition
from app.api.blueprint import Blueprint
from app.api.idempotency import idempotent
from app.controllers import ledgers
from app.models.ledgers import LedgerScope
from app.policies import Permission, needs, signed_in
from app.schemas.ledgers import (
    LedgerChanges,
    LedgerInput,
    LedgerListSchema,
    LedgerSchema,
    LedgersQuery,
)
from app.schemas.second_factors import PasswordAgain

blp = Blueprint("api_ledgers", __name__, url_prefix="/api/ledgers", description="Sets of books")


@blp.route("", methods=["GET"])
@blp.arguments(LedgersQuery, location="query")
@blp.response(200, LedgerListSchema)
@signed_in
def index(query: dict[str, Any]) -> Response:
    """List the ledgers you may see, your own first; ``deleted`` lists what you can bring back."""
    find = ledgers.list_deleted if query["deleted"] else ledgers.list_all
    return json_response(LedgerListSchema().dump({"items": find(actor())}))


@blp.route("", methods=["POST"])
@idempotent
@blp.arguments(LedgerInput)
@blp.item(LedgerSchema, 201)
@signed_in
def create(data: dict[str, Any]) -> LedgerScope:
    """Open one more ledger, in your currency unless you name another."""
    return ledgers.create(actor(), **data)


@blp.route("/<id:ledger_id>", methods=["GET"])
@blp.item(LedgerSchema)
@needs(Permission.SEE)
def show(ledger_id: int) -> LedgerScope:
    """Get a ledger."""
    return ledgers.show(actor(), ledger_id)


@blp.route("/<id:ledger_id>", methods=["PUT"])
@blp.arguments(LedgerChanges)
@blp.item(LedgerSchema)
@needs(Permission.MANAGE)
def replace(data: dict[str, Any], ledger_id: int) -> LedgerScope:
    """Change a ledger, naming at least what is required of a new one."""
    return _update(ledger_id, data)


@blp.route("/<id:ledger_id>", methods=["PATCH"])
@blp.arguments(LedgerChanges(partial=True))
@blp.item(LedgerSchema)
@needs(Permission.MANAGE)
def update(data: dict[str, Any], ledger_id: int) -> LedgerScope:
    """Rename a ledger; ``archived`` lets it only be read, or be written again."""
    return _update(ledger_id, data)


@blp.route("/<id:ledger_id>", methods=["DELETE"])
@blp.arguments(PasswordAgain)
@blp.empty
@needs(Permission.MANAGE)
def delete(data: dict[str, Any], ledger_id: int) -> None:
    """Delete a ledger with all that is in it; it can be brought back for 30 days."""
    ledgers.delete(actor(), ledger_id, check=precondition(LedgerSchema()), **data)


@blp.route("/<id:ledger_id>/restore", methods=["POST"])
@blp.item(LedgerSchema)
@needs(Permission.MANAGE)
def restore(ledger_id: int) -> LedgerScope:
    """Bring back a ledger that was deleted less than 30 days ago."""
    return ledgers.restore(actor(), ledger_id)


def _update(ledger_id: int, data: dict[str, Any]) -> LedgerScope:
    return ledgers.update(actor(), ledger_id, check=precondition(LedgerSchema()), **data)
