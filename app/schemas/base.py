"""What all schemas share."""

from marshmallow import RAISE, Schema

from app.schemas import fields


class Input(Schema):
    """Outside data: a field nobody knows is an error, so that a typing error is seen."""

    class Meta:
        """Refuse unknown fields."""

        unknown = RAISE


class LedgerQuery(Input):
    """Which ledger a list or a create is about; the caller's own by default."""

    ledger_id = fields.Id()
