"""Transactions as outside data: expenses and income."""

from dataclasses import fields as dataclass_fields
from typing import Any

from marshmallow import Schema, fields, post_load, validate

from app.models.transactions import SORTS, TRANSACTION_KINDS, Filters
from app.schemas.base import Input
from app.schemas.fields import Amount, Currency, Date, Id, Instant, Text
from app.schemas.paging import PageQuery, page_schema_fields


class ExpenseInput(Input):
    """What can be said of an expense. ``date`` is today and the account the only one by default."""

    date = Date()
    amount = Amount(required=True, positive=True)
    currency = Currency()
    description = Text(longest=1000)
    payee = Text(longest=1000)
    notes = Text(longest=1000, lines=True)
    account_id = Id()
    category_id = Id(allow_none=True)


class TransactionInput(ExpenseInput):
    """What can be said of a transaction."""

    type = fields.String(required=True, validate=validate.OneOf(TRANSACTION_KINDS))


class FilterQuery(Schema):
    """What a list of transactions is narrowed to."""

    date_from = Date()
    date_to = Date()
    category_id = Id()
    account_id = Id()
    type = fields.String(validate=validate.OneOf(TRANSACTION_KINDS))
    payee = Text(longest=1000)
    amount_min = Amount()
    amount_max = Amount()
    q = Text(longest=200)
    import_id = Id()


def gather_filters(data: dict[str, Any]) -> dict[str, Any]:
    """Gather what a list is narrowed to into one ``filters`` of the loaded data."""
    names = [field.name for field in dataclass_fields(Filters)]
    given = {name: data.pop(name) for name in names if name in data}
    return {**data, "filters": Filters(**{k: v for k, v in given.items() if v not in (None, "")})}


class TransactionQuery(FilterQuery, PageQuery):
    """Which transactions to list, in which order, and which page of them."""

    sorts = SORTS
    sort = fields.String(load_default="-date", validate=validate.OneOf(SORTS))

    @post_load
    def _gather_filters(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return gather_filters(data)


class TransactionSchema(Schema):
    """A transaction; ``amount`` is positive, and ``type`` says which way it went.

    ``created_by_id`` and ``updated_by_id`` are people's ids, null for who is gone.
    """

    id = fields.Integer()
    type = fields.String()
    date = fields.Date()
    amount = Amount()
    currency = fields.String()
    description = fields.String()
    payee = fields.String()
    notes = fields.String()
    account_id = fields.Integer()
    category_id = fields.Integer(allow_none=True)
    created_by_id = fields.Integer(allow_none=True)
    updated_by_id = fields.Integer(allow_none=True)
    created_at = Instant()
    updated_at = Instant()


class WrittenTransactionSchema(TransactionSchema):
    """A transaction just created or changed, with what its owner should know of it."""

    warnings = fields.List(fields.Dict(), dump_default=[])


TransactionPageSchema = Schema.from_dict(
    {"items": fields.List(fields.Nested(TransactionSchema)), **page_schema_fields()},
    name="TransactionPage",
)
