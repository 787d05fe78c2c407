"""Invitations to register."""

from marshmallow import Schema, fields, validate

from app.models.invitations import INVITATION_STATES
from app.schemas.auth import Email
from app.schemas.base import Input
from app.schemas.fields import Id, Instant
from app.schemas.paging import PageQuery, page_schema_fields

MOST_USES = 1000


class InvitationInput(Input):
    """Whom to invite, until when, and how many of them.

    Without an address, whoever has the link; without ``expires_at``, for a week.
    """

    email = Email(load_default=None, allow_none=True)
    expires_at = Instant(load_default=None, allow_none=True)
    max_uses = Id(
        load_default=1,
        allow_none=True,
        validate=validate.Range(1, MOST_USES, error=f"From 1 to {MOST_USES} people."),
        metadata={"description": "how many people it lets in; null: as many as come"},
    )


class InvitationQuery(PageQuery):
    """Which page of the invitations."""

    class Meta(PageQuery.Meta):
        """By number only; which ledger, if any, is in the path."""

        exclude = ("ledger_id", "cursor")


class InvitationSchema(Schema):
    """An invitation; ``url`` is its link and ``token`` the proof in it, while it is waiting."""

    id = fields.Integer()
    email = fields.String(allow_none=True)
    url = fields.String(allow_none=True)
    token = fields.String(allow_none=True)
    created_at = Instant()
    expires_at = Instant()
    uses = fields.Integer()
    max_uses = fields.Integer(allow_none=True)
    state = fields.String(validate=validate.OneOf(INVITATION_STATES))
    created_by = fields.String(allow_none=True)


InvitationPageSchema = Schema.from_dict(
    {"items": fields.List(fields.Nested(InvitationSchema)), **page_schema_fields()},
    name="InvitationPage",
)
