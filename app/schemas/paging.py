"""Pages of a list, as outside data."""

from typing import Any

from marshmallow import fields, post_load, validate

from app.core.paging import MAX_PER_PAGE, Cursor, PageRequest
from app.schemas.base import LedgerQuery

MAX_PAGE = 10**9


class PageQuery(LedgerQuery):
    """Which page of a list: by number, or by the ``cursor`` that an earlier page gave."""

    page = fields.Integer(load_default=1, validate=validate.Range(1, MAX_PAGE))
    per_page = fields.Integer(load_default=50, validate=validate.Range(1, MAX_PER_PAGE))
    cursor = fields.String(validate=validate.Length(max=400))

    sorts: tuple[str, ...] = ("-date",)

    @post_load
    def _gather(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        cursor = data.pop("cursor", None)
        data["request"] = PageRequest(
            page=data.pop("page"),
            per_page=data.pop("per_page"),
            cursor=Cursor.decode(cursor) if cursor else None,
            sort=data.pop("sort", self.sorts[0]),
        )
        return data


def page_schema_fields() -> dict[str, Any]:
    """Return the fields that every page of a list answers with, beside its items."""
    return {
        "page": fields.Integer(allow_none=True),
        "per_page": fields.Integer(),
        "pages": fields.Integer(),
        "total": fields.Integer(),
        "total_is_lower_bound": fields.Boolean(),
        "next": fields.String(allow_none=True),
        "prev": fields.String(allow_none=True),
    }
