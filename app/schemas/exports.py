"""What to export, as outside data."""

from typing import Any

from marshmallow import fields, post_load, validate

from app.schemas.base import LedgerQuery
from app.schemas.transactions import FilterQuery, gather_filters


class ExportQuery(FilterQuery, LedgerQuery):
    """Which rows to export, in which format."""

    format = fields.String(load_default="csv", validate=validate.OneOf(("csv",)))

    @post_load
    def _gather(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return gather_filters(data)
