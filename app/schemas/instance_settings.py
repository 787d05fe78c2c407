"""Settings of the instance, and how it is."""

from marshmallow import Schema, fields, validate

from app.schemas.auth import Email, Locale, Timezone
from app.schemas.base import Input
from app.schemas.fields import Currency, Instant
from app.schemas.paging import page_schema_fields

REGISTRATION_MODES = ("open", "invite", "closed")


class InstanceSettingsInput(Input):
    """Settings to change; null goes back to what counts without it."""

    registration = fields.String(allow_none=True, validate=validate.OneOf(REGISTRATION_MODES))
    currency = Currency(allow_none=True)
    timezone = Timezone(allow_none=True)
    locale = Locale(allow_none=True)


class InstanceSettingSchema(Schema):
    """A setting as it counts; ``source`` is here or environment, ``default`` what null brings."""

    name = fields.String()
    value = fields.String()
    source = fields.String(metadata={"enum": ["here", "environment"]})
    default = fields.String()


class InstanceSettingsSchema(Schema):
    """All settings."""

    items = fields.List(fields.Nested(InstanceSettingSchema))


class MailTestInput(Input):
    """Where to send a mail to try the way out; to oneself without an address."""

    recipient = Email(load_default=None, allow_none=True)


class MailTestSchema(Schema):
    """What came of it; ``said`` is the server's answer, or where the file lies."""

    recipient = fields.String()
    is_taken = fields.Boolean()
    said = fields.String()


class StatisticsSchema(Schema):
    """Figures from which nobody can tell what one person does; ``transactions`` is rounded."""

    people = fields.Integer()
    active = fields.Integer(metadata={"description": "seen in the last 30 days"})
    ledgers = fields.Integer()
    transactions = fields.Integer()
    database_bytes = fields.Integer()


class PartSchema(Schema):
    """One part that Outlay needs."""

    name = fields.String()
    state = fields.String(metadata={"enum": ["ok", "warning", "away"]})
    milliseconds = fields.Integer()
    said = fields.String()
    advice = fields.String()


class HealthSchema(Schema):
    """How all parts are; ``status`` is ok, degraded, or down."""

    status = fields.String(attribute="health.status", metadata={"enum": ["ok", "degraded", "down"]})
    checks = fields.List(fields.Nested(PartSchema), attribute="health.checks")
    versions = fields.Dict(keys=fields.String(), values=fields.String())


class InstanceActivitySchema(Schema):
    """A line of the instance's log, without what was before and after."""

    id = fields.Integer()
    at = Instant()
    kind = fields.String()
    by = fields.String(metadata={"enum": ["person", "former", "program", "stranger"]})
    actor_id = fields.Integer(allow_none=True)
    actor_name = fields.String(allow_none=True)
    user_id = fields.Integer(allow_none=True)
    user_name = fields.String(allow_none=True)


InstanceActivityPageSchema = Schema.from_dict(
    {"items": fields.List(fields.Nested(InstanceActivitySchema)), **page_schema_fields()},
    name="InstanceActivityPage",
)
