"""Transactions: every row of money, of kind expense or income."""

import datetime as dt
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any, Self

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    Text,
    event,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.money import MAX_MINOR
from app.models.base import Base, Id, currency, id_pk, minor
from app.models.mixins import Timestamped

TRANSACTION_KINDS = ("expense", "income")
SORTS = ("-date", "date", "-amount", "amount")
"""How lists are sorted; a minus means the newest or largest first."""
_IMPORTED = text("import_id IS NOT NULL")
_FINGERPRINTED = text("fingerprint IS NOT NULL")


class Transaction(Timestamped, Base):
    """Money out of (expense) or into (income) an account, in that account's currency.

    ``amount`` is positive, in minor units. A row that came from a statement carries where it came
    from (``import_id``, ``import_line``) and by what it is known again (``fingerprint``, and which
    of several twins it is: ``occurrence``); neither changes when the row is edited.
    """

    __tablename__ = "transactions"
    __table_args__ = (
        ForeignKeyConstraint(["ledger_id", "account_id"], ["accounts.ledger_id", "accounts.id"]),
        ForeignKeyConstraint(
            ["ledger_id", "category_id"], ["categories.ledger_id", "categories.id"]
        ),
        CheckConstraint(f"amount BETWEEN 1 AND {MAX_MINOR}", name="amount"),
        CheckConstraint("kind IN ('expense', 'income')", name="kind"),
        Index("ix_transactions_date", "ledger_id", "date", "id"),
        Index("ix_transactions_amount", "ledger_id", "amount", "id"),
        Index("ix_transactions_account", "account_id", "date", "id"),
        Index("ix_transactions_category", "category_id", "date", "id"),
        Index(
            "uq_transactions_import_line",
            "import_id",
            "import_line",
            unique=True,
            sqlite_where=_IMPORTED,
            postgresql_where=_IMPORTED,
        ),
        Index(
            "uq_transactions_fingerprint",
            "ledger_id",
            "fingerprint",
            "occurrence",
            unique=True,
            sqlite_where=_FINGERPRINTED,
            postgresql_where=_FINGERPRINTED,
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[id_pk]
    ledger_id: Mapped[int] = mapped_column(ForeignKey("ledgers.id", ondelete="CASCADE"))
    account_id: Mapped[int]
    category_id: Mapped[int | None]
    kind: Mapped[str] = mapped_column(String(10))
    date: Mapped[dt.date]
    amount: Mapped[minor]
    currency: Mapped[currency]
    description: Mapped[str] = mapped_column(Text, default="")
    payee: Mapped[str] = mapped_column(Text, default="")
    notes: Mapped[str] = mapped_column(Text, default="")
    search_text: Mapped[str] = mapped_column(Text, default="")
    created_by_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("users.id", ondelete="SET NULL")
    )
    updated_by_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("users.id", ondelete="SET NULL")
    )
    import_id: Mapped[int | None] = mapped_column(ForeignKey("imports.id"))
    import_line: Mapped[int | None]
    fingerprint: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    occurrence: Mapped[int | None]
    version: Mapped[int] = mapped_column(BigInteger)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def type(self) -> str:
        """The kind, by the name the API gives it."""
        return self.kind

    @property
    def signed_amount(self) -> int:
        """What the row does to its account's balance, in minor units."""
        return self.amount if self.kind == "income" else -self.amount

    @property
    def month(self) -> int:
        """The month of the kept totals it counts in: year * 100 + month."""
        return month_number(self.date)


def month_number(date: dt.date) -> int:
    """Return the key of the date's month in the kept totals: 202611 for November 2026."""
    return date.year * 100 + date.month


@lru_cache(maxsize=8192)
def searchable(*texts: str) -> str:
    """Return what a search looks through: the texts in one, in folded case.

    A statement names the same shops over and over, so most of its rows find the answer ready.
    """
    return "\n".join(filter(None, texts)).casefold()


@event.listens_for(Transaction, "before_insert")
@event.listens_for(Transaction, "before_update")
def _keep_search_text(_mapper: object, _connection: object, row: Transaction) -> None:
    row.search_text = searchable(row.description or "", row.payee or "", row.notes or "")


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; None where it is not.

    ``category_id`` includes everything below it; amounts are decimals of any currency; ``q``
    finds rows that contain every one of its words.
    """

    date_from: dt.date | None = None
    date_to: dt.date | None = None
    category_id: int | None = None
    account_id: int | None = None
    type: str | None = None
    payee: str | None = None
    amount_min: Decimal | None = None
    amount_max: Decimal | None = None
    q: str | None = None
    import_id: int | None = None

    def in_use(self) -> dict[str, Any]:
        """Return the filters that narrow anything."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if value is not None}

    def narrowed(self, **filters: Any) -> Self:
        """Return these filters with others in place of the same ones."""
        return replace(self, **filters)
