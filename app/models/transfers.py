"""Transfers that were two rows of two statements, and pairs of rows that are none."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.models.base import Base, Id, id_pk
from app.models.transaction_lists import ListedTransaction


class TransferHalf(Base):
    """The row that went up in a transfer when two halves became one.

    ``out_row`` and ``in_row`` are both halves as the log keeps rows, to be made again. The half
    that is gone is still known by ``fingerprint`` and ``occurrence``, so that its statement can be
    read once more.
    """

    __tablename__ = "transfer_halves"
    __table_args__ = (
        Index("ix_transfer_halves_fingerprint", "ledger_id", "fingerprint", "occurrence"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[id_pk]
    ledger_id: Mapped[int] = mapped_column(ForeignKey("ledgers.id", ondelete="CASCADE"))
    transaction_id: Mapped[int] = mapped_column(
        ForeignKey("transactions.id", ondelete="CASCADE"), unique=True
    )
    row_id: Mapped[int]
    import_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("imports.id", ondelete="SET NULL"), index=True
    )
    fingerprint: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    occurrence: Mapped[int | None]
    out_row: Mapped[dict[str, Any]] = mapped_column(JSON)
    in_row: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[dt.datetime] = mapped_column(default=clock.now)


class RefusedMatch(Base):
    """Two rows of which somebody said that they are not the two halves of a transfer."""

    __tablename__ = "refused_matches"

    expense_id: Mapped[int] = mapped_column(
        ForeignKey("transactions.id", ondelete="CASCADE"), primary_key=True
    )
    income_id: Mapped[int] = mapped_column(
        ForeignKey("transactions.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    ledger_id: Mapped[int] = mapped_column(ForeignKey("ledgers.id", ondelete="CASCADE"))


@dataclass(frozen=True, slots=True)
class Match:
    """Two rows that look like the two halves of one transfer.

    ``ambiguous`` says that one of them looks like the half of another transfer, too; ``version`` is
    by which both are known not to have changed.
    """

    expense: ListedTransaction
    income: ListedTransaction
    days_apart: int
    ambiguous: bool
    version: str


@dataclass(frozen=True, slots=True)
class MatchCount:
    """How many matches there are; ``is_lower_bound`` where not all rows were looked at."""

    matches: int
    is_lower_bound: bool
