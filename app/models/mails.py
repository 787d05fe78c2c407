"""The outbox: mails that must leave, stored with what made them necessary."""

import datetime as dt
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.models.base import Base, Id, id_pk

MAIL_STATUSES = ("waiting", "sent", "failed")


class Mail(Base):
    """A mail of one ``kind``, composed only when it is sent: from ids and ``details``.

    ``recipient`` is an address of its own: a person may change theirs before the mail leaves.
    ``due_at`` is when it is tried next; ``reason`` is what went wrong the last time.
    """

    __tablename__ = "mails"
    __table_args__ = (
        Index("ix_mails_due", "status", "due_at"),
        CheckConstraint("status IN ('waiting', 'sent', 'failed')", name="status"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[id_pk]
    kind: Mapped[str] = mapped_column(String(40))
    user_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("users.id", ondelete="CASCADE"), index=True
    )
    recipient: Mapped[str] = mapped_column(String(254))
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    status: Mapped[str] = mapped_column(String(10), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    due_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    sent_at: Mapped[dt.datetime | None]
