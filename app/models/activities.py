"""The activity log: who did what, when and from where. Rows are added, and never changed."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

from sqlalchemy import JSON, ForeignKey, Index, String, event, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.money import decimal_string, digits
from app.models.base import Base, Id, id_pk

_IN_BULK = text("bulk_change_id IS NOT NULL")


class Activity(Base):
    """One thing that was done. ``kind`` is a noun and what happened to it: transaction.updated.

    ``actor_id`` is who did it: nobody for what the program did by itself, and for a person who was
    erased. ``user_id`` is the person whose account it concerns, ``ledger_id`` the ledger it
    happened in; ``subject_type`` and ``subject_id`` name the row it happened to. ``before`` and
    ``after`` are that row as it was and as it became, None where it did not exist. ``details`` say
    ``by`` where it never was a person: "program", or "stranger" for somebody who is not signed in.
    """

    __tablename__ = "activities"
    __table_args__ = (
        Index("ix_activities_actor", "actor_id", "id"),
        Index("ix_activities_user", "user_id", "id"),
        Index("ix_activities_ledger", "ledger_id", "id"),
        Index("ix_activities_subject", "subject_type", "subject_id", "id"),
        Index(
            "ix_activities_bulk_change",
            "bulk_change_id",
            "id",
            sqlite_where=_IN_BULK,
            postgresql_where=_IN_BULK,
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[id_pk]
    at: Mapped[dt.datetime] = mapped_column(default=clock.now, index=True)
    kind: Mapped[str] = mapped_column(String(40))
    actor_id: Mapped[int | None] = mapped_column(Id, ForeignKey("users.id", ondelete="SET NULL"))
    user_id: Mapped[int | None] = mapped_column(Id, ForeignKey("users.id", ondelete="SET NULL"))
    ledger_id: Mapped[int | None] = mapped_column(Id, ForeignKey("ledgers.id", ondelete="CASCADE"))
    subject_type: Mapped[str | None] = mapped_column(String(20))
    subject_id: Mapped[int | None]
    bulk_change_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("bulk_changes.id", ondelete="SET NULL")
    )
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    address: Mapped[str] = mapped_column(String(45), default="")
    user_agent: Mapped[str] = mapped_column(String(300), default="")


@event.listens_for(Activity, "before_update")
@event.listens_for(Activity, "before_delete")
def _refuse_change(*_: object) -> NoReturn:
    raise RuntimeError("the activity log is only added to")


@dataclass(frozen=True, slots=True)
class Trace:
    """Who is at work and from where, as the log keeps it; nobody where the program works alone."""

    user_id: int | None = None
    address: str = ""
    user_agent: str = ""

    def of(self, user_id: int) -> "Trace":
        """Return who proved to be somebody, from the same place."""
        return replace(self, user_id=user_id)


NOBODY = Trace()
"""The trace of what the program does by itself."""

MONEY_FIELDS = {"amount": "currency", "opening_balance": "currency", "to_amount": "to_currency"}
"""What an entry gives in minor units, and what says of which currency."""

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LogFilters:
    """What a log is narrowed to; None where it is not.

    ``kind`` is a whole kind, or only its noun; ``user_id`` who did it or whose account it concerns;
    ``since`` the first instant, ``until`` the first one after the last.
    """

    kind: str | None = None
    user_id: int | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the log as somebody reads it.

    ``by`` says what did it: person, former (erased), program or stranger. ``before`` and ``after``
    hold what people know of the row, with names beside the ids of accounts and categories, None
    for those that are gone. The address is told only to whoever it is about.
    """

    id: int
    at: dt.datetime
    kind: str
    by: str
    actor_id: int | None
    actor_name: str | None
    user_id: int | None
    user_name: str | None
    ledger_id: int | None
    ledger_name: str | None
    subject_type: str | None
    subject_id: int | None
    subject_name: str | None
    before: Values | None
    after: Values | None
    details: Values = field(default_factory=dict)
    address: str = ""
    device: str = ""

    def without_contents(self) -> "Entry":
        """Return the line with who, what and when only."""
        return replace(
            self, before=None, after=None, details={}, subject_name=None, address="", device=""
        )

    @property
    def changed(self) -> list[str]:
        """The names of what differs between ``before`` and ``after``, where there are both."""
        before, after = self.before or {}, self.after or {}
        if not before or not after:
            return []
        return [name for name in after if before.get(name) != after[name]]


def in_decimals(values: Values) -> dict[str, Any]:
    """Return an entry's values with amounts as decimal strings, as outside data has them."""
    return {name: _in_decimals(name, value, values) for name, value in values.items()}


def _in_decimals(name: str, value: Any, values: Values) -> Any:
    if name == "splits" and value:
        places = digits(values["currency"])
        return [line | {"amount": decimal_string(line["amount"], places)} for line in value]
    if name not in MONEY_FIELDS or value is None:
        return value
    return decimal_string(value, digits(values[MONEY_FIELDS[name]]))
