"""Members of a ledger as outside data."""

from marshmallow import Schema, fields, validate

from app.models.members import LEDGER_ROLES
from app.schemas.base import Input
from app.schemas.fields import Id, Instant, Text


class PlaceholderInput(Input):
    """Somebody without an account, by name."""

    name = Text(longest=100, blank=False, required=True)


class MemberInput(Input):
    """What can change of a member: a person's role, a placeholder's name."""

    role = fields.String(validate=validate.OneOf(LEDGER_ROLES))
    name = Text(longest=100, blank=False)


class HandOverInput(Input):
    """Who becomes the owner."""

    member_id = Id(required=True)


class MemberSchema(Schema):
    """A member, as all members see them; a placeholder has neither ``user_id`` nor ``email``."""

    id = fields.Integer()
    user_id = fields.Integer(allow_none=True)
    name = fields.String()
    email = fields.String(allow_none=True)
    role = fields.String(validate=validate.OneOf(LEDGER_ROLES))
    joined_at = Instant()


class MemberListSchema(Schema):
    """The members of a ledger, owners first."""

    items = fields.List(fields.Nested(MemberSchema))
