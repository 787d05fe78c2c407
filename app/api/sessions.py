"""Where the caller is signed in."""

from typing import Any

from flask import Response, current_app

from app.api.acting import actor
from app.api.answers import json_response
from app.api.blueprint import Blueprint
from app.controllers import sessions
from app.policies import signed_in
from app.schemas.sessions import OthersQuery, SessionListSchema

blp = Blueprint(
    "api_sessions", __name__, url_prefix="/api/auth/sessions", description="Where you are signed in"
)


@blp.route("", methods=["GET"])
@signed_in
@blp.response(200, SessionListSchema)
def index() -> Response:
    """List the sign-ins that count, of browsers and apps, the one seen last first."""
    items = sessions.list_all(actor(), idle=current_app.config["SESSION_IDLE_LIFETIME"])
    return json_response(SessionListSchema().dump({"items": items}))


@blp.route("/<id:session_id>", methods=["DELETE"])
@signed_in
@blp.empty
def delete(session_id: int) -> None:
    """End a sign-in; its cookie or tokens are dead on the next request."""
    sessions.revoke(actor(), session_id)


@blp.route("", methods=["DELETE"])
@signed_in
@blp.arguments(OthersQuery, location="query")
@blp.empty
def delete_others(query: dict[str, Any]) -> None:  # noqa: ARG001 - read to be sure that it is meant
    """End all sign-ins but the one that this call comes with."""
    sessions.revoke_others(actor())
