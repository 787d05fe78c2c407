"""Proving that an e-mail address is one's own, and changing it."""

from typing import Any

from flask import Response

from app.api.acting import actor
from app.api.blueprint import Blueprint
from app.controllers import email_addresses
from app.http import visitor
from app.policies import public, signed_in
from app.schemas.email_addresses import AddressInput, TokenInput

blp = Blueprint("api_email_addresses", __name__, url_prefix="/api", description="E-mail addresses")


@blp.route("/auth/verify-email", methods=["POST"])
@blp.arguments(TokenInput)
@blp.empty
@public
def verify(data: dict[str, Any]) -> None:
    """Prove an address with the token out of the mail that went to it."""
    email_addresses.verify(**data, visitor=visitor())


@blp.route("/auth/verify-email/resend", methods=["POST"])
@signed_in
@blp.response(202)
def resend() -> Response:
    """Have that mail sent once more."""
    email_addresses.resend(actor())
    return Response(status=202)


@blp.route("/user/email", methods=["PUT"])
@signed_in
@blp.arguments(AddressInput)
@blp.response(202)
def change(data: dict[str, Any]) -> Response:
    """Change your address; it counts once it is confirmed by the link that goes to it."""
    email_addresses.change(actor(), **data)
    return Response(status=202)


@blp.route("/auth/confirm-address", methods=["POST"])
@blp.arguments(TokenInput)
@blp.empty
@public
def confirm(data: dict[str, Any]) -> None:
    """Use a new address from now on, with the token out of the mail that went to it."""
    email_addresses.confirm(**data, visitor=visitor())
