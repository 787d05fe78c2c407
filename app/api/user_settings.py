"""How a person writes amounts and dates, and what day it is where they are."""

from typing import Any

from app.api.acting import actor
from app.api.answers import precondition
from app.api.blueprint import Blueprint
from app.controllers import profile
from app.models.users import User
from app.policies import signed_in
from app.schemas.profile import UserSettingsInput, UserSettingsSchema

blp = Blueprint(
    "api_user_settings", __name__, url_prefix="/api/user/settings", description="Your settings"
)


@blp.route("", methods=["GET"])
@signed_in
@blp.item(UserSettingsSchema)
def show() -> User:
    """Get your currency, time zone and locale, as your profile has them, too."""
    return profile.show(actor())


@blp.route("", methods=["PUT"])
@signed_in
@blp.arguments(UserSettingsInput)
@blp.item(UserSettingsSchema)
def replace(data: dict[str, Any]) -> User:
    """Change your settings; what is left out stays as it is."""
    return _update(data)


@blp.route("", methods=["PATCH"])
@signed_in
@blp.arguments(UserSettingsInput)
@blp.item(UserSettingsSchema)
def update(data: dict[str, Any]) -> User:
    """Change some of your settings; no ledger's currency changes with yours."""
    return _update(data)


def _update(data: dict[str, Any]) -> User:
    return profile.update(actor(), precondition=precondition(UserSettingsSchema()), **data)
