"""Taking back merges of categories: what went is stored again, with what was below it."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import Table, insert

from app.core import clock
from app.models.activities import Activity, Trace
from app.models.base import session
from app.models.categories import Category
from app.services import activities, categories, mentions
from app.services.category_paths import SEPARATOR

_CATEGORIES: Table = Category.__table__  # type: ignore[assignment]


def bring_back(lines: Sequence[Activity], by: Trace) -> None:
    """Store merged categories again as lines of the log have them, what is above others first."""
    back = [(line, _revive(line)) for line in lines]
    for line, category in back:
        _give_back(line, category, by)
    for line, category in back:  # by now nothing is left in its place
        category.name = (line.before or {})["name"]
        session.flush()
        activities.record_change(by, "category.restored", category, None)


def no_name(category_id: int) -> str:
    """Return what a category is called while it is not there: a name that nobody can give."""
    return f"{SEPARATOR}{category_id}"


def _revive(line: Activity) -> Category:
    before, category_id, now = line.before or {}, line.subject_id or 0, clock.now()
    parent = session.get(Category, before["parent_id"]) if before["parent_id"] else None
    archived_at = before["archived_at"]
    values = {name: before[name] for name in ("type", "color", "icon")} | {
        "id": category_id,
        "ledger_id": line.ledger_id,
        "parent_id": parent.id if parent else None,
        "name": no_name(category_id),
        "archived_at": dt.datetime.fromisoformat(archived_at) if archived_at else None,
        "version": 1,
        "created_at": now,
        "updated_at": now,
    }
    session.execute(insert(_CATEGORIES).values(values))
    return session.get_one(Category, category_id, populate_existing=True)


def _give_back(line: Activity, category: Category, by: Trace) -> None:
    """Take from the other one what came along: categories, mentions, and that it is in use."""
    into_id, since = line.details["into_id"], line.details.get("into_archived_at")
    for child_id in line.details["children"]:
        child = session.get(Category, child_id, populate_existing=True)
        if child and child.parent_id == into_id and _can_return(category, child_id):
            child.parent_id = category.id
    other = session.get(Category, into_id, populate_existing=True)
    if since and other and not other.archived:
        before = activities.snapshot(other)
        other.archived_at = dt.datetime.fromisoformat(since)
        activities.record_change(by, "category.updated", other, before)
    named = mentions.kept(line.details)
    mentions.replace(category.ledger_id, "category", into_id, category.id, only=named)


def _can_return(category: Category, child_id: int) -> bool:
    """Whether a category can be below the one that came back: that is not below it by now."""
    return category.id not in categories.descendants(category.ledger_id, child_id)
