"""Kept totals: what reports read instead of adding up rows."""

import datetime as dt

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.money import MAX_SUM
from app.models.base import Base, Id, minor

NO_CATEGORY = 0

ARRIVAL = "arrival"
"""The kind under which a transfer counts for the account that it went to; ``transfer`` is the other
side. Ledger-wide, only the latter counts as a row."""


class MonthlyTotal(Base):
    """Sum and count of one month's rows of one account, kind and category.

    ``month`` is year * 100 + month (202611). ``amount`` is positive, in minor units of the
    account's currency. ``category_id`` 0 stands for rows without one. The lines of a split row
    count in their own categories; of them, the first one counts as the row.
    """

    __tablename__ = "monthly_totals"
    __table_args__ = (
        ForeignKeyConstraint(
            ["ledger_id", "account_id"], ["accounts.ledger_id", "accounts.id"], ondelete="CASCADE"
        ),
        CheckConstraint(
            f"amount BETWEEN -{MAX_SUM} AND {MAX_SUM}",
            name="amount",
            info={
                "field": "amount",
                "message": "The month's total would become too large.",
                "invalid": True,
            },
        ),
        {"sqlite_with_rowid": False},
    )

    ledger_id: Mapped[int] = mapped_column(Id, primary_key=True)
    month: Mapped[int] = mapped_column(Integer, primary_key=True)
    account_id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    category_id: Mapped[int] = mapped_column(Id, primary_key=True)
    amount: Mapped[minor]
    count: Mapped[int] = mapped_column(BigInteger)


class DailyTotal(Base):
    """What one day's rows did to an account's balance, in minor units.

    ``cleared`` is what of it the bank has borne out.
    """

    __tablename__ = "daily_totals"
    __table_args__ = (
        ForeignKeyConstraint(
            ["ledger_id", "account_id"], ["accounts.ledger_id", "accounts.id"], ondelete="CASCADE"
        ),
        {"sqlite_with_rowid": False},
    )

    account_id: Mapped[int] = mapped_column(Id, primary_key=True)
    date: Mapped[dt.date] = mapped_column(primary_key=True)
    ledger_id: Mapped[int] = mapped_column(Id, index=True)
    change: Mapped[minor]
    cleared: Mapped[minor]
