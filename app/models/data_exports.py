"""Data exports: everything about one person as a zip, made by a job."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.models.base import Base, id_pk
from app.models.mixins import Leased

DATA_EXPORT_STATUSES = ("queued", "working", "ready", "failed")
WORKING = ("queued", "working")


class DataExport(Leased, Base):
    """One export, made by a job.

    ``rows_total`` and ``rows_done`` tell its progress, ``size`` its bytes once it is ready. From
    ``expires_at`` on nobody gets it any more, and it is removed.
    """

    __tablename__ = "data_exports"
    __table_args__ = (
        CheckConstraint("status IN ('queued', 'working', 'ready', 'failed')", name="status"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[id_pk]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    status: Mapped[str] = mapped_column(String(10), default="queued")
    reason: Mapped[str | None] = mapped_column(Text)
    rows_total: Mapped[int] = mapped_column(Integer, default=0)
    rows_done: Mapped[int] = mapped_column(Integer, default=0)
    size: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    finished_at: Mapped[dt.datetime | None]
    expires_at: Mapped[dt.datetime | None]

    @property
    def progress(self) -> float:
        """How much is done, 0 to 1."""
        if self.status == "ready":
            return 1.0
        return min(1.0, self.rows_done / self.rows_total) if self.rows_total else 0.0

    @property
    def working(self) -> bool:
        """Whether a job has something to do for it."""
        return self.status in WORKING


class DataExportPart(Base):
    """A piece of a finished zip; in the database so that every machine can send it."""

    __tablename__ = "data_export_parts"

    export_id: Mapped[int] = mapped_column(
        ForeignKey("data_exports.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[bytes] = mapped_column(LargeBinary)
