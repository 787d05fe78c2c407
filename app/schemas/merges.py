"""Merging one thing into another of its kind, as outside data."""

from marshmallow import Schema, fields

from app.schemas.base import Input
from app.schemas.fields import Id


class MergeInput(Input):
    """Which one of its kind takes over everything."""

    into_id = Id(required=True)


class MergedSchema(Schema):
    """What was merged: so many rows went to ``into_id``.

    Deleting the bulk change takes it back; null where there were too many rows for that.
    """

    into_id = fields.Integer()
    rows = fields.Integer()
    bulk_change_id = fields.Integer(allow_none=True)
