"""Who did what: one's own log, and that of a ledger."""

from collections.abc import Callable, Iterator
from typing import Any

from flask import Response, stream_with_context

from app.api.acting import actor
from app.api.answers import page_response
from app.api.blueprint import Blueprint
from app.controllers import activities
from app.core.downloads import attachment
from app.core.paging import Page
from app.models.activities import Entry
from app.policies import Permission, needs, signed_in
from app.schemas.activities import ActivityPageSchema, ActivityQuery, ActivitySchema

blp = Blueprint("api_activity", __name__, url_prefix="/api", description="Who did what")


@blp.route("/user/activity", methods=["GET"])
@signed_in
@blp.arguments(ActivityQuery(exclude=("ledger_id",)), location="query")
@blp.response(200, ActivityPageSchema)
@blp.alt_response(200, schema={"type": "string"}, content_type="text/csv")
def own(query: dict[str, Any]) -> Response:
    """List what you did and what concerns you, newest first; with ``format=csv`` all of it."""
    return _answer(query, activities.list_own, activities.export_own)


@blp.route("/ledgers/<id:ledger_id>/activity", methods=["GET"])
@needs(Permission.SEE)
@blp.arguments(ActivityQuery(exclude=("ledger_id",)), location="query")
@blp.response(200, ActivityPageSchema)
@blp.alt_response(200, schema={"type": "string"}, content_type="text/csv")
def of_ledger(query: dict[str, Any], ledger_id: int) -> Response:
    """List what was done in a ledger, newest first; with ``format=csv`` all of it."""
    return _answer(query, activities.list_of_ledger, activities.export_of_ledger, ledger_id)


def _answer(
    query: dict[str, Any],
    list_page: Callable[..., Page[Entry]],
    export: Callable[..., Iterator[str]],
    *ids: int,
) -> Response:
    if query.pop("format") == "json":
        return page_response(list_page(actor(), *ids, **query), ActivitySchema())
    del query["request"]
    lines = export(actor(), *ids, **query)
    headers = attachment("outlay-activity.csv")
    return Response(stream_with_context(lines), mimetype="text/csv", headers=headers)
