"""The activity log as people read it: pages of it, all of it as CSV, and one row's history."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased

from app.core import paging
from app.core.errors import Invalid
from app.core.paging import Cursor, Page, PageRequest
from app.core.rows import AnyRow
from app.core.spreadsheet import guard
from app.models.accounts import Account
from app.models.activities import Activity, Entry, LogFilters, Values, in_decimals
from app.models.base import session
from app.models.categories import Category
from app.models.imports import Import
from app.models.ledgers import Ledger
from app.models.members import Member
from app.models.users import User
from app.services import devices

HEADER = (
    "time", "who", "what", "whom", "ledger", "row", "before", "after", "details", "address",
    "device",
)  # fmt: skip
_CHUNK = 500
_SORT = "log"
_Actor = aliased(User)
_Concerned = aliased(User)
_COLUMNS = (
    Activity,
    _Actor.first_name.label("actor_first"),
    _Actor.last_name.label("actor_last"),
    _Actor.email.label("actor_email"),
    _Concerned.first_name.label("user_first"),
    _Concerned.last_name.label("user_last"),
    _Concerned.email.label("user_email"),
    Ledger.name.label("ledger_name"),
)
_SHOWN = {
    "transaction": (
        "type", "date", "amount", "currency", "description", "payee", "notes", "account_id",
        "account", "to_account_id", "to_account", "to_amount", "to_currency", "category_id",
        "category", "tags", "splits", "state", "to_state", "refund_of_id",
    ),
    "account": (
        "name", "type", "currency", "opening_balance", "opening_date", "group", "archived",
    ),
    "category": ("name", "type", "parent_id", "parent", "color", "icon", "archived"),
    "invitation": ("role",),
    "rule": ("name", "active"),
}  # fmt: skip
"""What is told of a row by the noun of its kind, in this order; of any other, what was kept.

The rest of what is kept of money is for making it again, and whom an invitation went to is known
to owners.
"""
_REFERENCES = {
    "account_id": Account,
    "to_account_id": Account,
    "category_id": Category,
    "parent_id": Category,
}

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
        items=_entries(rows, reader_id),
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
    people = [(row.id, _name(*row[1:])) for row in session.execute(query).all()]
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
    query = _query(conditions).limit(request.per_page + 1)
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


def _query(conditions: list[ColumnElement[bool]]) -> Any:
    # Somebody whose erasure has begun is nobody any more.
    here = _Actor.erasure_requested_at.is_(None)
    concerned = _Concerned.erasure_requested_at.is_(None)
    return (
        select(*_COLUMNS)
        .outerjoin(_Actor, and_(_Actor.id == Activity.actor_id, here))
        .outerjoin(_Concerned, and_(_Concerned.id == Activity.user_id, concerned))
        .outerjoin(Ledger, Ledger.id == Activity.ledger_id)
        .where(*conditions)
        .order_by(Activity.id.desc())
    )


def _edge(cursor: Cursor) -> int:
    if cursor.sort != _SORT or len(cursor.key) != 1 or not isinstance(cursor.key[0], int):
        raise Invalid(errors={"cursor": ["Not a cursor of this list."]})
    return cursor.key[0]


def _stream(conditions: list[ColumnElement[bool]], reader_id: int) -> Iterator[Entry]:
    query = _query(conditions).limit(_CHUNK)
    rows = session.execute(query).all()
    while rows:
        last = rows[-1].Activity.id
        yield from _entries(rows, reader_id)
        rows = session.execute(query.where(Activity.id < last)).all()


def _entries(rows: Sequence[AnyRow], reader_id: int) -> list[Entry]:
    names = _Names.of([row.Activity for row in rows])
    return [_entry(row, names, reader_id) for row in rows]


def _entry(row: AnyRow, names: "_Names", reader_id: int) -> Entry:
    line: Activity = row.Activity
    by = line.details.get("by") or ("person" if row.actor_email else "former")
    about_reader = reader_id == (line.user_id if line.actor_id is None else line.actor_id)
    before, after = names.values(line, line.before), names.values(line, line.after)
    return Entry(
        id=line.id,
        at=line.at,
        kind=line.kind,
        by=by,
        actor_id=line.actor_id if by == "person" else None,
        actor_name=_name(row.actor_first, row.actor_last, row.actor_email),
        user_id=line.user_id if row.user_email else None,
        user_name=_name(row.user_first, row.user_last, row.user_email),
        ledger_id=line.ledger_id,
        ledger_name=row.ledger_name,
        subject_type=line.subject_type,
        subject_id=line.subject_id,
        subject_name=names.subject(line, after or before),
        before=before,
        after=after,
        details={name: value for name, value in line.details.items() if name != "by"},
        address=line.address if about_reader else "",
        device=devices.name_of(line.user_agent) if about_reader and line.user_agent else "",
    )


def _name(first: str | None, last: str | None, email: str | None) -> Any:
    return f"{first or ''} {last or ''}".strip() or email


@dataclass(frozen=True, slots=True)
class _Names:
    """The names that lines of the log mention by their ids: (model, ledger id, id) to name."""

    known: Mapping[tuple[type, int | None, int], str]

    @classmethod
    def of(cls, lines: Sequence[Activity]) -> "_Names":
        """Look up every name once; one query for each kind of thing."""
        wanted: dict[type[Any], set[int]] = {}
        for line in lines:
            for values in (line.before or {}, line.after or {}):
                for field, model in _REFERENCES.items():
                    wanted.setdefault(model, set()).add(values.get(field) or 0)
            if line.subject_type == "import":
                wanted.setdefault(Import, set()).add(line.subject_id or 0)
        known: dict[tuple[type, int | None, int], str] = {}
        for model, ids in wanted.items():
            known |= _names_of(model, ids - {0})
        return cls(known)

    def values(self, line: Activity, kept: dict[str, Any] | None) -> Values | None:
        """Return what is told of a row, with the names of what it refers to."""
        if kept is None:
            return None
        noun = line.kind.partition(".")[0]
        told = kept | {"archived": kept.get("archived_at") is not None}
        if noun == "transaction":
            told["type"] = kept["kind"]
        for field, model in _REFERENCES.items():
            if field in kept:
                key = (model, line.ledger_id, kept[field] or 0)
                told[field.removesuffix("_id")] = self.known.get(key)
        return {name: told.get(name) for name in _SHOWN.get(noun, tuple(kept))}

    def subject(self, line: Activity, told: Values | None) -> str | None:
        """Return what people call the row that a line is about, where it has a name."""
        if line.subject_type == "import":
            return self.known.get((Import, line.ledger_id, line.subject_id or 0))
        told = told or {}
        name = told.get("name") or told.get("description") or told.get("payee")
        return str(name) if name else None


def _names_of(model: type[Any], ids: set[int]) -> dict[tuple[type, int | None, int], str]:
    if not ids:
        return {}
    name = model.filename if model is Import else model.name
    query = select(model.ledger_id, model.id, name).where(model.id.in_(ids))
    return {(model, row[0], row[1]): row[2] for row in session.execute(query).all()}


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
