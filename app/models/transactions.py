"""Transactions: every row of money, of kind expense, income or transfer."""

import datetime as dt
import re
import unicodedata
from functools import lru_cache

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    Text,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.money import MAX_MINOR, implied_rate
from app.models.base import Base, Id, currency, id_pk, minor
from app.models.mixins import Timestamped
from app.models.splits import Split
from app.models.tags import Tag, TransactionTag, in_order

TRANSACTION_KINDS = ("expense", "income", "transfer")
STATES = ("open", "cleared", "reconciled")
"""How far a row is borne out by the bank: not yet, seen on a statement, part of a settled one."""

_REFUND = text("refund_of_id IS NOT NULL")
_TRANSFER = text("to_account_id IS NOT NULL")
_NAMED = text("payee <> ''")
_IMPORTED = text("import_id IS NOT NULL")
_CLEARED = text("state = 'cleared'")
_TO_CLEARED = text("to_state = 'cleared'")
_FINGERPRINTED = text("fingerprint IS NOT NULL")


class Transaction(Timestamped, Base):
    """Money out of (expense) or into (income) an account, or from one to another (transfer).

    ``amount`` is positive, in minor units of the account's currency; a transfer says with
    ``to_amount`` what arrived, in minor units of the other account's ``to_currency``. A row with
    several ``splits`` has no category of its own, and they sum up to its amount. ``state`` is about
    its line on the statement of the account, ``to_state`` about the one of the other account.

    A row that came from a statement carries where it came
    from (``import_id``, ``import_line``) and by what it is known again (``fingerprint``, and which
    of several twins it is: ``occurrence``); neither changes when the row is edited.
    """

    __tablename__ = "transactions"
    __table_args__ = (
        ForeignKeyConstraint(["ledger_id", "account_id"], ["accounts.ledger_id", "accounts.id"]),
        ForeignKeyConstraint(
            ["ledger_id", "category_id"], ["categories.ledger_id", "categories.id"]
        ),
        ForeignKeyConstraint(["ledger_id", "to_account_id"], ["accounts.ledger_id", "accounts.id"]),
        CheckConstraint(f"amount BETWEEN 1 AND {MAX_MINOR}", name="amount"),
        CheckConstraint(f"to_amount BETWEEN 1 AND {MAX_MINOR}", name="to_amount"),
        # Not IN: for more than two words SQLite builds a table in memory, for every row.
        CheckConstraint("kind = 'expense' OR kind = 'income' OR kind = 'transfer'", name="kind"),
        CheckConstraint(
            "(kind = 'transfer') = (to_account_id IS NOT NULL)"
            " AND (to_account_id IS NULL) = (to_amount IS NULL)"
            " AND (to_account_id IS NULL) = (to_currency IS NULL)"
            " AND (to_account_id IS NULL OR to_account_id <> account_id)"
            " AND (category_id IS NULL OR (kind <> 'transfer' AND NOT is_split))",
            name="transfer",
        ),
        Index("ix_transactions_date", "ledger_id", "date", "id"),
        Index("ix_transactions_amount", "ledger_id", "amount", "id"),
        Index("ix_transactions_account", "account_id", "date", "id"),
        Index("ix_transactions_category", "category_id", "date", "id"),
        Index(
            "ix_transactions_to_account",
            "to_account_id",
            "date",
            "id",
            sqlite_where=_TRANSFER,
            postgresql_where=_TRANSFER,
        ),
        Index(
            "ix_transactions_payee",
            "ledger_id",
            "payee",
            "date",
            "id",
            sqlite_where=_NAMED,
            postgresql_where=_NAMED,
        ),
        Index(
            "ix_transactions_refund",
            "refund_of_id",
            sqlite_where=_REFUND,
            postgresql_where=_REFUND,
        ),
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
        Index(
            "ix_transactions_cleared",
            "account_id",
            "date",
            "id",
            sqlite_where=_CLEARED,
            postgresql_where=_CLEARED,
        ),
        Index(
            "ix_transactions_to_cleared",
            "to_account_id",
            "date",
            "id",
            sqlite_where=_TO_CLEARED,
            postgresql_where=_TO_CLEARED,
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
    to_account_id: Mapped[int | None]
    to_amount: Mapped[minor | None]
    to_currency: Mapped[str | None] = mapped_column(String(3))
    description: Mapped[str] = mapped_column(Text, default="")
    payee: Mapped[str] = mapped_column(Text, default="")
    notes: Mapped[str] = mapped_column(Text, default="")
    search_text: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(10), default="open", server_default="open")
    to_state: Mapped[str] = mapped_column(String(10), default="open", server_default="open")
    is_split: Mapped[bool] = mapped_column(default=False, server_default=false())
    is_tagged: Mapped[bool] = mapped_column(default=False, server_default=false())
    refund_of_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("transactions.id", ondelete="SET NULL")
    )
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

    splits: Mapped[list[Split]] = relationship(
        lazy="selectin", order_by=Split.position, cascade="all, delete-orphan", passive_deletes=True
    )
    tag_rows: Mapped[list[Tag]] = relationship(
        lazy="selectin", secondary=TransactionTag.__table__, viewonly=True
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def tags(self) -> list[str]:
        """The names of its tags, sorted."""
        return in_order(tag.name for tag in self.tag_rows)

    @property
    def type(self) -> str:
        """The kind, by the name the API gives it."""
        return self.kind

    @property
    def signed_amount(self) -> int:
        """What the row does to the balance of ``account_id``, in minor units."""
        return self.amount if self.kind == "income" else -self.amount

    @property
    def rate(self) -> str | None:
        """The rate that a transfer between two currencies implies; None for any other row."""
        return rate_of(self.amount, self.currency, self.to_amount, self.to_currency)

    @property
    def is_reconciled(self) -> bool:
        """Whether a settled statement counts on it, on either side."""
        return "reconciled" in {self.state, self.to_state}

    @property
    def month(self) -> int:
        """The month of the kept totals it counts in: year * 100 + month."""
        return month_number(self.date)


def rate_of(
    amount: int, currency: str, to_amount: int | None, to_currency: str | None
) -> str | None:
    """Return the rate that two amounts imply; None where there are no two currencies."""
    if to_amount is None or to_currency is None or to_currency == currency:
        return None
    return implied_rate(amount, currency, to_amount, to_currency)


def month_number(date: dt.date) -> int:
    """Return the key of the date's month in the kept totals: 202611 for November 2026."""
    return date.year * 100 + date.month


LONGEST_WORD = 60
"""Words are found by their first so many characters."""

_WORD = re.compile(r"[^\W_]+")


def searchable(*texts: str) -> str:
    """Return what a search looks through: the words of the texts, as :func:`words_of` has them."""
    return " ".join(filter(None, map(_spaced_words, texts)))


@lru_cache(maxsize=8192)
def _spaced_words(text: str) -> str:
    """Return the words of a text; a statement names the same payees over and over."""
    return " ".join(words_of(text))


def words_of(text: str) -> list[str]:
    """Return the words of a text in folded case and without accents: letters and digits only.

    Both databases are given words and look for words, so that they find the same.
    """
    if text.isascii():
        folded = text.lower()
    else:
        apart = unicodedata.normalize("NFKD", text.casefold())
        folded = "".join(mark for mark in apart if not unicodedata.combining(mark))
    words = _WORD.findall(folded)
    return words if len(folded) <= LONGEST_WORD else [word[:LONGEST_WORD] for word in words]
