"""Invitations into a ledger as outside data."""

from marshmallow import Schema, fields, validate

from app.models.invitations import INVITATION_STATES
from app.models.members import LEDGER_ROLES
from app.schemas.auth import Email
from app.schemas.base import Input
from app.schemas.fields import Id, Instant
from app.schemas.paging import PageQuery, page_schema_fields
from app.schemas.registrations import MOST_USES


class LedgerInvitationInput(Input):
    """Whom to invite as what, until when, and how many of them.

    Without an address, whoever has the link; without ``expires_at``, for a week, at most 90 days.
    """

    role = fields.String(required=True, validate=validate.OneOf(LEDGER_ROLES))
    email = Email(load_default=None, allow_none=True)
    expires_at = Instant(load_default=None, allow_none=True)
    max_uses = Id(
        load_default=1,
        allow_none=True,
        validate=validate.Range(1, MOST_USES, error=f"From 1 to {MOST_USES} people."),
        metadata={"description": "how many people it lets in; null: as many as come"},
    )
    member_id = Id(
        load_default=None,
        allow_none=True,
        metadata={"description": "the member without an account that whoever accepts becomes"},
    )


class LedgerInvitationQuery(PageQuery):
    """Which page of a ledger's invitations."""

    class Meta(PageQuery.Meta):
        """By number only; the ledger is in the path."""

        exclude = ("ledger_id", "cursor")


class LedgerInvitationSchema(Schema):
    """An invitation; ``url`` is its link and ``token`` the proof in it, while it is waiting."""

    id = fields.Integer()
    role = fields.String(validate=validate.OneOf(LEDGER_ROLES))
    email = fields.String(allow_none=True)
    member_id = fields.Integer(allow_none=True)
    url = fields.String(allow_none=True)
    token = fields.String(allow_none=True)
    created_at = Instant()
    expires_at = Instant()
    uses = fields.Integer()
    max_uses = fields.Integer(allow_none=True)
    state = fields.String(validate=validate.OneOf(INVITATION_STATES))
    created_by = fields.String(allow_none=True)


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
