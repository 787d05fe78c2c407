"""Categories as outside data."""

from marshmallow import Schema, ValidationError, fields, validate

from app.models.categories import CATEGORY_TYPES
from app.schemas.base import Input, LedgerQuery
from app.schemas.fields import Id, Instant, Text
from app.schemas.merges import NamesakeSchema


def _no_path(name: str) -> None:
    if " / " in name:
        raise ValidationError('" / " separates a category from the one above it; leave it out.')


class CategoryInput(Input):
    """What can be said of a category."""

    name = Text(required=True, longest=100, blank=False)
    type = fields.String(validate=validate.OneOf(CATEGORY_TYPES))
    parent_id = Id(allow_none=True)
    color = fields.String(
        validate=validate.Regexp(r"#[0-9a-fA-F]{6}\Z", error="A color looks like #2fb344.")
    )
    icon = fields.String(
        validate=validate.Regexp(r"[a-z0-9-]{1,40}\Z", error="Not the name of an icon.")
    )

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)  # type: ignore[arg-type]
        self.fields["name"].validators.append(_no_path)


class CategoryChanges(CategoryInput):
    """What can be changed of a category; its type stays."""

    class Meta(CategoryInput.Meta):
        """Leave the type out."""

        exclude = ("type",)

    archived = fields.Boolean()


class CategoryQuery(LedgerQuery):
    """How to list categories: flat, or with ``tree`` nested in their parents."""

    tree = fields.Boolean(load_default=False)


class UsageQuery(Input):
    """Which one would take over, if that is known."""

    into_id = Id()


class UsageSchema(Schema):
    """What a merge of a category would move, and whether it could be taken back.

    ``same_named`` are those below it that would become part of one, where it is known into which.
    """

    transactions = fields.Integer()
    categories = fields.Integer()
    rules = fields.Integer()
    can_be_undone = fields.Boolean()
    same_named = fields.List(fields.Nested(NamesakeSchema))


class CategorySchema(Schema):
    """A category."""

    id = fields.Integer()
    ledger_id = fields.Integer()
    parent_id = fields.Integer(allow_none=True)
    name = fields.String()
    type = fields.String()
    color = fields.String()
    icon = fields.String()
    archived = fields.Boolean()
    created_at = Instant()
    updated_at = Instant()


class CategoryNodeSchema(CategorySchema):
    """A category; in a tree with the ones below it."""

    children = fields.List(fields.Nested("CategoryNodeSchema"))


class CategoryListSchema(Schema):
    """All categories of a ledger."""

    items = fields.List(fields.Nested(CategoryNodeSchema))
