"""Accounts: where money is kept, each in its own currency."""

import datetime as dt

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.money import MAX_SUM
from app.models.base import Base, currency, id_pk, minor
from app.models.mixins import Timestamped

ACCOUNT_TYPES = ("checking", "savings", "credit", "cash", "loan", "investment", "other")
LIABILITIES = frozenset({"credit", "loan"})
"""The types whose money is owed."""


class Account(Timestamped, Base):
    """An account. ``balance`` is kept: opening balance plus the signed sum of its rows.

    The opening balance counts from ``opening_date``, None for always. People put accounts into a
    ``group`` of their own naming, and in order by ``position``.
    """

    __tablename__ = "accounts"
    __table_args__ = (
        UniqueConstraint("ledger_id", "id"),
        Index(
            "uq_accounts_ledger_id_name",
            "ledger_id",
            "name",
            unique=True,
            info={"field": "name", "message": "There is already an account with this name."},
        ),
        CheckConstraint(
            f"balance BETWEEN -{MAX_SUM} AND {MAX_SUM}",
            name="balance",
            info={
                "field": "amount",
                "message": "The account's balance would become too large.",
                "invalid": True,
            },
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[id_pk]
    ledger_id: Mapped[int] = mapped_column(ForeignKey("ledgers.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(100))
    type: Mapped[str] = mapped_column(String(20))
    currency: Mapped[currency]
    opening_balance: Mapped[minor] = mapped_column(default=0)
    opening_date: Mapped[dt.date | None]
    balance: Mapped[minor] = mapped_column(default=0)
    group: Mapped[str] = mapped_column(String(60), default="", server_default="")
    position: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    archived_at: Mapped[dt.datetime | None]
    version: Mapped[int] = mapped_column(BigInteger)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def archived(self) -> bool:
        """Whether the account is out of use."""
        return self.archived_at is not None

    @property
    def is_liability(self) -> bool:
        """Whether a balance below zero is what such an account is for: credit cards and loans."""
        return self.type in LIABILITIES
