"""Reconciliations: statement balances that the books were held against, and agreed with."""

import datetime as dt

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.models.base import Base, Id, id_pk, minor


class Reconciliation(Base):
    """That an account's cleared rows up to ``date`` came to the statement's ``balance``.

    ``rows`` is how many rows became reconciled by it; ``balance`` is in minor units.
    """

    __tablename__ = "reconciliations"
    __table_args__ = (
        ForeignKeyConstraint(
            ["ledger_id", "account_id"], ["accounts.ledger_id", "accounts.id"], ondelete="CASCADE"
        ),
        Index("ix_reconciliations_account", "account_id", "date", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[id_pk]
    ledger_id: Mapped[int]
    account_id: Mapped[int]
    date: Mapped[dt.date]
    balance: Mapped[minor]
    rows: Mapped[int] = mapped_column(Integer)
    created_by_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("users.id", ondelete="SET NULL")
    )
    created_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
