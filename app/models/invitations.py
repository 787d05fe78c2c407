"""Invitations: to register, or into a ledger."""

import datetime as dt
from dataclasses import dataclass, replace

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import clock
from app.models.base import Base, Id, id_pk
from app.models.users import User

INVITATION_STATES = ("waiting", "used", "expired", "revoked")


class Invitation(Base):
    """A link that lets somebody in: to register where there is no ledger, else into that ledger.

    ``email`` is the only address it is good for, where there is one. ``max_uses`` says how many
    people it lets in, None as many as come. ``member_id`` is the placeholder that whoever accepts
    becomes. Its token is signed, not stored: see the service.
    """

    __tablename__ = "invitations"
    __table_args__ = (
        CheckConstraint("role IN ('owner', 'editor', 'viewer')", name="role"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[id_pk]
    ledger_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("ledgers.id", ondelete="CASCADE"), index=True
    )
    role: Mapped[str | None] = mapped_column(String(10))
    member_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("ledger_members.id", ondelete="CASCADE"), index=True
    )
    email: Mapped[str | None] = mapped_column(String(254))
    created_by_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("users.id", ondelete="SET NULL")
    )
    created_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[dt.datetime]
    # Without a default: SQLAlchemy would take None for nothing said, and put the default there.
    max_uses: Mapped[int | None]
    uses: Mapped[int] = mapped_column(default=0)
    revoked_at: Mapped[dt.datetime | None]

    created_by: Mapped[User | None] = relationship(lazy="raise")

    @property
    def state(self) -> str:
        """One of INVITATION_STATES; it lets somebody in while it is waiting."""
        if self.revoked_at is not None:
            return "revoked"
        if self.max_uses is not None and self.uses >= self.max_uses:
            return "used"
        return "waiting" if self.expires_at > clock.now() else "expired"


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation as those see it who may make some; with its link while it lets somebody in.

    ``role`` and ``member_id`` are None for one to register.
    """

    id: int
    role: str | None
    email: str | None
    member_id: int | None
    created_by: str | None
    created_at: dt.datetime
    expires_at: dt.datetime
    uses: int
    max_uses: int | None
    state: str
    token: str | None
    url: str | None

    def without_link(self) -> "Invited":
        """Return what may be stored of it."""
        return replace(self, token=None, url=None)
