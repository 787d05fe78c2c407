"""The activity log as people read it: pages of it, all of it as CSV, and one row's history."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from app.core import paging
from app.core.errors import Invalid
from app.core.paging import Cursor, Page, PageRequest
from app.core.rows import AnyRow
from app.core.spreadsheet import guard
from app.models.activities import Activity, Entry, LogFilters, Values, in_decimals
from app.models.base import session
from app.models.ledgers import Ledger
from app.models.members import Member
from app.models.users import User
from app.services import activity_entries

HEADER = (
    "time", "who", "what", "whom", "ledger", "row", "before", "after", "details", "address",
    "device",
)  # fmt: skip
_CHUNK = 500
_SORT = "log"
_OF_INSTANCE = (
    "user", "sign_in", "second_factor", "passkey", "identity", "token", "invitation",
    "data_export", "settings", "job", "mail",
)  # fmt: skip
"""The nouns of kinds that administrators read of."""

Log = ColumnElement[bool]
"""Whose log it is: the condition that its lines meet."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A row of money as the log kept it beside one of its lines."""

    activity_id: int
    values: dict[str, Any]


def of_person(user_id: int) -> Log:
    """Return the log of a person: what they did and what concerns them, where they may see it."""
    theirs = or_(Activity.actor_id == user_id, Activity.user_id == user_id)
    seen = (
        select(Member.ledger_id)
        .join(Ledger, Ledger.id == Member.ledger_id)
        .where(Member.user_id == user_id, Ledger.deleted_at.is_(None))
    )
    return and_(theirs, or_(Activity.ledger_id.is_(None), Activity.ledger_id.in_(seen)))


def of_ledger(ledger_id: int) -> Log:
    """Return the log of a ledger."""
    return Activity.ledger_id == ledger_id


def of_transaction(ledger_id: int, transaction_id: int) -> Log:
    """Return the log of a transaction, which may be deleted by now."""
    return and_(
        Activity.subject_type == "transaction",
        Activity.subject_id == transaction_id,
        Activity.ledger_id == ledger_id,
    )


def of_instance() -> Log:
    """Return the log of the instance: accounts, ways in and settings, nothing within a ledger."""
    about = or_(*(Activity.kind.startswith(f"{noun}.", autoescape=True) for noun in _OF_INSTANCE))
    return and_(Activity.ledger_id.is_(None), about)


def find_page(log: Log, reader_id: int, filters: LogFilters, request: PageRequest) -> Page[Entry]:
    """Return a page of a log, newest first, as ``reader_id`` may see it."""
    conditions = [log, *_narrowing(filters)]
    rows, further, before = _window(conditions, request)
    some = select(Activity.id).where(*conditions).limit(paging.COUNT_LIMIT + 1).subquery()
    total = session.scalar(select(func.count()).select_from(some)) or 0
    return Page(
        items=activity_entries.of_rows(rows, reader_id),
        per_page=request.per_page,
        total=min(total, paging.COUNT_LIMIT),
        page=None if request.cursor else request.page,
        total_is_lower_bound=total > paging.COUNT_LIMIT,
        next=Cursor(_SORT, (rows[-1].Activity.id,)) if further else None,
        prev=Cursor(_SORT, (rows[0].Activity.id,), backwards=True) if rows and before else None,
    )


def csv_lines(log: Log, reader_id: int, filters: LogFilters) -> Iterator[str]:
    """Return a log as the chunks of a CSV file, newest first. Texts cannot start a formula."""
    yield ",".join(HEADER) + "\r\n"
    entries = _stream([log, *_narrowing(filters)], reader_id)
    while chunk := list(islice(entries, _CHUNK)):
        text = io.StringIO()
        csv.writer(text).writerows(_cells(entry) for entry in chunk)
        yield text.getvalue()


def find_ledger_id(transaction_id: int) -> int | None:
    """Return the ledger of a transaction that is known from the log only."""
    query = (
        select(Activity.ledger_id)
        .where(Activity.subject_type == "transaction", Activity.subject_id == transaction_id)
        .limit(1)
    )
    return session.scalar(query)


def find_kept(
    ledger_id: int, transaction_id: int, activity_id: int | None, state: str | None
) -> Kept | None:
    """Return a transaction as it was before or after a line of its log, by default the newest.

    Without a ``state`` it is as it became; as it was, where it was deleted. None when the log has
    no such line, or the row did not exist then.
    """
    query = select(Activity).where(of_transaction(ledger_id, transaction_id))
    if activity_id is not None:
        query = query.where(Activity.id == activity_id)
    found = session.scalar(query.order_by(Activity.id.desc()).limit(1))
    if found is None:
        return None
    states = {"before": found.before, "after": found.after, None: found.after or found.before}
    values = states[state]
    return Kept(found.id, values) if values else None


def last_version(ledger_id: int, transaction_id: int) -> int:
    """Return the version that a deleted transaction had in the end."""
    kept = find_kept(ledger_id, transaction_id, None, None)
    return int(kept.values["version"]) if kept else 0


def find_people(ledger_id: int) -> list[tuple[int, str]]:
    """Return the people of a ledger as (id, name), by name."""
    query = (
        select(User.id, User.first_name, User.last_name, User.email)
        .join(Member, Member.user_id == User.id)
        .where(Member.ledger_id == ledger_id)
    )
    people = [(row.id, activity_entries.name_of(*row[1:])) for row in session.execute(query).all()]
    return sorted(people, key=lambda one: one[1].casefold())


def _narrowing(filters: LogFilters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.kind and "." in filters.kind:
        conditions.append(Activity.kind == filters.kind)
    elif filters.kind:
        conditions.append(Activity.kind.startswith(f"{filters.kind}.", autoescape=True))
    if filters.user_id is not None:
        their = (Activity.actor_id == filters.user_id, Activity.user_id == filters.user_id)
        conditions.append(or_(*their))
    if filters.since is not None:
        conditions.append(Activity.at >= filters.since)
    if filters.until is not None:
        conditions.append(Activity.at < filters.until)
    return conditions


def _window(
    conditions: list[ColumnElement[bool]], request: PageRequest
) -> tuple[Sequence[AnyRow], bool, bool]:
    """Return the rows of a page, whether more come behind it, and whether some stand before."""
    query = activity_entries.query(conditions).limit(request.per_page + 1)
    if request.cursor is None:
        rows = session.execute(query.offset((request.page - 1) * request.per_page)).all()
        return rows[: request.per_page], len(rows) > request.per_page, request.page > 1
    edge, backwards = _edge(request.cursor), request.cursor.backwards
    if backwards:
        query = query.where(Activity.id > edge).order_by(None).order_by(Activity.id)
    else:
        query = query.where(Activity.id < edge)
    rows = session.execute(query).all()
    more, rows = len(rows) > request.per_page, rows[: request.per_page]
    return (rows[::-1], True, more) if backwards else (rows, more, True)


def _edge(cursor: Cursor) -> int:
    if cursor.sort != _SORT or len(cursor.key) != 1 or not isinstance(cursor.key[0], int):
        raise Invalid(errors={"cursor": ["Not a cursor of this list."]})
    return cursor.key[0]


def _stream(conditions: list[ColumnElement[bool]], reader_id: int) -> Iterator[Entry]:
    query = activity_entries.query(conditions).limit(_CHUNK)
    rows = session.execute(query).all()
    while rows:
        last = rows[-1].Activity.id
        yield from activity_entries.of_rows(rows, reader_id)
        rows = session.execute(query.where(Activity.id < last)).all()


def _cells(entry: Entry) -> tuple[str, ...]:
    texts = (
        _who(entry),
        entry.kind,
        entry.user_name or "",
        entry.ledger_name or "",
        entry.subject_name or "",
        _said(entry.before, entry.changed),
        _said(entry.after, entry.changed),
        _said(entry.details, []),
        entry.address,
        entry.device,
    )
    return (entry.at.isoformat().replace("+00:00", "Z"), *(guard(text) for text in texts))


def _who(entry: Entry) -> str:
    others = {"program": "Outlay", "stranger": "somebody", "former": "a former user"}
    return others.get(entry.by) or entry.actor_name or ""


def _said(values: Values | None, names: list[str]) -> str:
    """Return values as one text: those of ``names``, or all that say anything."""
    told = in_decimals(values or {})
    chosen = names or [name for name, value in told.items() if value not in (None, "", False)]
    return "; ".join(f"{name}: {told[name]}" for name in chosen if name in told)
