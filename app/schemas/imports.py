"""Imports as outside data."""

from typing import Any

from marshmallow import ValidationError, fields

ROW_STATUSES = ("new", "duplicate", "rejected", "possible_duplicate")


class JsonText(fields.Field[dict[str, Any]]):
    """A JSON object; in a form, written as text."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Any, **kwargs: Any
    ) -> dict[str, Any]:
        if isinstance(value, str):
            try:
                value = fields.json.loads(value)  # type: ignore[attr-defined]
            except (ValueError, RecursionError):
                raise ValidationError("Not valid JSON.") from None
        if not isinstance(value, dict):
            raise ValidationError("Has to be a JSON object.")
        return value
