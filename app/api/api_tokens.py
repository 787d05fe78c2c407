"""The caller's personal API tokens; only a sign-in may see and make them."""

from typing import Any

from flask import Response

from app.api.acting import actor
from app.api.answers import json_response
from app.api.blueprint import Blueprint
from app.api.idempotency import secretly_idempotent
from app.controllers import api_tokens
from app.policies import signed_in
from app.schemas.api_tokens import (
    ApiTokenInput,
    ApiTokenListSchema,
    ApiTokenSchema,
    NewApiTokenSchema,
)

blp = Blueprint(
    "api_api_tokens", __name__, url_prefix="/api/user/tokens", description="Keys for your scripts"
)


@blp.route("", methods=["GET"])
@signed_in
@blp.response(200, ApiTokenListSchema)
def index() -> Response:
    """List the tokens that count, the newest first."""
    items = api_tokens.list_all(actor())
    return json_response(ApiTokenListSchema().dump({"items": items}))


@blp.route("", methods=["POST"])
@signed_in
@secretly_idempotent
@blp.arguments(ApiTokenInput)
@blp.response(201, NewApiTokenSchema)
def create(data: dict[str, Any]) -> Response:
    """Make a token. Its text is in this answer only, and sealed with an Idempotency-Key."""
    token, text = api_tokens.create(actor(), **data)
    return json_response(ApiTokenSchema().dump(token) | {"token": text}, 201)


@blp.route("/<id:token_id>", methods=["DELETE"])
@signed_in
@blp.empty
def delete(token_id: int) -> None:
    """Revoke a token; it is dead on the next request."""
    api_tokens.revoke(actor(), token_id)
