"""Kept totals: what reports read instead of adding up rows."""

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.money import MAX_SUM
from app.models.base import Base, Id, minor

NO_CATEGORY = 0


class MonthlyTotal(Base):
    """Sum and count of one month's rows of one account, kind and category.

    ``month`` is year * 100 + month (202611). ``amount`` is positive, in minor units of the
    account's currency. ``category_id`` 0 stands for rows without one.
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
