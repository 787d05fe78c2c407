"""Rules as outside data."""

from decimal import Decimal
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from app.core.patterns import LONGEST, PatternError, compiled
from app.models.tags import LONGEST_TAG
from app.models.transactions import TRANSACTION_KINDS
from app.schemas.base import Input
from app.schemas.bulk_changes import FiltersInput
from app.schemas.fields import Amount, Date, Id, Instant, Text

TEXT_OPERATORS = ("contains", "is", "starts_with", "matches")
OPERATORS = {
    "text": TEXT_OPERATORS,
    "description": TEXT_OPERATORS,
    "payee": TEXT_OPERATORS,
    "notes": TEXT_OPERATORS,
    "amount": ("is", "at_least", "at_most"),
    "account": ("is",),
    "type": ("is",),
    "date": ("from", "until"),
}
"""What a condition can look at, and how; ``text`` is the description, the payee or the notes."""

ACTIONS = ("set_category", "set_payee", "add_tag", "remove_tag", "set_notes")
MOST_PARTS = 20

_CONDITION_VALUES: dict[str, fields.Field[Any]] = {
    "amount": Amount(),
    "account": Id(),
    "type": fields.String(validate=validate.OneOf(TRANSACTION_KINDS)),
    "date": Date(),
}
_ACTION_VALUES: dict[str, fields.Field[Any]] = {
    "set_category": Id(),
    "set_payee": Text(longest=1000),
    "add_tag": Text(longest=LONGEST_TAG, blank=False),
    "remove_tag": Text(longest=LONGEST_TAG, blank=False),
    "set_notes": Text(longest=1000, lines=True),
}
_TEXT = Text(longest=LONGEST, blank=False)


class ConditionInput(Input):
    """A condition: what is looked at, how, and for what."""

    field = fields.String(required=True, validate=validate.OneOf(list(OPERATORS)))
    operator = fields.String(required=True)
    value = fields.Raw(required=True)

    @validates_schema
    def _known_operator(self, data: dict[str, Any], **_: Any) -> None:
        known = OPERATORS[data["field"]]
        if data["operator"] not in known:
            raise ValidationError(f"One of: {', '.join(known)}.", "operator")

    @post_load
    def _read_value(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        value = _read(_CONDITION_VALUES.get(data["field"], _TEXT), data["value"])
        if data["operator"] == "matches":
            _require_readable(value)
        return data | {"value": value}


class ActionInput(Input):
    """An action: what is done to a row that the conditions hold for."""

    action = fields.String(required=True, validate=validate.OneOf(ACTIONS))
    value = fields.Raw(required=True)

    @post_load
    def _read_value(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return data | {"value": _read(_ACTION_VALUES[data["action"]], data["value"])}


class RuleDraft(Input):
    """A rule as it can be tried: what it looks for and what it does."""

    name = Text(longest=100)
    match = fields.String(validate=validate.OneOf(("all", "any")))
    conditions = fields.List(
        fields.Nested(ConditionInput),
        required=True,
        validate=validate.Length(1, MOST_PARTS, error=f"From 1 to {MOST_PARTS} conditions."),
    )
    actions = fields.List(
        fields.Nested(ActionInput),
        required=True,
        validate=validate.Length(1, MOST_PARTS, error=f"From 1 to {MOST_PARTS} actions."),
    )
    stop = fields.Boolean()


class RuleInput(RuleDraft):
    """What can be said of a rule."""

    name = Text(required=True, longest=100, blank=False)
    active = fields.Boolean()
    position = fields.Integer(validate=validate.Range(0, 10**6))


class PreviewInput(Input):
    """What to try: a ``rule`` as it would be kept, or kept ones, on the rows of a list.

    Of the rows that would change, a ``page`` has 50.
    """

    rule = fields.Nested(RuleDraft)
    rule_ids = fields.List(Id(), validate=validate.Length(1, 200))
    filters = fields.Nested(FiltersInput)
    page = fields.Integer(validate=validate.Range(1, 1000))

    @validates_schema
    def _one_of_them(self, data: dict[str, Any], **_: Any) -> None:
        if "rule" in data and "rule_ids" in data:
            raise ValidationError("Try a rule or kept ones, not both.", "rule")


class ApplyInput(Input):
    """Which rules to run, all active ones by default, on the rows of a list."""

    rule_ids = fields.List(Id(), validate=validate.Length(1, 200))
    filters = fields.Nested(FiltersInput)


class RunInput(Input):
    """What a page runs over the past: one rule or all active ones, on rows from day to day."""

    rule_id = Id()
    date_from = Date()
    date_to = Date()
    page = fields.Integer(validate=validate.Range(1, 1000))


class ConditionSchema(Schema):
    """A condition of a rule."""

    field = fields.String()
    operator = fields.String()
    value = fields.Raw()


class ActionSchema(Schema):
    """An action of a rule."""

    action = fields.String()
    value = fields.Raw()


class RuleSchema(Schema):
    """A rule."""

    id = fields.Integer()
    ledger_id = fields.Integer()
    name = fields.String()
    position = fields.Integer()
    active = fields.Boolean()
    match = fields.String()
    stop = fields.Boolean()
    conditions = fields.List(fields.Nested(ConditionSchema))
    actions = fields.List(fields.Nested(ActionSchema))
    created_at = Instant()
    updated_at = Instant()


class RuleListSchema(Schema):
    """All rules of a ledger, in their order."""

    items = fields.List(fields.Nested(RuleSchema))


class PreviewItemSchema(Schema):
    """A row that rules would change; ``before`` and ``after`` hold what would be different."""

    transaction_id = fields.Integer()
    type = fields.String(attribute="kind")
    date = fields.Date()
    amount = fields.Method("_amount", metadata={"type": "string"})
    currency = fields.String()
    description = fields.String()
    payee = fields.String()
    account_id = fields.Integer()
    before = fields.Dict()
    after = fields.Dict()

    def _amount(self, row: dict[str, Any]) -> Any:
        return Amount().serialize("amount", _Row(row))


class PreviewSchema(Schema):
    """What rules would change: how many rows of those looked at, and a page of them."""

    rows = fields.Integer()
    looked_at = fields.Integer()
    is_complete = fields.Boolean()
    items = fields.List(fields.Nested(PreviewItemSchema))


class _Row:
    """A row as an object, as fields of money want it."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.amount, self.currency = values["amount"], values["currency"]


def _read(field: fields.Field[Any], value: Any) -> Any:
    """Read a value as its kind of condition or action has it; decimals and dates stay texts."""
    try:
        read = field.deserialize(value)
    except ValidationError as error:
        raise ValidationError(error.messages, "value") from None
    if isinstance(read, Decimal):
        return str(read)
    return read.isoformat() if hasattr(read, "isoformat") else read


def _require_readable(pattern: str) -> None:
    try:
        compiled(pattern)
    except PatternError as error:
        raise ValidationError(str(error), "value") from None
