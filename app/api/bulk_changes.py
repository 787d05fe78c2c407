"""Bulk changes: many rows changed in one step, and that step taken back."""

from typing import Any

from flask import Response

from app.api.acting import actor
from app.api.answers import page_response
from app.api.blueprint import Blueprint
from app.api.idempotency import idempotent
from app.controllers import bulk_changes
from app.models.bulk_changes import BulkChange
from app.policies import Permission, needs
from app.schemas.base import LedgerQuery
from app.schemas.bulk_changes import BulkChangeInput, BulkChangePageSchema, BulkChangeSchema
from app.schemas.paging import PageQuery

blp = Blueprint(
    "api_bulk_changes",
    __name__,
    url_prefix="/api/bulk-changes",
    description="Many rows of money changed in one step, which one step takes back",
)


@blp.route("", methods=["GET"])
@needs(Permission.SEE)
@blp.arguments(PageQuery, location="query")
@blp.response(200, BulkChangePageSchema)
def index(query: dict[str, Any]) -> Response:
    """List what was changed in bulk, newest first."""
    return page_response(bulk_changes.list_page(actor(), **query), BulkChangeSchema())


@blp.route("", methods=["POST"])
@needs(Permission.EDIT)
@idempotent
@blp.arguments(BulkChangeInput)
@blp.arguments(LedgerQuery, location="query")
@blp.item(BulkChangeSchema, 201)
def create(data: dict[str, Any], query: dict[str, Any]) -> BulkChange:
    """Change or delete up to 10,000 rows at once, all or nothing.

    Rows that it does not fit are left out and counted in ``skipped``: reconciled ones unless
    ``allow_reconciled``, transfers and split rows when a category is set, and such.
    """
    return bulk_changes.create(actor(), **query, **data)


@blp.route("/<id:bulk_change_id>", methods=["GET"])
@needs(Permission.SEE)
@blp.item(BulkChangeSchema)
def show(bulk_change_id: int) -> BulkChange:
    """Get a bulk change."""
    return bulk_changes.show(actor(), bulk_change_id)


@blp.route("/<id:bulk_change_id>", methods=["DELETE"])
@needs(Permission.EDIT)
@blp.item(BulkChangeSchema)
def undo(bulk_change_id: int) -> BulkChange:
    """Take a bulk change back; rows that were changed since stay as they are."""
    return bulk_changes.undo(actor(), bulk_change_id)
