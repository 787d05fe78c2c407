"""Bulk changes: many rows changed in one step, which one step takes back."""

import datetime as dt

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.models.base import Base, Id, id_pk

BULK_KINDS = ("edit", "delete", "rules", "merge")


class BulkChange(Base):
    """One step that changed ``rows`` rows; the log's lines with its id know what they were before.

    ``skipped`` says how many rows were left out, by the reason. ``undone_at`` is when it was taken
    back; ``rows_kept`` how many rows stayed as they are then, having been changed since.
    """

    __tablename__ = "bulk_changes"
    __table_args__ = (
        CheckConstraint(
            "kind = 'edit' OR kind = 'delete' OR kind = 'rules' OR kind = 'merge'", name="kind"
        ),
        Index("ix_bulk_changes_ledger", "ledger_id", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[id_pk]
    ledger_id: Mapped[int] = mapped_column(ForeignKey("ledgers.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(10))
    rows: Mapped[int] = mapped_column(Integer, default=0)
    skipped: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    rows_kept: Mapped[int] = mapped_column(Integer, default=0)
    created_by_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("users.id", ondelete="SET NULL")
    )
    created_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    undone_at: Mapped[dt.datetime | None]

    @property
    def is_undone(self) -> bool:
        """Whether it was taken back."""
        return self.undone_at is not None
