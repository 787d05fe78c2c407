"""Ledgers as outside data."""

from marshmallow import Schema, fields

from app.schemas.base import Input
from app.schemas.fields import Currency, Instant, Text


class LedgerInput(Input):
    """What can be said of a new ledger; its currency stays."""

    name = Text(required=True, longest=100, blank=False)
    currency = Currency()


class LedgerChanges(Input):
    """What can be changed of a ledger."""

    name = Text(required=True, longest=100, blank=False)
    archived = fields.Boolean()


class LedgersQuery(Input):
    """Which ledgers to list: those in use, or the deleted ones that can be brought back."""

    deleted = fields.Boolean(load_default=False)


class LedgerSchema(Schema):
    """A ledger, with the caller's role in it."""

    id = fields.Integer()
    name = fields.String()
    kind = fields.String()
    currency = fields.String()
    role = fields.String()
    archived = fields.Boolean(attribute="is_archived")


class ListedLedgerSchema(LedgerSchema):
    """A ledger in a list; of a deleted one when that was, and until when it is kept."""

    deleted_at = Instant(dump_default=None, allow_none=True)
    kept_until = Instant(dump_default=None, allow_none=True)


class LedgerListSchema(Schema):
    """The ledgers the caller may see, or those they can bring back."""

    items = fields.List(fields.Nested(ListedLedgerSchema))
