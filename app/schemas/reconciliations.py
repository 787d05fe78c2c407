"""Reconciliations as outside data."""

from typing import Any

from marshmallow import Schema, fields, validate

from app.schemas.base import Input
from app.schemas.fields import Amount, Date, Id, Instant
from app.schemas.paging import page_schema_fields

MOST_IDS = 10_000


def _ids() -> fields.List[Any]:
    error = "At most 10,000 ids."
    return fields.List(Id(), validate=validate.Length(max=MOST_IDS, error=error))


class MarksInput(Input):
    """Which rows become open and which cleared; ``cleared_until`` are all up to that day."""

    open = _ids()
    cleared = _ids()
    cleared_until = Date()


class StatementQuery(Input):
    """What a statement says: its last day, and the balance at the end of it."""

    date = Date(required=True)
    balance = Amount(required=True)
    older = fields.Boolean()


class ReconciliationInput(Input):
    """What a statement says; rows can be marked in the same step.

    ``adjust`` adds a row that makes up for a difference.
    """

    date = Date(required=True)
    balance = Amount(required=True)
    adjust = fields.Boolean()
    open = _ids()
    cleared = _ids()


class ReconciliationSchema(Schema):
    """A statement that the books agreed with; ``rows`` is how many rows it settled."""

    id = fields.Integer()
    account_id = fields.Integer()
    date = fields.Date()
    currency = fields.String()
    balance = Amount()
    rows = fields.Integer()
    created_by_id = fields.Integer(allow_none=True)
    created_at = Instant()


ReconciliationPageSchema = Schema.from_dict(
    {"items": fields.List(fields.Nested(ReconciliationSchema)), **page_schema_fields()},
    name="ReconciliationPage",
)
