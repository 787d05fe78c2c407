"""The activity log: who did what, when and from where. Rows are added, and never changed."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.models.base import Base, Id, id_pk


class Activity(Base):
    """One thing that was done. ``kind`` is a noun and what happened to it: transaction.updated.

    ``actor_id`` is who did it: nobody for what the program did by itself, and for a person who was
    erased. ``user_id`` is the person whose account it concerns, ``ledger_id`` the ledger it
    happened in; ``subject_type`` and ``subject_id`` name the row it happened to. ``before`` and
    ``after`` are that row as it was and as it became, None where it did not exist.
    """

    __tablename__ = "activities"
    __table_args__ = (
        Index("ix_activities_actor", "actor_id", "id"),
        Index("ix_activities_user", "user_id", "id"),
        Index("ix_activities_ledger", "ledger_id", "id"),
        Index("ix_activities_subject", "subject_type", "subject_id", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[id_pk]
    at: Mapped[dt.datetime] = mapped_column(default=clock.now, index=True)
    kind: Mapped[str] = mapped_column(String(40))
    actor_id: Mapped[int | None] = mapped_column(Id, ForeignKey("users.id", ondelete="SET NULL"))
    user_id: Mapped[int | None] = mapped_column(Id, ForeignKey("users.id", ondelete="SET NULL"))
    ledger_id: Mapped[int | None] = mapped_column(Id, ForeignKey("ledgers.id", ondelete="CASCADE"))
    subject_type: Mapped[str | None] = mapped_column(String(20))
    subject_id: Mapped[int | None]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    address: Mapped[str] = mapped_column(String(45), default="")
    user_agent: Mapped[str] = mapped_column(String(300), default="")


@dataclass(frozen=True, slots=True)
class Trace:
    """Who is at work and from where, as the log keeps it; nobody where the program works alone."""

    user_id: int | None = None
    address: str = ""
    user_agent: str = ""


NOBODY = Trace()
"""The trace of what the program does by itself."""
