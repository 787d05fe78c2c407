"""Payees and tags as outside data."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate

from app.models.tags import LONGEST_TAG
from app.schemas.base import Input, LedgerQuery
from app.schemas.fields import Id, Instant, Text
from app.schemas.paging import PageQuery, page_schema_fields


class NameQuery(PageQuery):
    """Which names to list: those with words that begin with the ones of ``q``."""

    class Meta(PageQuery.Meta):
        """By number only."""

        exclude = ("cursor",)

    q = Text(longest=200)
    sorts = ("name",)


class PayeeChanges(Input):
    """What can be changed of a payee; a new name goes onto all of its rows."""

    name = Text(required=True, longest=1000, blank=False)
    suggests = fields.Boolean()


class TagChanges(Input):
    """What can be changed of a tag; all rows that have it follow."""

    name = Text(required=True, longest=LONGEST_TAG, blank=False)

    @post_load
    def _without_commas(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        if "," in data.get("name", ""):
            raise ValidationError("A comma separates tags; leave it out.", "name")
        return data


class TagSchema(Schema):
    """A tag, and how many transactions have it."""

    id = fields.Integer()
    ledger_id = fields.Integer()
    name = fields.String()
    count = fields.Integer()
    created_at = Instant()
    updated_at = Instant()


class PayeeSchema(TagSchema):
    """A payee, how many transactions name it, and the category these mostly had of late.

    Where ``suggests`` is false, that category is not suggested for new ones.
    """

    suggests = fields.Boolean()
    category_id = fields.Integer(allow_none=True)


class SuggestionQuery(LedgerQuery):
    """What is known of a new transaction so far."""

    type = fields.String(
        load_default="expense", validate=validate.OneOf(("expense", "income", "transfer"))
    )
    payee = Text(longest=1000)
    description = Text(longest=1000)


class SuggestionSchema(Schema):
    """A category that ``count`` of the last transactions alike had.

    ``reason`` says in what they are alike: payee or description.
    """

    category_id = fields.Integer()
    reason = fields.String(metadata={"enum": ["payee", "description"]})
    count = fields.Integer()


class SuggestedSchema(Schema):
    """What is suggested, null where nothing is."""

    suggestion = fields.Nested(SuggestionSchema, allow_none=True)


class RefusalInput(Input):
    """The payee for which no category is wanted."""

    payee = Text(required=True, longest=1000, blank=False)


class AcceptanceInput(Input):
    """The category for the rows of a payee that have none."""

    category_id = Id(required=True)


PayeePageSchema = Schema.from_dict(
    {"items": fields.List(fields.Nested(PayeeSchema)), **page_schema_fields()}, name="PayeePage"
)
TagPageSchema = Schema.from_dict(
    {"items": fields.List(fields.Nested(TagSchema)), **page_schema_fields()}, name="TagPage"
)
