"""Accounts as outside data."""

from marshmallow import Schema, fields, validate

from app.models.accounts import ACCOUNT_TYPES
from app.schemas.base import Input, LedgerQuery
from app.schemas.fields import Amount, Currency, Instant, Text


class AccountInput(Input):
    """What can be said of an account."""

    name = Text(required=True, longest=100, blank=False)
    type = fields.String(validate=validate.OneOf(ACCOUNT_TYPES))
    currency = Currency()
    opening_balance = Amount()


class AccountChanges(AccountInput):
    """What can be changed of an account."""

    archived = fields.Boolean()


class AccountQuery(LedgerQuery):
    """Which accounts to list."""

    archived = fields.Boolean()


class AccountSchema(Schema):
    """An account; balances are decimal strings of its currency."""

    id = fields.Integer()
    ledger_id = fields.Integer()
    name = fields.String()
    type = fields.String()
    currency = fields.String()
    opening_balance = Amount()
    balance = Amount()
    archived = fields.Boolean()
    created_at = Instant()
    updated_at = Instant()


class BalanceSchema(Schema):
    """An account's balance."""

    account_id = fields.Integer(attribute="id")
    currency = fields.String()
    balance = Amount()


class AccountListSchema(Schema):
    """All accounts of a ledger."""

    items = fields.List(fields.Nested(AccountSchema))
