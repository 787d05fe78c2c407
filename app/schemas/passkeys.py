"""Passkeys as forms send them: what the browser made of a challenge, as JSON text."""

from marshmallow import fields, validate

from app.schemas.base import Input
from app.schemas.fields import Text

LONGEST = 32 * 1024


class PasskeyAnswer(Input):
    """What a device answered to a challenge."""

    credential = fields.String(required=True, load_only=True, validate=validate.Length(1, LONGEST))


class PasskeyInput(PasskeyAnswer):
    """A new passkey, and what its owner calls it."""

    name = Text(required=True, blank=False, longest=100)
