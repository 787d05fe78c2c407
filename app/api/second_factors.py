"""The second factor: one-time passwords and their recovery codes."""

from typing import Any

from flask import Response

from app.api.acting import actor
from app.api.answers import json_response
from app.api.blueprint import Blueprint
from app.api.idempotency import secretly_idempotent
from app.controllers import second_factors
from app.policies import signed_in
from app.schemas.second_factors import (
    CodeInput,
    PasswordAgain,
    RecoveryCodesSchema,
    SecondFactorSchema,
    SetupSchema,
)

blp = Blueprint(
    "api_second_factors", __name__, url_prefix="/api/user/otp", description="The second factor"
)


@blp.route("", methods=["GET"])
@signed_in
@blp.response(200, SecondFactorSchema)
def show() -> Response:
    """Tell whether a second factor counts, and how many recovery codes are left."""
    return json_response(SecondFactorSchema().dump(second_factors.show(actor())))


@blp.route("", methods=["POST"])
@signed_in
@secretly_idempotent
@blp.arguments(PasswordAgain)
@blp.response(201, SetupSchema)
def start(data: dict[str, Any]) -> Response:
    """Make a secret for an authenticator app; it counts once it is confirmed."""
    return json_response(SetupSchema().dump(second_factors.start(actor(), **data)), 201)


@blp.route("/confirm", methods=["POST"])
@signed_in
@secretly_idempotent
@blp.arguments(CodeInput)
@blp.response(200, RecoveryCodesSchema)
def confirm(data: dict[str, Any]) -> Response:
    """Confirm the secret with a code of it; answers with the recovery codes, for this once."""
    return json_response({"recovery_codes": second_factors.confirm(actor(), **data)})


@blp.route("/recovery-codes", methods=["POST"])
@signed_in
@secretly_idempotent
@blp.arguments(PasswordAgain)
@blp.response(201, RecoveryCodesSchema)
def renew(data: dict[str, Any]) -> Response:
    """Make new recovery codes; the old ones count no more."""
    codes = second_factors.renew_recovery_codes(actor(), **data)
    return json_response({"recovery_codes": codes}, 201)


@blp.route("", methods=["DELETE"])
@signed_in
@blp.arguments(PasswordAgain)
@blp.empty
def delete(data: dict[str, Any]) -> None:
    """Take the second factor away."""
    second_factors.remove(actor(), **data)
