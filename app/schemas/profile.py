"""What a person says of themselves, as outside data."""

from typing import Any
from urllib.parse import urlsplit

from marshmallow import Schema, ValidationError, fields, validate

from app.schemas.auth import Locale, Timezone
from app.schemas.base import Input
from app.schemas.fields import Currency, Instant, Text

_is_url = validate.URL(
    relative=False,
    schemes={"http", "https"},
    error="Not an address such as https://example.org.",
)


class Website(Text):
    """An address that starts with http:// or https://, without a name or password in it; or none.

    Anything else could run when it is clicked (``javascript:``), or pass for another server.
    """

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        address: str = super()._deserialize(value, attr, data, **kwargs)
        if address and "@" in urlsplit(_is_url(address)).netloc:
            raise ValidationError("Leave out the name and the password in front of the “@”.")
        return address


class UserSettingsInput(Input):
    """How a person writes amounts and dates, and where they are; what is left out stays."""

    currency = Currency()
    timezone = Timezone()
    locale = Locale()


class ProfileInput(UserSettingsInput):
    """What a person can change of their profile; what is left out stays."""

    first_name = Text(longest=100)
    last_name = Text(longest=100)
    bio = Text(longest=500, lines=True)
    location = Text(longest=100)
    website = Website(longest=200)


class UserSettingsSchema(Schema):
    """A person's settings: part of their profile."""

    currency = fields.String()
    timezone = fields.String()
    locale = fields.String()


class ProfileSchema(Schema):
    """A person's profile; ``email``, ``verified`` and ``role`` are not changed here."""

    id = fields.Integer()
    email = fields.String()
    verified = fields.Boolean(attribute="is_verified")
    role = fields.String()
    first_name = fields.String()
    last_name = fields.String()
    bio = fields.String()
    location = fields.String()
    website = fields.String()
    currency = fields.String()
    timezone = fields.String()
    locale = fields.String()
    created_at = Instant()
    updated_at = Instant()
