"""Ledgers the caller may see."""

from flask import Response

from app.api.acting import actor
from app.api.answers import json_response
from app.api.blueprint import Blueprint
from app.controllers import ledgers
from app.models.ledgers import LedgerScope
from app.schemas.ledgers import LedgerListSchema, LedgerSchema

blp = Blueprint("api_ledgers", __name__, url_prefix="/api/ledgers", description="Sets of books")


@blp.route("", methods=["GET"])
@blp.response(200, LedgerListSchema)
def index() -> Response:
    """List the ledgers you may see, your own first."""
    return json_response(LedgerListSchema().dump({"items": ledgers.list_all(actor())}))


@blp.route("/<id:ledger_id>", methods=["GET"])
@blp.item(LedgerSchema)
def show(ledger_id: int) -> LedgerScope:
    """Get a ledger."""
    return ledgers.show(actor(), ledger_id)
