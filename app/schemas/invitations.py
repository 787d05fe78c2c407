"""Invitations into a ledger as outside data."""

from marshmallow import Schema, fields, validate

from app.models.members import LEDGER_ROLES
from app.schemas.base import Input
from app.schemas.fields import Id, Instant
from app.schemas.paging import page_schema_fields
from app.schemas.registrations import InvitationInput, InvitationSchema


class LedgerInvitationInput(InvitationInput):
    """Whom to invite as what, until when, and how many of them.

    Without an address, whoever has the link; without ``expires_at``, for a week, at most 90 days.
    """

    role = fields.String(required=True, validate=validate.OneOf(LEDGER_ROLES))
    member_id = Id(
        load_default=None,
        allow_none=True,
        metadata={"description": "the member without an account that whoever accepts becomes"},
    )


class LedgerInvitationSchema(InvitationSchema):
    """An invitation into a ledger: as what, and in whose place."""

    role = fields.String(validate=validate.OneOf(LEDGER_ROLES))
    member_id = fields.Integer(allow_none=True)


LedgerInvitationPageSchema = Schema.from_dict(
    {"items": fields.List(fields.Nested(LedgerInvitationSchema)), **page_schema_fields()},
    name="LedgerInvitationPage",
)


class InvitationToken(Input):
    """The proof that a link of an invitation carries."""

    token = fields.String(required=True, validate=validate.Length(1, 300))


class OfferSchema(Schema):
    """What an invitation offers: which ledger, as what, and from whom."""

    ledger_id = fields.Integer()
    ledger_name = fields.String()
    role = fields.String(validate=validate.OneOf(LEDGER_ROLES))
    invited_by = fields.String()
    email = fields.String(allow_none=True)
    placeholder = fields.String(allow_none=True)
    expires_at = Instant()
