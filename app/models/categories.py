"""Categories: what money is for, as a tree within a ledger."""

import datetime as dt

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Id, id_pk
from app.models.mixins import Timestamped

CATEGORY_TYPES = ("expense", "income")
_TAKEN = {"field": "name", "message": "There is already a category with this name here."}


class Category(Timestamped, Base):
    """A category. Children have their parent's type; siblings have different names."""

    __tablename__ = "categories"
    __table_args__ = (
        UniqueConstraint("ledger_id", "id"),
        ForeignKeyConstraint(["ledger_id", "parent_id"], ["categories.ledger_id", "categories.id"]),
        Index(
            "uq_categories_roots",
            "ledger_id",
            "type",
            "name",
            unique=True,
            sqlite_where=text("parent_id IS NULL"),
            postgresql_where=text("parent_id IS NULL"),
            info=_TAKEN,
        ),
        Index("uq_categories_children", "parent_id", "name", unique=True, info=_TAKEN),
        CheckConstraint("type IN ('expense', 'income')", name="type"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[id_pk]
    ledger_id: Mapped[int] = mapped_column(ForeignKey("ledgers.id", ondelete="CASCADE"))
    parent_id: Mapped[int | None] = mapped_column(Id)
    name: Mapped[str] = mapped_column(String(100))
    type: Mapped[str] = mapped_column(String(10))
    color: Mapped[str] = mapped_column(String(7))
    icon: Mapped[str] = mapped_column(String(40))
    archived_at: Mapped[dt.datetime | None]
    version: Mapped[int] = mapped_column(BigInteger)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def archived(self) -> bool:
        """Whether the category is out of use."""
        return self.archived_at is not None
