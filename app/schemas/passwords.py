"""Passwords that are changed or set anew."""

from marshmallow import fields

from app.schemas.auth import Email, Secret
from app.schemas.base import Input
from app.schemas.fields import Text

SHORTEST = 8
LONGEST_TOKEN = 1000


class ResetRequestInput(Input):
    """Whose password is forgotten."""

    email = Email(required=True)


class ResetInput(Input):
    """A new password, and the token out of the mail."""

    token = Text(required=True, longest=LONGEST_TOKEN)
    password = Secret(shortest=SHORTEST)
    revoke_tokens = fields.Boolean(
        load_default=True, metadata={"description": "whether personal API tokens end too"}
    )


class PasswordInput(Input):
    """A new password, and the one there is."""

    current_password = Secret()
    password = Secret(shortest=SHORTEST)
