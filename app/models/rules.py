"""Rules: what people want done to rows that look like something."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, id_pk
from app.models.mixins import Timestamped


class Rule(Timestamped, Base):
    """A rule of a ledger, applied in the order of ``position``.

    ``conditions`` are a list of {field, operator, value}, of which ``match`` all or any have to
    hold; ``actions`` a list of {action, value}. With ``stop`` no later rule looks at a row that
    this one matched.
    """

    __tablename__ = "rules"
    __table_args__ = (
        CheckConstraint("\"match\" IN ('all', 'any')", name="match"),
        Index("ix_rules_position", "ledger_id", "position", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[id_pk]
    ledger_id: Mapped[int] = mapped_column(ForeignKey("ledgers.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(100))
    position: Mapped[int] = mapped_column(Integer, default=0)
    active: Mapped[bool] = mapped_column(default=True)
    match: Mapped[str] = mapped_column(String(3), default="all")
    stop: Mapped[bool] = mapped_column(default=False)
    conditions: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    actions: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    version: Mapped[int] = mapped_column(BigInteger)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


@dataclass(frozen=True, slots=True)
class Preview:
    """What rules would change: so many ``rows`` of those looked at, and some of them.

    ``is_complete`` is false where there are more rows than were looked at.
    """

    rows: int
    looked_at: int
    is_complete: bool
    items: Sequence[dict[str, Any]]
