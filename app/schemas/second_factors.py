"""One-time passwords as the API and the forms read and send them."""

from marshmallow import Schema, fields

from app.schemas.auth import Secret
from app.schemas.base import Input
from app.schemas.fields import Text


class PasswordAgain(Input):
    """The password, asked for again."""

    password = Secret()


class CodeInput(Input):
    """A code that an authenticator app shows."""

    code = Text(required=True, blank=False, longest=50)


class SecondFactorSchema(Schema):
    """How the second factor stands."""

    enabled = fields.Boolean(attribute="is_on")
    recovery_codes_left = fields.Integer()


class SetupSchema(Schema):
    """What an authenticator app needs: the secret in base32, and the ``otpauth:`` address."""

    secret = fields.String()
    uri = fields.String()


class RecoveryCodesSchema(Schema):
    """Recovery codes, each good for one sign-in; they are not shown again."""

    recovery_codes = fields.List(fields.String())
