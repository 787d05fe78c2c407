"""Ledgers as outside data."""

from marshmallow import Schema, fields


class LedgerSchema(Schema):
    """A ledger, with the caller's role in it."""

    id = fields.Integer()
    name = fields.String()
    kind = fields.String()
    currency = fields.String()
    role = fields.String()


class LedgerListSchema(Schema):
    """The ledgers the caller may see."""

    items = fields.List(fields.Nested(LedgerSchema))
