"""Transfers of two rows as outside data: pairs that match, and what is said of them."""

from marshmallow import Schema, fields, validate

from app.schemas.base import Input
from app.schemas.fields import Id
from app.schemas.paging import page_schema_fields
from app.schemas.transactions import TransactionSchema


class PairInput(Input):
    """Money out of one account and money into another."""

    expense_id = Id(required=True)
    income_id = Id(required=True)


class JoinInput(PairInput):
    """Two rows to join. ``version`` is the one they were shown with: 412 when they changed since.

    Rows that are reconciled are only joined with ``allow_reconciled``.
    """

    version = fields.String(
        validate=validate.Regexp(r"[0-9]{1,18}-[0-9]{1,18}\Z", error="Not a version of a pair.")
    )
    allow_reconciled = fields.Boolean(load_default=False)


class MatchSchema(Schema):
    """Two rows that look like one transfer.

    ``ambiguous`` says that one of them fits another row, too. ``version`` can be sent along when
    the two are joined.
    """

    expense = fields.Nested(TransactionSchema)
    income = fields.Nested(TransactionSchema)
    days_apart = fields.Integer()
    ambiguous = fields.Boolean()
    version = fields.String()


class RefusedMatchSchema(Schema):
    """Two rows that are not offered as a transfer any more."""

    expense_id = fields.Integer()
    income_id = fields.Integer()


class HalvesSchema(Schema):
    """The two rows that a transfer was, and is again."""

    expense = fields.Nested(TransactionSchema)
    income = fields.Nested(TransactionSchema)


MatchPageSchema = Schema.from_dict(
    {"items": fields.List(fields.Nested(MatchSchema)), **page_schema_fields()}, name="MatchPage"
)
