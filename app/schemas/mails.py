"""Mails as an administrator sees them: that they failed and why, never what is in them."""

from marshmallow import Schema, fields

from app.schemas.fields import Instant


class MailSchema(Schema):
    """A mail that could not be sent."""

    id = fields.Integer()
    kind = fields.String()
    recipient = fields.String()
    attempts = fields.Integer()
    reason = fields.String(allow_none=True)
    created_at = Instant()


class MailListSchema(Schema):
    """The newest of them."""

    items = fields.List(fields.Nested(MailSchema))
