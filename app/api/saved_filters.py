"""Saved filters: lists that somebody looks at again and again, by name."""

from typing import Any

from flask import Response

from app.api.acting import actor
from app.api.answers import json_response, precondition
from app.api.blueprint import Blueprint
from app.api.idempotency import idempotent
from app.controllers import saved_filters
from app.policies import signed_in
from app.schemas.base import LedgerQuery
from app.schemas.saved_filters import (
    SavedFilterInput,
    SavedFilterListSchema,
    SavedFilterSchema,
)
from app.services.saved_filters import Shown

blp = Blueprint(
    "api_saved_filters",
    __name__,
    url_prefix="/api/saved-filters",
    description="Filters of the list of transactions by name, each person's own",
)


@blp.route("", methods=["GET"])
@signed_in
@blp.arguments(LedgerQuery, location="query")
@blp.response(200, SavedFilterListSchema)
def index(query: dict[str, Any]) -> Response:
    """List what you saved in a ledger, by name."""
    items = saved_filters.list_all(actor(), **query)
    return json_response(SavedFilterListSchema().dump({"items": items}))


@blp.route("", methods=["POST"])
@signed_in
@idempotent
@blp.arguments(SavedFilterInput)
@blp.arguments(LedgerQuery, location="query")
@blp.item(SavedFilterSchema, 201)
def create(data: dict[str, Any], query: dict[str, Any]) -> Shown:
    """Save filters under a name."""
    return saved_filters.create(actor(), **query, **data)


@blp.route("/<id:saved_filter_id>", methods=["GET"])
@signed_in
@blp.item(SavedFilterSchema)
def show(saved_filter_id: int) -> Shown:
    """Get a saved filter."""
    return saved_filters.show(actor(), saved_filter_id)


@blp.route("/<id:saved_filter_id>", methods=["PUT"])
@signed_in
@blp.arguments(SavedFilterInput)
@blp.item(SavedFilterSchema)
def replace(data: dict[str, Any], saved_filter_id: int) -> Shown:
    """Put another name, filters and order in place of a saved filter's."""
    return _update(saved_filter_id, data)


@blp.route("/<id:saved_filter_id>", methods=["PATCH"])
@signed_in
@blp.arguments(SavedFilterInput(partial=("name", "filters", "sort")))
@blp.item(SavedFilterSchema)
def update(data: dict[str, Any], saved_filter_id: int) -> Shown:
    """Change what is named of a saved filter."""
    return _update(saved_filter_id, data)


@blp.route("/<id:saved_filter_id>", methods=["DELETE"])
@signed_in
@blp.empty
def delete(saved_filter_id: int) -> None:
    """Delete a saved filter."""
    check = precondition(SavedFilterSchema())
    saved_filters.delete(actor(), saved_filter_id, precondition=check)


def _update(saved_filter_id: int, data: dict[str, Any]) -> Shown:
    check = precondition(SavedFilterSchema())
    return saved_filters.update(actor(), saved_filter_id, precondition=check, **data)
