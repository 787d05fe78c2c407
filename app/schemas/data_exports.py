"""Data exports: how far the zip is."""

from marshmallow import Schema, fields

from app.models.data_exports import DATA_EXPORT_STATUSES
from app.schemas.auth import Secret
from app.schemas.base import Input
from app.schemas.fields import Instant


class DataExportSchema(Schema):
    """A person's zip; ``size`` in bytes, once it is ready."""

    status = fields.String(metadata={"enum": list(DATA_EXPORT_STATUSES)})
    progress = fields.Float()
    reason = fields.String(allow_none=True)
    size = fields.Integer()
    created_at = Instant()
    finished_at = Instant(allow_none=True)
    expires_at = Instant(allow_none=True)


class ErasureInput(Input):
    """The password, once more: what is erased does not come back."""

    password = Secret()
