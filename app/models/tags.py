"""Tags: words of people's own that rows of money are marked with."""

from collections.abc import Iterable

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, id_pk
from app.models.mixins import Timestamped

LONGEST_TAG = 60
MOST_TAGS = 20
"""Tags that one transaction may have."""


class Tag(Timestamped, Base):
    """A tag. ``key`` is its name in folded case: two tags of a ledger never differ by case only."""

    __tablename__ = "tags"
    __table_args__ = (
        UniqueConstraint("ledger_id", "id"),
        Index(
            "uq_tags_key",
            "ledger_id",
            "key",
            unique=True,
            info={"field": "name", "message": "There is already a tag with this name."},
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[id_pk]
    ledger_id: Mapped[int] = mapped_column(ForeignKey("ledgers.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(LONGEST_TAG))
    key: Mapped[str] = mapped_column(String(LONGEST_TAG * 3))
    version: Mapped[int] = mapped_column(BigInteger)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class TransactionTag(Base):
    """That a transaction has a tag."""

    __tablename__ = "transaction_tags"
    __table_args__ = (
        ForeignKeyConstraint(
            ["ledger_id", "tag_id"], ["tags.ledger_id", "tags.id"], ondelete="CASCADE"
        ),
        {"sqlite_with_rowid": False},
    )

    tag_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    transaction_id: Mapped[int] = mapped_column(
        ForeignKey("transactions.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    ledger_id: Mapped[int]


def in_order(names: Iterable[str]) -> list[str]:
    """Return names of tags in their order, the same on every database."""
    return sorted(names, key=tag_key)


def tag_key(name: str) -> str:
    """Return the name by which a tag is known, whatever its case."""
    return name.casefold()
