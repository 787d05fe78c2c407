"""Saved filters: lists that somebody looks at again and again."""

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, id_pk
from app.models.mixins import Timestamped
from app.models.transaction_lists import Filters


class SavedFilter(Timestamped, Base):
    """A name that a person gave to filters of a ledger's list; nobody else sees it.

    ``query`` holds the filters as :func:`as_stored` writes them, and the order as ``sort``.
    """

    __tablename__ = "saved_filters"
    __table_args__ = (
        Index(
            "uq_saved_filters_name",
            "ledger_id",
            "user_id",
            "name",
            unique=True,
            info={"field": "name", "message": "You have a saved filter with this name already."},
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[id_pk]
    ledger_id: Mapped[int] = mapped_column(ForeignKey("ledgers.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    query: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


def as_stored(filters: Filters) -> dict[str, Any]:
    """Return the filters in use as JSON has them: dates as ISO 8601, amounts as decimal strings."""
    return {name: _plain(value) for name, value in filters.in_use().items()}


def _plain(value: Any) -> Any:
    if isinstance(value, dt.date):
        return value.isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else value
