"""Transfers that are two rows of two statements: pairs that match, joining, taking apart."""

from typing import Any

from flask import Response

from app.api.acting import actor
from app.api.answers import expected_version, json_response, page_response, tagged_response
from app.api.blueprint import Blueprint, revisioned
from app.api.idempotency import idempotent
from app.controllers import transactions, transfers
from app.policies import Permission, needs
from app.schemas.base import LedgerQuery
from app.schemas.paging import PageQuery
from app.schemas.transactions import MeantQuery, TransactionSchema, WrittenTransactionSchema
from app.schemas.transfers import (
    HalvesSchema,
    JoinInput,
    MatchPageSchema,
    MatchSchema,
    PairInput,
    RefusedMatchSchema,
)

blp = Blueprint(
    "api_transfers",
    __name__,
    url_prefix="/api/transfers",
    description="Transfers that came as two rows of two statements",
)


@blp.route("/matches", methods=["GET"])
@needs(Permission.SEE)
@blp.arguments(PageQuery, location="query")
@blp.response(200, MatchPageSchema)
@revisioned
def matches(query: dict[str, Any]) -> Response:
    """List pairs of rows that look like one transfer, the newest first.

    Money out of one account and money into another, of the same amount and currency and at most
    five days apart, at least one of them from a statement. Five thousand rows are looked at for a
    page, so one may be empty and have a ``next`` one.
    """
    return page_response(transfers.list_matches(actor(), **query), MatchSchema())


@blp.route("/matches", methods=["POST"])
@needs(Permission.EDIT)
@idempotent
@blp.arguments(JoinInput)
@blp.arguments(LedgerQuery, location="query")
@blp.response(201, WrittenTransactionSchema)
def join(data: dict[str, Any], query: dict[str, Any]) -> Response:
    """Join two rows into one transfer, which keeps the id of the money out.

    They need not be offered as a match: with different currencies both amounts stand. Joined
    already, the answer is the same again.
    """
    row = transfers.join(actor(), **query, **data)
    response = tagged_response(WrittenTransactionSchema().dump(row), 201)
    response.headers["Location"] = f"/api/transactions/{row.id}"
    return response


@blp.route("/matches/refusals", methods=["GET"])
@needs(Permission.SEE)
@blp.arguments(PageQuery, location="query")
@blp.response(200, MatchPageSchema)
@revisioned
def refusals(query: dict[str, Any]) -> Response:
    """List the pairs of which somebody said that they are no transfer."""
    return page_response(transfers.list_refused(actor(), **query), MatchSchema())


@blp.route("/matches/refusals", methods=["POST"])
@needs(Permission.EDIT)
@idempotent
@blp.arguments(PairInput)
@blp.arguments(LedgerQuery, location="query")
@blp.response(201, RefusedMatchSchema)
def refuse(data: dict[str, Any], query: dict[str, Any]) -> Response:
    """Say that two rows are no transfer; they are not offered as one again."""
    refused = transfers.refuse(actor(), **query, **data)
    response = json_response(RefusedMatchSchema().dump(refused), 201)
    path = f"{refused.expense_id}/{refused.income_id}"
    response.headers["Location"] = f"/api/transfers/matches/refusals/{path}"
    return response


@blp.route("/matches/refusals/<id:expense_id>/<id:income_id>", methods=["DELETE"])
@needs(Permission.EDIT)
@blp.empty
def offer_again(expense_id: int, income_id: int) -> None:
    """Take back that two rows are no transfer."""
    transfers.offer_again(actor(), expense_id, income_id)


@blp.route("/<id:transfer_id>/take-apart", methods=["POST"])
@needs(Permission.EDIT)
@blp.arguments(MeantQuery, location="query")
@blp.response(200, HalvesSchema)
def take_apart(query: dict[str, Any], transfer_id: int) -> Response:
    """Make two rows again of a transfer that was joined, as they were before.

    The money out keeps the transfer's id, the money in has the one it had.
    """
    version = expected_version(TransactionSchema(), lambda: transactions.show(actor(), transfer_id))
    expense, income = transfers.take_apart(actor(), transfer_id, version=version, **query)
    return json_response(HalvesSchema().dump({"expense": expense, "income": income}))
