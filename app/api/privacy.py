"""Privacy: everything about the caller as a zip, and the end of all of it."""

from typing import Any

from flask import Response, request, stream_with_context

from app.api.acting import actor
from app.api.answers import json_response
from app.api.blueprint import Blueprint
from app.api.idempotency import idempotent
from app.controllers import data_exports, erasures
from app.core.downloads import attachment
from app.core.errors import NotFound
from app.models.data_exports import DataExport
from app.policies import signed_in
from app.schemas.data_exports import DataExportSchema, ErasureInput

blp = Blueprint("api_privacy", __name__, url_prefix="/api/user", description="Your data")

AGAIN_AFTER = "2"
"""Seconds after which it is worth asking again for a zip that is being made."""


@blp.route("/export", methods=["POST"])
@signed_in
@idempotent
@blp.response(202, DataExportSchema)
def request_export() -> Response:
    """Have everything about you made into a zip, by a job; a newer one replaces an older."""
    return _state(data_exports.request(actor()))


@blp.route("/export", methods=["GET"])
@signed_in
@blp.response(200, {"type": "string", "format": "binary"}, content_type="application/zip")
@blp.alt_response(202, schema=DataExportSchema, description="Not ready yet, or failed")
def show_export() -> Response:
    """Get everything about you as a zip: for 24 hours after it was made."""
    export = data_exports.find(actor())
    if export is None:
        raise NotFound("There is no export. Ask for one with POST.")
    if export.status != "ready":
        return _state(export)
    export, parts = data_exports.fetch(actor())
    headers = {**attachment("outlay-my-data.zip"), "Content-Length": str(export.size)}
    return Response(stream_with_context(parts), mimetype="application/zip", headers=headers)


@blp.route("", methods=["DELETE"])
@signed_in
@blp.arguments(ErasureInput)
@blp.response(202)
def delete(data: dict[str, Any]) -> Response:
    """Erase yourself and what is only yours, for good; a job does it, you are out at once."""
    erasures.request(actor(), **data)
    return Response(status=202)


def _state(export: DataExport) -> Response:
    response = json_response(DataExportSchema().dump(export), 202)
    response.headers["Location"] = request.path
    if export.working:
        response.headers["Retry-After"] = AGAIN_AFTER
    return response
