"""What a person says of themselves."""

from typing import Any

from app.api.acting import actor
from app.api.answers import precondition
from app.api.blueprint import Blueprint
from app.controllers import profile
from app.models.users import User
from app.policies import signed_in
from app.schemas.profile import ProfileInput, ProfileSchema

blp = Blueprint("api_profile", __name__, url_prefix="/api/user/profile", description="Yourself")


@blp.route("", methods=["GET"])
@signed_in
@blp.item(ProfileSchema)
def show() -> User:
    """Get your profile."""
    return profile.show(actor())


@blp.route("", methods=["PUT"])
@signed_in
@blp.arguments(ProfileInput)
@blp.item(ProfileSchema)
def replace(data: dict[str, Any]) -> User:
    """Change your profile; what is left out stays as it is."""
    return _update(data)


@blp.route("", methods=["PATCH"])
@signed_in
@blp.arguments(ProfileInput)
@blp.item(ProfileSchema)
def update(data: dict[str, Any]) -> User:
    """Change some of your profile; no ledger's currency changes with yours."""
    return _update(data)


def _update(data: dict[str, Any]) -> User:
    return profile.update(actor(), precondition=precondition(ProfileSchema()), **data)
