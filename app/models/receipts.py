"""Receipts: pictures and PDF files that belong to a transaction."""

import datetime as dt

from sqlalchemy import ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.models.base import Base, Id, id_pk

PDF = "application/pdf"
MEDIA_TYPES = ("image/jpeg", "image/png", "image/webp", PDF)
"""What a receipt can be."""


class Receipt(Base):
    """A file of a transaction. ``key`` is its generated name in the storage.

    ``transaction_id`` is no foreign key: the receipts of a deleted transaction wait for somebody to
    bring it back, until ``orphaned_at`` is long enough ago. ``size`` is in bytes.
    """

    __tablename__ = "receipts"
    __table_args__ = (
        Index("ix_receipts_transaction", "transaction_id", "id"),
        Index("ix_receipts_ledger", "ledger_id", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[id_pk]
    ledger_id: Mapped[int] = mapped_column(ForeignKey("ledgers.id", ondelete="CASCADE"))
    transaction_id: Mapped[int]
    filename: Mapped[str] = mapped_column(String(255))
    key: Mapped[str] = mapped_column(String(100), unique=True)
    content_type: Mapped[str] = mapped_column(String(40))
    size: Mapped[int]
    width: Mapped[int | None] = mapped_column(Integer)
    height: Mapped[int | None] = mapped_column(Integer)
    has_thumbnail: Mapped[bool] = mapped_column(default=False)
    created_by_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("users.id", ondelete="SET NULL")
    )
    created_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    orphaned_at: Mapped[dt.datetime | None]
