"""Registering, signing in and out, and renewing tokens."""

from typing import Any

from flask import Response, current_app, request

from app.api import acting
from app.api.acting import KIND, actor, tokens
from app.api.answers import json_response
from app.api.blueprint import Blueprint
from app.controllers import auth, instance_settings
from app.http import visitor
from app.models.users import Circumstances
from app.policies import public, signed_in
from app.schemas.auth import RegisteredSchema, RegisterInput, SignInInput, TokensSchema

blp = Blueprint("api_auth", __name__, url_prefix="/api/auth", description="Who you are")


@blp.route("/register", methods=["POST"])
@blp.arguments(RegisterInput)
@blp.response(201, RegisteredSchema)
@public
def register(data: dict[str, Any]) -> Response:
    """Make an account; the first one of an instance becomes its administrator."""
    rules = instance_settings.for_registration(current_app.extensions["settings"].registration)
    user = auth.register(mode=rules.mode, visitor=visitor(), **rules.completed(data))
    return json_response(RegisteredSchema().dump({"user": user}), 201)


@blp.route("/login", methods=["POST"])
@blp.arguments(SignInInput)
@blp.response(200, TokensSchema)
@public
def login(data: dict[str, Any]) -> Response:
    """Sign in; answers with an access token and a refresh token."""
    here = Circumstances(
        kind=KIND,
        lifetime=current_app.config["JWT_REFRESH_TOKEN_EXPIRES"],
        user_agent=request.user_agent.string,
        address=request.remote_addr or "",
    )
    opened = auth.sign_in(here, **data)
    return json_response(TokensSchema().dump(tokens(opened.user, opened.token)))


@blp.route("/refresh", methods=["POST"])
@blp.doc(security=[{"bearer": []}])
@blp.response(200, TokensSchema)
@public
def refresh() -> Response:
    """Get a new pair of tokens; send the refresh token as Bearer.

    It works once. An answer that was lost may be asked for again within 20 seconds; used any later,
    a token was copied, and its whole family ends.
    """
    return json_response(TokensSchema().dump(acting.refresh()))


@blp.route("/logout", methods=["POST"])
@signed_in
@blp.empty
def logout() -> None:
    """Sign out; both tokens are dead on the next request."""
    auth.sign_out(actor())
