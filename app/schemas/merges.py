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


class NamesakeSchema(Schema):
    """A category below a merged one that becomes part of the one of the same name, ``into_id``.

    Its name begins below the merged one: ``Food / Fruit``.
    """

    id = fields.Integer()
    name = fields.String()
    into_id = fields.Integer()


class MergedCategorySchema(MergedSchema):
    """What was merged, with the categories below that have the same name in both."""

    same_named = fields.List(fields.Nested(NamesakeSchema))
