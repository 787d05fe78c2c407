"""Changing a password, and setting a new one when it is forgotten."""

from typing import Any

from flask import Response

from app.api.acting import actor
from app.api.blueprint import Blueprint
from app.controllers import passwords
from app.http import visitor
from app.policies import public, signed_in
from app.schemas.passwords import PasswordInput, ResetInput, ResetRequestInput

blp = Blueprint("api_passwords", __name__, url_prefix="/api", description="Passwords")


@blp.route("/auth/password-reset", methods=["POST"])
@blp.arguments(ResetRequestInput)
@blp.response(202)
@public
def request_reset(data: dict[str, Any]) -> Response:
    """Ask for a link to set a new password; the answer is the same whoever has that address."""
    passwords.request_reset(**data)
    return Response(status=202)


@blp.route("/auth/password-reset/confirm", methods=["POST"])
@blp.arguments(ResetInput)
@blp.empty
@public
def reset(data: dict[str, Any]) -> None:
    """Set a new password with the token out of the mail; ends every sign-in and API token."""
    passwords.reset(**data, visitor=visitor())


@blp.route("/user/password", methods=["PUT"])
@signed_in
@blp.arguments(PasswordInput)
@blp.empty
def change(data: dict[str, Any]) -> None:
    """Change your password; ends every other sign-in."""
    passwords.change(actor(), **data)
