"""Where somebody is signed in."""

from marshmallow import Schema, fields, validate

from app.schemas.base import Input
from app.schemas.fields import Instant


class SessionSchema(Schema):
    """A sign-in: a browser's, or that of an app with its tokens."""

    id = fields.Integer()
    kind = fields.String(metadata={"enum": ["browser", "api"]})
    name = fields.String()
    address = fields.String()
    created_at = Instant()
    last_seen_at = Instant()
    current = fields.Boolean()


class SessionListSchema(Schema):
    """All sign-ins of a person."""

    items = fields.List(fields.Nested(SessionSchema))


class OthersQuery(Input):
    """A word that all other sign-ins are meant, so that nobody ends them by a typing error."""

    others = fields.Boolean(
        required=True, validate=validate.Equal(True, error="Send others=1: this one stays.")
    )
