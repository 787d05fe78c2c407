"""Reconciliations of an account with its statements."""

from typing import Any

from flask import Response

from app.api.acting import actor
from app.api.answers import page_response, precondition
from app.api.blueprint import Blueprint
from app.api.idempotency import idempotent
from app.controllers import reconciliations
from app.models.balances import Balance
from app.models.reconciliations import Reconciliation
from app.policies import Permission, needs
from app.schemas.accounts import BalanceSchema
from app.schemas.paging import PageQuery
from app.schemas.reconciliations import (
    MarksInput,
    ReconciliationInput,
    ReconciliationPageSchema,
    ReconciliationSchema,
)

blp = Blueprint(
    "api_reconciliations",
    __name__,
    url_prefix="/api/accounts/<id:account_id>",
    description="Statements that the books agreed with",
)


@blp.route("/reconciliations", methods=["GET"])
@needs(Permission.SEE)
@blp.arguments(PageQuery(exclude=("ledger_id",)), location="query")
@blp.response(200, ReconciliationPageSchema)
def index(query: dict[str, Any], account_id: int) -> Response:
    """List an account's reconciliations, newest first."""
    page = reconciliations.list_page(actor(), account_id, **query)
    return page_response(page, ReconciliationSchema())


@blp.route("/reconciliations", methods=["POST"])
@needs(Permission.EDIT)
@idempotent
@blp.arguments(ReconciliationInput)
@blp.item(ReconciliationSchema, 201)
def create(data: dict[str, Any], account_id: int) -> Reconciliation:
    """Settle what is cleared up to a day: it has to come to the statement's balance.

    409 otherwise, unless ``adjust`` adds a row for the difference. Rows can be marked as ``open``
    or ``cleared`` in the same step; at most 10,000 are settled at once.
    """
    return reconciliations.create(actor(), account_id, **data)


@blp.route("/reconciliations/<id:reconciliation_id>", methods=["GET"])
@needs(Permission.SEE)
@blp.item(ReconciliationSchema)
def show(account_id: int, reconciliation_id: int) -> Reconciliation:
    """Get a reconciliation."""
    return reconciliations.show(actor(), account_id, reconciliation_id)


@blp.route("/reconciliations/<id:reconciliation_id>", methods=["DELETE"])
@needs(Permission.EDIT)
@blp.empty
def delete(account_id: int, reconciliation_id: int) -> None:
    """Take the latest reconciliation back: its rows are cleared again. 409 for any other."""
    check = precondition(ReconciliationSchema())
    reconciliations.undo(actor(), account_id, reconciliation_id, require_same=check)


@blp.route("/marks", methods=["POST"])
@needs(Permission.EDIT)
@blp.arguments(MarksInput)
@blp.item(BalanceSchema)
def mark(data: dict[str, Any], account_id: int) -> Balance:
    """Mark rows as seen on a statement (``cleared``) or not (``open``); answers the balance.

    ``cleared_until`` clears up to 10,000 of the open rows up to that day, the oldest first.
    """
    return reconciliations.mark(actor(), account_id, **data)
