"""Saved filters as outside data."""

from marshmallow import Schema, fields, validate

from app.models.transaction_lists import SORTS
from app.schemas.base import Input
from app.schemas.bulk_changes import FiltersInput
from app.schemas.fields import Instant, Text

LONGEST_NAME = 100


class SavedFilterInput(Input):
    """Filters of the list of transactions, with the order if any, and what to call them."""

    name = Text(longest=LONGEST_NAME, blank=False, required=True)
    filters = fields.Nested(FiltersInput, required=True)
    sort = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(SORTS))


class SavedFilterSchema(Schema):
    """A saved filter. ``missing`` names those filters whose thing is gone; they find no rows."""

    id = fields.Integer()
    ledger_id = fields.Integer()
    name = fields.String()
    filters = fields.Dict(keys=fields.String())
    sort = fields.String(allow_none=True)
    missing = fields.List(fields.String())
    created_at = Instant()
    updated_at = Instant()


class SavedFilterListSchema(Schema):
    """What somebody saved in a ledger, by name."""

    items = fields.List(fields.Nested(SavedFilterSchema))
