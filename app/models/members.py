"""Members: who may see a ledger, and what they may do in it."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.models.base import Base, Id, id_pk

LEDGER_ROLES = ("owner", "editor", "viewer")


class Member(Base):
    """A person in a ledger: owner, editor or viewer.

    Without ``user_id`` it is a placeholder: somebody who is known by ``name`` only, and may claim
    it later by an invitation. A placeholder may do nothing, whatever its role.
    """

    __tablename__ = "ledger_members"
    __table_args__ = (
        CheckConstraint("role IN ('owner', 'editor', 'viewer')", name="role"),
        Index(
            "uq_ledger_members_user",
            "ledger_id",
            "user_id",
            unique=True,
            info={"field": "user_id", "message": "This person is a member of the ledger already."},
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[id_pk]
    ledger_id: Mapped[int] = mapped_column(ForeignKey("ledgers.id", ondelete="CASCADE"))
    user_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("users.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str] = mapped_column(String(100), default="")
    role: Mapped[str] = mapped_column(String(10))
    joined_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
