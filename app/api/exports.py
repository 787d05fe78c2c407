"""Exports of a ledger's rows."""

from typing import Any

from flask import Response, stream_with_context

from app.api.acting import actor
from app.api.blueprint import Blueprint
from app.controllers import transactions
from app.core.downloads import attachment
from app.policies import Permission, needs
from app.schemas.exports import ExportQuery

blp = Blueprint("api_exports", __name__, url_prefix="/api/exports", description="Take it with you")


@blp.route("/transactions", methods=["GET"])
@needs(Permission.EXPORT)
@blp.arguments(ExportQuery, location="query")
@blp.response(200, {"type": "string"}, content_type="text/csv")
def index(query: dict[str, Any]) -> Response:
    """Get the rows as CSV, oldest first, with the same filters as the list."""
    del query["format"]
    lines = transactions.export(actor(), **query)
    headers = attachment("outlay-transactions.csv")
    return Response(stream_with_context(lines), mimetype="text/csv", headers=headers)
