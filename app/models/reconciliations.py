"""Reconciliations: statement balances that the books were held against, and agreed with."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import clock
from app.models.accounts import Account
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

    account: Mapped[Account] = relationship(lazy="joined", viewonly=True)

    @property
    def currency(self) -> str:
        """What its balance is in."""
        return self.account.currency


class ReconciledRow(Base):
    """That a reconciliation counts on a row; known of deleted rows, too, as they may come back."""

    __tablename__ = "reconciled_rows"
    __table_args__ = ({"sqlite_with_rowid": False},)

    reconciliation_id: Mapped[int] = mapped_column(
        ForeignKey("reconciliations.id", ondelete="CASCADE"), primary_key=True
    )
    transaction_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, index=True)
    ledger_id: Mapped[int] = mapped_column(Id, index=True)


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A row as the statement of one account has it: ``amount`` is what it does to the balance."""

    id: int
    date: dt.date
    description: str
    payee: str
    kind: str
    amount: int
    is_cleared: bool


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement beside the books: what is not reconciled yet, up to its day, oldest first.

    ``cleared`` is what all cleared rows come to; ``is_cut`` says that there are more ``lines``.
    """

    account: Account
    date: dt.date
    balance: int
    cleared: int
    lines: Sequence[StatementLine]
    is_cut: bool

    @property
    def difference(self) -> int:
        """What the cleared rows lack of the statement's balance, in minor units."""
        return self.balance - self.cleared
