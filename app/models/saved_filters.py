"""Saved filters: lists that somebody looks at again and again."""

from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, id_pk
from app.models.mixins import Timestamped


class SavedFilter(Timestamped, Base):
    """A name that a person gave to filters of a ledger's list; nobody else sees it.

    ``query`` holds the filters and the order as an address has them, by name.
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
