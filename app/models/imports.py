"""Imports: an uploaded statement, the rows read from it, and how far it has come."""

import datetime as dt
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Id, currency, id_pk, minor
from app.models.mixins import Leased, Timestamped

IMPORT_STATUSES = ("queued", "reading", "review", "committing", "done", "failed", "undone")
WORKING = ("queued", "reading", "committing")
"""The statuses in which a job has something to do; what a dead worker leaves is found by them."""


class Import(Leased, Timestamped, Base):
    """One upload of a statement into an account.

    ``reading`` holds what was understood of the file, as JSON; ``mapping`` and ``answers`` what a
    person said of it. ``cursor`` is the last line whose row is stored. ``asked_by_id`` is for whom
    the present job works: it does nothing once that person may not import here any more.
    """

    __tablename__ = "imports"
    __table_args__ = (
        ForeignKeyConstraint(["ledger_id", "account_id"], ["accounts.ledger_id", "accounts.id"]),
        Index("ix_imports_ledger_id_id", "ledger_id", "id"),
        CheckConstraint(
            "status IN ('queued', 'reading', 'review', 'committing', 'done', 'failed', 'undone')",
            name="status",
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[id_pk]
    ledger_id: Mapped[int] = mapped_column(ForeignKey("ledgers.id", ondelete="CASCADE"))
    account_id: Mapped[int]
    created_by_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("users.id", ondelete="SET NULL")
    )
    asked_by_id: Mapped[int | None] = mapped_column(Id, ForeignKey("users.id", ondelete="SET NULL"))
    filename: Mapped[str] = mapped_column(String(255))
    status: Mapped[str] = mapped_column(String(10), default="queued", index=True)
    skip_review: Mapped[bool] = mapped_column(default=False)
    profile: Mapped[str | None] = mapped_column(String(40))
    mapping: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    answers: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    reading: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    read_as: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    rows_total: Mapped[int] = mapped_column(Integer, default=0)
    rows_new: Mapped[int] = mapped_column(Integer, default=0)
    rows_duplicate: Mapped[int] = mapped_column(Integer, default=0)
    rows_possible_duplicate: Mapped[int] = mapped_column(Integer, default=0)
    rows_rejected: Mapped[int] = mapped_column(Integer, default=0)
    rows_done: Mapped[int] = mapped_column(Integer, default=0)
    cursor: Mapped[int] = mapped_column(Integer, default=0)
    finished_at: Mapped[dt.datetime | None]

    @property
    def progress(self) -> float:
        """How much of the present stage is done, 0 to 1."""
        if not self.working:
            return 1.0
        rows = self.rows_new if self.status == "committing" else self.rows_total
        return min(1.0, self.rows_done / rows) if rows else 0.0

    @property
    def questions(self) -> list[dict[str, Any]]:
        """What has to be answered before the rows can be read."""
        return list((self.reading or {}).get("questions", []))

    @property
    def is_own_export(self) -> bool:
        """Whether the file is in Outlay's own layout."""
        return (self.reading or {}).get("layout") == "outlay"

    @property
    def working(self) -> bool:
        """Whether a job has something to do for it."""
        return self.status in WORKING


class ImportFile(Base):
    """The uploaded bytes, as they came; in the database so that any machine's worker finds them."""

    __tablename__ = "import_files"

    import_id: Mapped[int] = mapped_column(
        ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True
    )
    content: Mapped[bytes] = mapped_column(LargeBinary)


class ImportRow(Base):
    """One row read from a statement, waiting for its import to be committed.

    ``status`` is new, duplicate or rejected; ``possible_duplicate`` only flags. A rejected row
    keeps its ``reason`` and ``raw`` text. ``amount`` is positive, in minor units. ``tags`` are
    names with a line each; ``lines`` are those of a split row, as JSON.
    """

    __tablename__ = "import_rows"
    __table_args__ = (
        # Not IN: for more than two words SQLite builds a table in memory, for every row.
        CheckConstraint(
            "status = 'new' OR status = 'duplicate' OR status = 'rejected'", name="status"
        ),
        {"sqlite_with_rowid": False},
    )

    import_id: Mapped[int] = mapped_column(
        ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True
    )
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    status: Mapped[str] = mapped_column(String(10))
    possible_duplicate: Mapped[bool] = mapped_column(default=False)
    account_id: Mapped[int | None]
    category_id: Mapped[int | None]
    kind: Mapped[str | None] = mapped_column(String(10))
    date: Mapped[dt.date | None]
    month: Mapped[int | None]
    amount: Mapped[minor | None]
    currency: Mapped[currency | None]
    to_account_id: Mapped[int | None]
    to_amount: Mapped[minor | None]
    to_currency: Mapped[str | None] = mapped_column(String(3))
    description: Mapped[str] = mapped_column(Text, default="")
    payee: Mapped[str] = mapped_column(Text, default="")
    notes: Mapped[str] = mapped_column(Text, default="")
    search_text: Mapped[str] = mapped_column(Text, default="")
    category: Mapped[str] = mapped_column(Text, default="")
    tags: Mapped[str] = mapped_column(Text, default="", server_default="")
    lines: Mapped[str] = mapped_column(Text, default="", server_default="")
    fingerprint: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    occurrence: Mapped[int | None]
    reason: Mapped[str | None] = mapped_column(Text)
    raw: Mapped[str | None] = mapped_column(Text)
