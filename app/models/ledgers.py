"""Ledgers: what is owned and shared. Every row of money belongs to exactly one."""

from dataclasses import dataclass

from sqlalchemy import BigInteger, CheckConstraint, Executable, ForeignKey, String, Table, update
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Id, currency, id_pk
from app.models.mixins import Timestamped


class Ledger(Timestamped, Base):
    """A set of books. ``revision`` grows in every transaction that changes anything in it."""

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


_LEDGERS: Table = Ledger.__table__  # type: ignore[assignment]


class Membership(Timestamped, Base):
    """A person's role in a ledger: owner, editor or viewer."""

    __tablename__ = "ledger_members"
    __table_args__ = (CheckConstraint("role IN ('owner', 'editor', 'viewer')", name="role"),)

    ledger_id: Mapped[int] = mapped_column(
        ForeignKey("ledgers.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    role: Mapped[str] = mapped_column(String(10))


@dataclass(frozen=True, slots=True)
class LedgerKey:
    """A ledger by its id, for whoever works on it without a person."""

    id: int

    def touch(self) -> Executable:
        """Return the statement that locks the ledger for writing and raises its revision."""
        return (
            update(_LEDGERS)
            .where(_LEDGERS.c.id == self.id)
            .values(revision=_LEDGERS.c.revision + 1)
        )


@dataclass(frozen=True, slots=True)
class LedgerScope(LedgerKey):
    """A ledger as one person may see it, with their role in it."""

    name: str
    kind: str
    currency: str
    revision: int
    role: str
