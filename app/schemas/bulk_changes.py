"""Bulk changes as outside data."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from app.models.tags import LONGEST_TAG, MOST_TAGS
from app.models.transactions import STATES
from app.schemas.base import Input
from app.schemas.fields import Date, Id, Instant, Text
from app.schemas.paging import page_schema_fields
from app.schemas.transactions import FilterQuery, gather_filters

MOST_IDS = 10_000


def _tag_names() -> fields.List[Any]:
    return fields.List(
        Text(longest=LONGEST_TAG, blank=False),
        validate=validate.Length(max=MOST_TAGS, error=f"At most {MOST_TAGS} tags."),
    )


class ChangeSetInput(Input):
    """What all the rows are given; what is not named stays as it is in each."""

    category_id = Id(allow_none=True)
    account_id = Id()
    date = Date()
    description = Text(longest=1000)
    payee = Text(longest=1000)
    notes = Text(longest=1000, lines=True)
    state = fields.String(validate=validate.OneOf(STATES[:2]))
    add_tags = _tag_names()
    remove_tags = _tag_names()


class FiltersInput(FilterQuery, Input):
    """Which rows are meant: all that a list with these filters shows."""

    @post_load
    def _gather(self, data: dict[str, Any], **_: Any) -> Any:
        return gather_filters(data)["filters"]


class BulkChangeInput(Input):
    """Which rows, by ``ids`` or ``filters``, and what becomes of them: ``set`` or ``delete``."""

    ids = fields.List(Id(), validate=validate.Length(1, MOST_IDS, error="From 1 to 10,000 ids."))
    filters = fields.Nested(FiltersInput)
    set = fields.Nested(ChangeSetInput)
    delete = fields.Boolean()
    allow_reconciled = fields.Boolean()

    @validates_schema
    def _one_of_each(self, data: dict[str, Any], **_: Any) -> None:
        if ("ids" in data) == ("filters" in data):
            raise ValidationError("Name the rows by ids or by filters.", "ids")
        if bool(data.get("set")) == bool(data.get("delete")):
            raise ValidationError("Say what to set, or to delete.", "set")


class BulkChangeSchema(Schema):
    """A bulk change: how many rows it changed, which it left out, and whether it was taken back.

    ``rows_kept`` is how many rows stayed as they are when it was, having been changed since.
    """

    id = fields.Integer()
    ledger_id = fields.Integer()
    kind = fields.String()
    rows = fields.Integer()
    skipped = fields.Dict(keys=fields.String(), values=fields.Integer())
    rows_kept = fields.Integer()
    created_by_id = fields.Integer(allow_none=True)
    created_at = Instant()
    undone_at = Instant(allow_none=True)


BulkChangePageSchema = Schema.from_dict(
    {"items": fields.List(fields.Nested(BulkChangeSchema)), **page_schema_fields()},
    name="BulkChangePage",
)
