"""Accounts as outside data."""

from typing import Any

from marshmallow import Schema, fields, validate

from app.core.money import decimal_string, digits
from app.models.accounts import ACCOUNT_TYPES
from app.models.balances import INTERVALS, BalanceHistory
from app.schemas.base import Input, LedgerQuery
from app.schemas.fields import Amount, Currency, Date, Instant, Text
from app.schemas.reports import SeriesSchema

MOST_POSITION = 1_000_000


class AccountInput(Input):
    """What can be said of an account.

    The opening balance counts from ``opening_date`` on, null for always. Accounts of the same
    ``group`` stand together, in the order of ``position``, then by name.
    """

    name = Text(required=True, longest=100, blank=False)
    type = fields.String(validate=validate.OneOf(ACCOUNT_TYPES))
    currency = Currency()
    opening_balance = Amount()
    opening_date = Date(allow_none=True)
    group = Text(longest=60)
    position = fields.Integer(
        strict=True,
        validate=validate.Range(0, MOST_POSITION, error=f"From 0 to {MOST_POSITION:,}."),
    )


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
    opening_date = fields.Date(allow_none=True)
    balance = Amount()
    group = fields.String()
    position = fields.Integer()
    archived = fields.Boolean()
    created_at = Instant()
    updated_at = Instant()


class MoveInput(Input):
    """Where an account, or its whole group, moves in the list."""

    direction = fields.String(required=True, validate=validate.OneOf(("up", "down")))
    group = fields.Boolean()


class BalanceQuery(Input):
    """As of which day; without one, after all rows."""

    date = Date()


class BalanceSchema(Schema):
    """An account's balance at the end of a day; ``date`` is null where none was asked for.

    ``cleared_balance`` counts only what the bank has borne out.
    """

    account_id = fields.Integer()
    currency = fields.String()
    date = fields.Date(allow_none=True)
    balance = Amount()
    cleared_balance = Amount()


class BalanceHistoryQuery(Input):
    """From when to when, and how often; the last year by months where nothing is said."""

    date_from = Date()
    date_to = Date()
    interval = fields.String(load_default="month", validate=validate.OneOf(INTERVALS))


class BalanceHistorySchema(Schema):
    """An account's balance at the end of each day, week or month; ``labels`` are these days."""

    account_id = fields.Integer()
    currency = fields.String()
    date_from = fields.Date()
    date_to = fields.Date()
    interval = fields.String()
    labels = fields.List(fields.Date())
    series = fields.List(fields.Nested(SeriesSchema))


def balance_history(history: BalanceHistory) -> dict[str, Any]:
    """Return a history in the shape of BalanceHistorySchema."""
    places = digits(history.currency)
    values = [decimal_string(balance, places) for balance in history.balances]
    return {
        "account_id": history.account_id,
        "currency": history.currency,
        "date_from": history.date_from.isoformat(),
        "date_to": history.date_to.isoformat(),
        "interval": history.interval,
        "labels": [date.isoformat() for date in history.dates],
        "series": [{"name": "balance", "values": values}],
    }


class AccountListSchema(Schema):
    """All accounts of a ledger."""

    items = fields.List(fields.Nested(AccountSchema))
