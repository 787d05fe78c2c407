"""Ledgers: what is owned and shared. Every row of money belongs to exactly one."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Executable,
    ForeignKey,
    String,
    Table,
    bindparam,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Id, currency, id_pk
from app.models.mixins import Timestamped

REMOVING = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
"""When a ledger counts as deleted whose rows are being removed: long ago, whatever was said."""


class Ledger(Timestamped, Base):
    """A set of books. ``revision`` grows in every transaction that changes anything in it.

    An archived one is read and not written. A deleted one is seen by nobody, waits for thirty days
    for its owner to change their mind, and is then removed with all that is in it. Its currency
    stays: it is what new accounts start with, and which figures stand first.
    """

    __tablename__ = "ledgers"
    __table_args__ = (
        CheckConstraint("kind IN ('personal', 'shared')", name="kind"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[id_pk]
    name: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(10))
    currency: Mapped[currency]
    revision: Mapped[int] = mapped_column(BigInteger, default=0)
    personal_user_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("users.id", ondelete="CASCADE"), unique=True
    )
    archived_at: Mapped[dt.datetime | None]
    deleted_at: Mapped[dt.datetime | None]


_LEDGERS: Table = Ledger.__table__  # type: ignore[assignment]
_TOUCH = (
    update(_LEDGERS)
    .where(_LEDGERS.c.id == bindparam("ledger"))
    .values(revision=_LEDGERS.c.revision + 1)
)


@dataclass(frozen=True, slots=True)
class LedgerKey:
    """A ledger by its id, for whoever works on it without a person."""

    id: int

    def touch(self) -> tuple[Executable, Mapping[str, int]]:
        """Return the statement that locks the ledger for writing and raises its revision."""
        return _TOUCH, {"ledger": self.id}


@dataclass(frozen=True, slots=True)
class LedgerScope(LedgerKey):
    """A ledger as one person may see it, with their role in it."""

    name: str
    kind: str
    currency: str
    revision: int
    role: str
    is_archived: bool = False


@dataclass(frozen=True, slots=True)
class DeletedLedger:
    """A deleted ledger that its owner can bring back until ``kept_until``."""

    id: int
    name: str
    kind: str
    currency: str
    role: str
    is_archived: bool
    deleted_at: dt.datetime
    kept_until: dt.datetime


@dataclass(frozen=True, slots=True)
class Contents:
    """How much there is in a ledger."""

    accounts: int
    transactions: int
    imports: int
    members: int
