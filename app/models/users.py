"""People, and the sign-ins by which they are known."""

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.activities import NOBODY, Trace
from app.models.base import Base, currency, id_pk
from app.models.ledgers import LedgerScope
from app.models.mixins import Timestamped

ROLES = ("user", "admin")
SIGN_IN_KINDS = ("browser", "api")


class User(Timestamped, Base):
    """A person. ``email`` is kept the way it was normalised, and is unique.

    ``pending_email`` is an address that waits for its proof. ``link_number`` grows whenever links
    sent before must not work any more: with a newer link, a changed password or address. From
    ``erasure_requested_at`` on the person is nobody any more, until a job has removed all of them.
    """

    __tablename__ = "users"
    __table_args__ = (
        Index(
            "uq_users_email",
            "email",
            unique=True,
            info={"field": "email", "message": "There is already an account with this address."},
        ),
        CheckConstraint("role IN ('user', 'admin')", name="role"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[id_pk]
    email: Mapped[str] = mapped_column(String(254))
    password_hash: Mapped[str] = mapped_column(String(200))
    first_name: Mapped[str] = mapped_column(String(100), default="")
    last_name: Mapped[str] = mapped_column(String(100), default="")
    currency: Mapped[currency]
    timezone: Mapped[str] = mapped_column(String(64), default="UTC")
    locale: Mapped[str] = mapped_column(String(20), default="en")
    bio: Mapped[str] = mapped_column(String(500), default="", server_default="")
    location: Mapped[str] = mapped_column(String(100), default="", server_default="")
    website: Mapped[str] = mapped_column(String(200), default="", server_default="")
    role: Mapped[str] = mapped_column(String(10), default="user")
    is_active: Mapped[bool] = mapped_column(default=True)
    email_verified_at: Mapped[dt.datetime | None]
    pending_email: Mapped[str | None] = mapped_column(String(254))
    link_number: Mapped[int] = mapped_column(default=0, server_default="0")
    erasure_requested_at: Mapped[dt.datetime | None]

    @property
    def is_verified(self) -> bool:
        """Whether the person proved that the address is theirs."""
        return self.email_verified_at is not None

    @property
    def name(self) -> str:
        """What to call the person: their name, else the address."""
        return f"{self.first_name} {self.last_name}".strip() or self.email


class SignIn(Base):
    """One sign-in: a browser's cookie or an app's token family. Revoked, it counts no more.

    ``refresh_number`` counts the refresh tokens given out in a family: only the newest may be used,
    and for some seconds after ``refreshed_at`` the one before it, whose answer may have been lost.
    ``strength`` says how the person proved who they are: password, or with a second factor.
    """

    __tablename__ = "sign_ins"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[id_pk]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    kind: Mapped[str] = mapped_column(String(10))
    user_agent: Mapped[str] = mapped_column(String(300), default="")
    address: Mapped[str] = mapped_column(String(45), default="")
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    revoked_at: Mapped[dt.datetime | None]
    last_seen_at: Mapped[dt.datetime | None]
    refreshed_at: Mapped[dt.datetime | None]
    refresh_number: Mapped[int] = mapped_column(default=0, server_default="0")
    strength: Mapped[str] = mapped_column(String(20), default="password", server_default="password")


@dataclass(frozen=True, slots=True)
class Circumstances:
    """How long a sign-in lasts and where it comes from; ``kind`` is browser or api.

    ``device`` is the number of a browser that proved to have signed in before, else "".
    """

    kind: str
    lifetime: dt.timedelta
    user_agent: str = ""
    address: str = ""
    device: str = ""

    @property
    def visitor(self) -> Trace:
        """Where the sign-in comes from, as long as nobody knows whose it is."""
        return Trace(None, self.address, self.user_agent)


class Opened(NamedTuple):
    """A sign-in and whose it is, with the secret that stands for it."""

    user: User
    sign_in: SignIn
    token: str


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is acting: a person as one look-up per request finds them.

    They come with a sign-in, or with a personal API token, which has no ``sign_in_id`` and may do
    only what its ``scopes`` say; a sign-in has none of these and may do everything its person may.
    ``seen_at`` is when the sign-in or token was last noted to be in use. ``trace`` says from where
    they act, for the log; ``ledger`` is their own, or the one that a page is about.
    """

    id: int
    email: str
    name: str
    role: str
    currency: str
    timezone: str
    locale: str
    ledger: LedgerScope
    picture_at: dt.datetime | None = None
    is_verified: bool = False
    sign_in_id: int | None = None
    scopes: frozenset[str] | None = None
    token_id: int | None = None
    seen_at: dt.datetime | None = None
    trace: Trace = NOBODY
