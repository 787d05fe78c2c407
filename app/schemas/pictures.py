"""Pictures as outside data."""

from marshmallow import fields

from app.schemas.base import Input


class PictureForm(Input):
    """A picture as the page sends it; its faults stand beside the field."""

    file = fields.Raw(dump_only=True)


class PictureRequest(Input):
    """A picture as the multipart field ``file``."""

    file = fields.Raw(
        required=True,
        error_messages={"required": "Send the picture as the multipart field “file”."},
        metadata={"type": "string", "format": "binary"},
    )
