"""Payees of a ledger."""

from functools import partial
from typing import Any

from flask import Response

from app.api.acting import actor
from app.api.answers import expected_version, json_response, page_response
from app.api.blueprint import Blueprint, revisioned
from app.api.idempotency import idempotent
from app.controllers import payees
from app.models.directories import ListedPayee
from app.policies import Permission, needs
from app.schemas.directories import NameQuery, PayeeChanges, PayeePageSchema, PayeeSchema
from app.schemas.merges import MergedSchema, MergeInput

blp = Blueprint(
    "api_payees", __name__, url_prefix="/api/payees", description="Who got the money or paid it"
)


@blp.route("", methods=["GET"])
@needs(Permission.SEE)
@blp.arguments(NameQuery, location="query")
@blp.response(200, PayeePageSchema)
@revisioned
def index(query: dict[str, Any]) -> Response:
    """List the payees of a ledger by name, each with how many transactions it has."""
    return page_response(payees.list_page(actor(), **query), PayeeSchema())


@blp.route("/<id:payee_id>", methods=["GET"])
@needs(Permission.SEE)
@blp.item(PayeeSchema)
def show(payee_id: int) -> ListedPayee:
    """Get a payee."""
    return payees.show(actor(), payee_id)


@blp.route("/<id:payee_id>", methods=["PATCH"])
@needs(Permission.EDIT)
@blp.arguments(PayeeChanges(partial=True))
@blp.item(PayeeSchema)
def update(data: dict[str, Any], payee_id: int) -> ListedPayee:
    """Rename a payee on all of its transactions, or say whether a category is suggested.

    Renaming up to 10,000 transactions is a bulk change, which can be taken back.
    """
    payees.update(actor(), payee_id, version=_expected(payee_id), **data)
    return payees.show(actor(), payee_id)


@blp.route("/<id:payee_id>/merge", methods=["POST"])
@needs(Permission.EDIT)
@idempotent
@blp.arguments(MergeInput)
@blp.response(200, MergedSchema)
def merge(data: dict[str, Any], payee_id: int) -> Response:
    """Give all transactions of a payee to another one, and delete it."""
    merged = payees.merge(actor(), payee_id, version=_expected(payee_id), **data)
    return json_response(MergedSchema().dump(merged))


@blp.route("/<id:payee_id>", methods=["DELETE"])
@needs(Permission.EDIT)
@blp.empty
def delete(payee_id: int) -> None:
    """Delete a payee that no transaction has."""
    payees.delete(actor(), payee_id, version=_expected(payee_id))


def _expected(payee_id: int) -> int | None:
    return expected_version(PayeeSchema(), partial(payees.show, actor(), payee_id))
