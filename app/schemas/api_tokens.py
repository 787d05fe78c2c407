"""Personal API tokens."""

from typing import Any

from marshmallow import Schema, fields, validate

from app.models.api_tokens import SCOPES
from app.schemas.base import Input
from app.schemas.fields import Id, Instant, Text

LONGEST_DAYS = 3650


class Scopes(fields.List[Any]):
    """What a token may do: a list of words, or one string with spaces between them."""

    def __init__(self, **kwargs: Any) -> None:
        known = validate.OneOf(SCOPES, error=f"One of {', '.join(SCOPES)}.")
        some = validate.Length(1, error="Choose what the token may do.")
        super().__init__(fields.String(validate=known), validate=some, **kwargs)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> list[Any]:
        return super()._deserialize(
            value.split() if isinstance(value, str) else value, *args, **kwargs
        )

    def _serialize(self, value: Any, *args: Any, **kwargs: Any) -> list[Any] | None:
        return value.split() if isinstance(value, str) else value


class ApiTokenInput(Input):
    """A new token; without ``expires_in_days`` it lasts until it is revoked."""

    name = Text(required=True, longest=100, blank=False)
    scopes = Scopes(required=True)
    expires_in_days = Id(
        load_default=None,
        allow_none=True,
        validate=validate.Range(1, LONGEST_DAYS, error=f"From 1 to {LONGEST_DAYS} days."),
    )


class ApiTokenSchema(Schema):
    """A token as it is listed; ``hint`` are its last characters."""

    id = fields.Integer()
    name = fields.String()
    hint = fields.String()
    scopes = Scopes()
    created_at = Instant()
    expires_at = Instant(allow_none=True)
    last_used_at = Instant(allow_none=True)


class NewApiTokenSchema(ApiTokenSchema):
    """A token that was just made, with its text: it is never shown again."""

    token = fields.String()


class ApiTokenListSchema(Schema):
    """All tokens of a person."""

    items = fields.List(fields.Nested(ApiTokenSchema))
