"""Registering and signing in."""

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from babel.localedata import locale_identifiers
from marshmallow import Schema, ValidationError, fields, validate

from app.schemas.base import Input
from app.schemas.fields import Currency, Instant, Text


class Email(fields.Email):
    """An e-mail address of at most 254 ASCII characters.

    Without quotation marks: ``"ada"@example.com`` is the mailbox of ``ada@example.com`` (RFC 5321,
    section 4.1.2), and one person would be two.
    """

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        address: str = super()._deserialize(
            value.strip() if isinstance(value, str) else value, attr, data, **kwargs
        )
        if len(address) > 254 or not address.isascii() or '"' in address:
            raise ValidationError(self.error_messages["invalid"])
        return address


class Timezone(fields.String):
    """An IANA time zone such as Europe/Berlin."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        name: str = super()._deserialize(value, attr, data, **kwargs)
        if name not in available_timezones():
            raise ValidationError("Not a time zone such as Europe/Berlin.")
        return name


class Locale(fields.String):
    """A locale such as de_DE or en-GB; kept with an underscore."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        name: str = super()._deserialize(value, attr, data, **kwargs).replace("-", "_")
        if name.lower() not in _locales():
            raise ValidationError("Not a locale such as de_DE.")
        return _locales()[name.lower()]


@cache
def _locales() -> dict[str, str]:
    """Return the locales there are, by their names in small letters."""
    return {name.lower(): name for name in locale_identifiers()}


class Secret(fields.String):
    """A password as somebody types it, of at most 128 characters, any of them."""

    def __init__(self, *, shortest: int = 0) -> None:
        error = f"From {shortest} to 128 characters."
        super().__init__(
            required=True, load_only=True, validate=validate.Length(shortest, 128, error=error)
        )

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        password: str = super()._deserialize(value, attr, data, **kwargs)
        if any("\ud800" <= character <= "\udfff" for character in password):
            raise ValidationError("Contains characters that are not text.")
        return password


class RegisterInput(Input):
    """A new person; what is left out of currency, time zone and locale is up to the instance."""

    email = Email(required=True)
    password = Secret(shortest=8)
    first_name = Text(longest=100)
    last_name = Text(longest=100)
    currency = Currency()
    timezone = Timezone()
    locale = Locale()
    invitation = Text(longest=100)


class SignInInput(Input):
    """Proof of who somebody is."""

    email = Text(required=True, longest=254)
    password = Secret()
    otp = Text(longest=50, metadata={"description": "a code of the second factor, if there is one"})


class UserSchema(Schema):
    """A person as they see themselves."""

    id = fields.Integer()
    email = fields.String()
    first_name = fields.String()
    last_name = fields.String()
    currency = fields.String()
    timezone = fields.String()
    locale = fields.String()
    role = fields.String()
    created_at = Instant()


class RegisteredSchema(Schema):
    """The answer to a registration."""

    user = fields.Nested(UserSchema)


class TokensSchema(Schema):
    """A pair of tokens; ``expires_in`` is the access token's life in seconds."""

    access_token = fields.String()
    refresh_token = fields.String()
    token_type = fields.String()
    expires_in = fields.Integer()
    user = fields.Nested(UserSchema)
