"""Invitations to register."""

from marshmallow import Schema, fields

from app.schemas.auth import Email
from app.schemas.base import Input
from app.schemas.fields import Instant


class InvitationInput(Input):
    """Whom to invite; whoever has the link, where no address is given."""

    email = Email(load_default=None, allow_none=True)


class InvitationSchema(Schema):
    """An invitation; ``url`` is its link, which is shown this once."""

    id = fields.Integer()
    email = fields.String(allow_none=True)
    url = fields.String()
    expires_at = Instant()
