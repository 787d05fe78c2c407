"""The activity log as outside data."""

from typing import Any

from marshmallow import Schema, fields, validate

from app.models.activities import in_decimals
from app.schemas.base import Input
from app.schemas.fields import Date, Id, Instant
from app.schemas.paging import PageQuery, page_schema_fields

_KIND = validate.Regexp(
    r"[a-z_]{1,30}(\.[a-z_]{1,30})?\Z", error="Not a kind such as transaction or import.undone."
)


class ActivityQuery(PageQuery):
    """Which lines of a log to list, and which page of them, or all of them as a file.

    ``kind`` is a whole kind or its noun only; ``user_id`` who did it or whom it concerns.
    """

    kind = fields.String(validate=validate.And(validate.Length(max=61), _KIND))
    user_id = Id()
    date_from = Date()
    date_to = Date()
    format = fields.String(load_default="json", validate=validate.OneOf(("json", "csv")))


class HistoryQuery(PageQuery):
    """Which page of a row's history to list."""


class RestoreInput(Input):
    """Which line of its history a row is to be as it was before, or as it became after."""

    activity_id = Id(required=True)
    state = fields.String(validate=validate.OneOf(("before", "after")))


class ValuesField(fields.Field[Any]):
    """What was told of a row, amounts as decimal strings; only ever sent."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return None if value is None else in_decimals(value)


class ActivitySchema(Schema):
    """A line of the log. ``by`` is person, former (erased), program or stranger."""

    id = fields.Integer()
    at = Instant()
    kind = fields.String()
    by = fields.String(metadata={"enum": ["person", "former", "program", "stranger"]})
    actor_id = fields.Integer(allow_none=True)
    actor_name = fields.String(allow_none=True)
    user_id = fields.Integer(allow_none=True)
    user_name = fields.String(allow_none=True)
    ledger_id = fields.Integer(allow_none=True)
    ledger_name = fields.String(allow_none=True)
    subject_type = fields.String(allow_none=True)
    subject_id = fields.Integer(allow_none=True)
    subject_name = fields.String(allow_none=True)
    before = ValuesField(metadata={"type": ["object", "null"]})
    after = ValuesField(metadata={"type": ["object", "null"]})
    details = fields.Dict()
    address = fields.String()
    device = fields.String()


ActivityPageSchema = Schema.from_dict(
    {"items": fields.List(fields.Nested(ActivitySchema)), **page_schema_fields()},
    name="ActivityPage",
)
