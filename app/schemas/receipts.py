"""Receipts as outside data."""

from marshmallow import Schema, fields

from app.schemas.base import Input
from app.schemas.fields import Instant


class ReceiptRequest(Input):
    """A file of a transaction, as the multipart field ``file``."""

    file = fields.Raw(
        required=True,
        error_messages={"required": "Send the receipt as the multipart field “file”."},
        metadata={"type": "string", "format": "binary"},
    )


class ReceiptSchema(Schema):
    """A file of a transaction; ``size`` is in bytes, pixels are those of an image."""

    id = fields.Integer()
    transaction_id = fields.Integer()
    filename = fields.String()
    content_type = fields.String()
    size = fields.Integer()
    width = fields.Integer(allow_none=True)
    height = fields.Integer(allow_none=True)
    has_thumbnail = fields.Boolean()
    created_by_id = fields.Integer(allow_none=True)
    created_at = Instant()


class ReceiptListSchema(Schema):
    """The receipts of a transaction, in the order they came."""

    items = fields.List(fields.Nested(ReceiptSchema))
