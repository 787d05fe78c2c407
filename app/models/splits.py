"""Splits: the lines of a transaction that is for several things."""

import datetime as dt
from typing import Any, NamedTuple

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.money import MAX_MINOR
from app.models.base import Base, currency, minor

MOST_SPLITS = 100
"""Lines that one transaction may have."""


class Split(Base):
    """A line of a transaction: part of its amount, with a category of its own.

    ``amount`` is positive, in minor units of the transaction's ``currency``. ``date`` is the
    transaction's, so that lists find lines of a category in order.
    """

    __tablename__ = "splits"
    __table_args__ = (
        ForeignKeyConstraint(
            ["ledger_id", "category_id"], ["categories.ledger_id", "categories.id"]
        ),
        CheckConstraint(f"amount BETWEEN 1 AND {MAX_MINOR}", name="amount"),
        Index("ix_splits_category", "category_id", "date", "transaction_id"),
    )

    transaction_id: Mapped[int] = mapped_column(
        ForeignKey("transactions.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    ledger_id: Mapped[int] = mapped_column(ForeignKey("ledgers.id", ondelete="CASCADE"))
    category_id: Mapped[int | None]
    date: Mapped[dt.date]
    amount: Mapped[minor]
    currency: Mapped[currency]
    notes: Mapped[str] = mapped_column(Text, default="")

    @property
    def values(self) -> dict[str, Any]:
        """What a line says beside what its transaction says."""
        return {"category_id": self.category_id, "amount": self.amount, "notes": self.notes}


class SplitLine(NamedTuple):
    """A line of a split row; ``amount`` in minor units of its ``currency``."""

    category_id: int | None
    amount: int
    currency: str
    notes: str

    @property
    def values(self) -> dict[str, Any]:
        """What a line says beside what its transaction says."""
        return {"category_id": self.category_id, "amount": self.amount, "notes": self.notes}
