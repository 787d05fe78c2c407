"""Lines of the activity log as somebody may read them: with names, without what is not theirs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import aliased

from app.core.rows import AnyRow
from app.models.accounts import Account
from app.models.activities import Activity, Entry, Values
from app.models.base import session
from app.models.categories import Category
from app.models.imports import Import
from app.models.ledgers import Ledger
from app.models.users import User
from app.services import devices

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


def query(conditions: list[ColumnElement[bool]]) -> Any:
    """Return the query of the lines that meet conditions, newest first, with all they mention."""
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


def of_rows(rows: Sequence[AnyRow], reader_id: int) -> list[Entry]:
    """Return rows of the query as ``reader_id`` may see them."""
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
        actor_name=name_of(row.actor_first, row.actor_last, row.actor_email),
        user_id=line.user_id if row.user_email else None,
        user_name=name_of(row.user_first, row.user_last, row.user_email),
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


def name_of(first: str | None, last: str | None, email: str | None) -> Any:
    """Return what a person is called: by their name, or else their address."""
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
