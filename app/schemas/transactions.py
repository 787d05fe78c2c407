"""Transactions as outside data: expenses, income and transfers."""

from dataclasses import fields as dataclass_fields
from typing import Any

from marshmallow import (
    EXCLUDE,
    Schema,
    ValidationError,
    fields,
    post_load,
    pre_load,
    validate,
    validates_schema,
)

from app.models.splits import MOST_SPLITS
from app.models.tags import LONGEST_TAG, MOST_TAGS
from app.models.transaction_lists import SORTS, Filters
from app.models.transactions import STATES, TRANSACTION_KINDS
from app.schemas.base import Input
from app.schemas.fields import Amount, Currency, Date, Id, Instant, Text
from app.schemas.paging import PageQuery, page_schema_fields


class SplitInput(Input):
    """A line of a transaction that is for several things."""

    category_id = Id(allow_none=True)
    amount = Amount(required=True, positive=True)
    notes = Text(longest=1000)


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
    tags = fields.List(
        Text(longest=LONGEST_TAG, blank=False),
        validate=validate.Length(max=MOST_TAGS, error=f"At most {MOST_TAGS} tags."),
    )
    splits = fields.List(
        fields.Nested(SplitInput),
        validate=validate.Length(max=MOST_SPLITS, error=f"At most {MOST_SPLITS} lines."),
    )
    state = fields.String(validate=validate.OneOf(STATES[:2]))


class TransactionInput(ExpenseInput):
    """What can be said of a transaction.

    A transfer goes to ``to_account_id``; where the accounts' currencies differ, ``to_amount`` says
    what arrived. Money in can be the refund of a purchase.
    """

    type = fields.String(required=True, validate=validate.OneOf(TRANSACTION_KINDS))
    to_account_id = Id(allow_none=True)
    to_amount = Amount(positive=True)
    to_state = fields.String(validate=validate.OneOf(STATES[:2]))
    refund_of_id = Id(allow_none=True)


MOST_ITEMS = 500
"""Rows that one batch adds, changes and deletes, at most."""


class NamedInput(Input):
    """A row by its id; ``if_match`` is the entity tag that it has to have still."""

    id = Id(required=True)
    if_match = Text(longest=100)


class BatchUpdateInput(TransactionInput, NamedInput):
    """What is to be changed of a row; what is not named stays."""


class BatchInput(Input):
    """Rows to add, to change and to delete: up to 500 in all, each once, all of them or none.

    An item of ``delete`` is an id, or an object with one.
    """

    create = fields.List(fields.Nested(TransactionInput), load_default=[])
    update = fields.List(
        fields.Nested(BatchUpdateInput(partial=("type", "amount"))), load_default=[]
    )
    delete = fields.List(fields.Nested(NamedInput), load_default=[])
    allow_reconciled = fields.Boolean(load_default=False)

    @pre_load
    def _bounded(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        lists = [data[name] for name in BATCH_PARTS if isinstance(data.get(name), list)]
        count = sum(len(items) for items in lists)
        if count > MOST_ITEMS:
            raise ValidationError(f"At most {MOST_ITEMS} rows at once; these are {count:,}.")
        if not count and all(isinstance(data.get(name, []), list) for name in BATCH_PARTS):
            raise ValidationError("Name rows to create, update or delete.")
        if not isinstance(data.get("delete"), list):
            return data
        named = [one if isinstance(one, dict) else {"id": one} for one in data["delete"]]
        return {**data, "delete": named}

    @validates_schema
    def _each_once(self, data: dict[str, Any], **_: Any) -> None:
        seen: set[int] = set()
        errors: dict[str, Any] = {}
        for part in ("update", "delete"):
            for number, item in enumerate(data[part]):
                if item["id"] in seen:
                    said = {number: {"id": ["This row is named twice."]}}
                    errors.setdefault(part, {}).update(said)
                seen.add(item["id"])
        if errors:
            raise ValidationError(errors)


BATCH_PARTS = ("create", "update", "delete")


class RowInput(Input):
    """What can be changed of a row where it stands in a list."""

    date = Date(required=True)
    amount = Amount(required=True, positive=True)
    description = Text(longest=1000)
    payee = Text(longest=1000)
    category_id = Id(allow_none=True)


class LikeQuery(Schema):
    """Which row a new one begins like."""

    class Meta:
        """Other parts of the address are for others."""

        unknown = EXCLUDE

    like = Id(required=True)


class MeantQuery(Input):
    """Whether a change of a reconciled row is meant."""

    allow_reconciled = fields.Boolean(load_default=False)


class FilterQuery(Schema):
    """What a list of transactions is narrowed to."""

    date_from = Date()
    date_to = Date()
    category_id = Id()
    category_only = fields.Boolean()
    uncategorised = fields.Boolean()
    account_id = Id()
    type = fields.String(validate=validate.OneOf(TRANSACTION_KINDS))
    tag = Text(longest=LONGEST_TAG)
    payee = Text(longest=1000)
    state = fields.String(validate=validate.OneOf(STATES))
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


class SplitSchema(Schema):
    """A line of a transaction."""

    category_id = fields.Integer(allow_none=True)
    amount = Amount()
    notes = fields.String()


class TransactionSchema(Schema):
    """A transaction; ``amount`` is positive, and ``type`` says which way it went.

    ``to_amount`` is in ``to_currency``; both are null for what is no transfer. ``rate`` is what a
    transfer between two currencies implies: ``to_amount / amount`` with six significant digits,
    half to even; null for any other row. ``state`` is how far
    the bank bears the row out at its account, ``to_state`` at the one a transfer goes to.
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
    to_account_id = fields.Integer(allow_none=True)
    to_amount = Amount(allow_none=True, currency="to_currency")
    to_currency = fields.String(allow_none=True)
    rate = fields.String(allow_none=True)
    category_id = fields.Integer(allow_none=True)
    tags = fields.List(fields.String())
    splits = fields.List(fields.Nested(SplitSchema))
    state = fields.String()
    to_state = fields.String()
    refund_of_id = fields.Integer(allow_none=True)
    created_by_id = fields.Integer(allow_none=True)
    updated_by_id = fields.Integer(allow_none=True)
    created_at = Instant()
    updated_at = Instant()


class WrittenTransactionSchema(TransactionSchema):
    """A transaction just created or changed, with what its owner should know of it."""

    warnings = fields.List(fields.Dict(), dump_default=[])


class TaggedTransactionSchema(TransactionSchema):
    """A transaction as a batch left it, with the entity tag that it has by itself."""

    etag = fields.String()


class BatchSchema(Schema):
    """What a batch did, in the order it was asked for; ``deleted`` are ids."""

    created = fields.List(fields.Nested(TaggedTransactionSchema))
    updated = fields.List(fields.Nested(TaggedTransactionSchema))
    deleted = fields.List(fields.Integer())


TransactionPageSchema = Schema.from_dict(
    {"items": fields.List(fields.Nested(TransactionSchema)), **page_schema_fields()},
    name="TransactionPage",
)
