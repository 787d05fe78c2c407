"""Renaming, merging and deleting tags; the rows that have them follow."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from app.core.errors import Invalid
from app.models.activities import Trace
from app.models.base import session
from app.models.merges import Merged
from app.models.tags import Tag, TransactionTag, in_order, tag_key
from app.services import activities, mentions, rewriting
from app.services.bulk_changes import MOST
from app.services.row_sets import Snapshot


def rename(tag: Tag, name: str, by: Trace, *, most: int = MOST) -> Merged:
    """Call a tag otherwise. Conflict where another one is called that, whatever its case."""
    if tag.name == name:
        return Merged(tag.id, 0, None)
    before, key = activities.snapshot(tag), tag.key
    # Where only the case changes, rows are found by the same words and keep the same tag.
    row_ids = _rows(tag) if tag_key(name) != key else []
    change_id = rewriting.rewrite(
        tag.ledger_id,
        "edit",
        row_ids,
        lambda row: _with(row, key, name),
        by,
        first=lambda: _call(tag, name),
        most=most,
    )
    moved = mentions.replace(tag.ledger_id, "tag", before["name"], name)
    details = {"rules": moved.rules, "filters": moved.filters}
    activities.record_change(by, "tag.updated", tag, before, bulk_change_id=change_id, **details)
    return Merged(tag.id, len(row_ids), change_id)


def merge(source: Tag, target: Tag, by: Trace, *, most: int = MOST) -> Merged:
    """Give all rows that have a tag another one instead, and delete it."""
    if source.id == target.id:
        raise Invalid(errors={"into_id": ["A tag cannot be merged with itself."]})
    moved = mentions.replace(source.ledger_id, "tag", source.name, target.name)
    details = {"into_id": target.id, "into": target.name}
    details |= {"rules": moved.rules, "filters": moved.filters}
    return _replace(source, target, by, "tag.merged", most, **details)


def remove(tag: Tag, by: Trace, *, most: int = MOST) -> Merged:
    """Delete a tag; the rows that have it lose it."""
    return _replace(tag, None, by, "tag.deleted", most)


def _replace(
    tag: Tag, target: Tag | None, by: Trace, kind: str, most: int, **details: Any
) -> Merged:
    key, name, row_ids = tag.key, target.name if target else None, _rows(tag)
    change_id = rewriting.rewrite(
        tag.ledger_id,
        "merge" if target else "edit",
        row_ids,
        lambda row: _with(row, key, name),
        by,
        most=most,
    )
    before = activities.snapshot(tag)
    activities.record(by, kind, tag, before=before, bulk_change_id=change_id, **details)
    session.flush()
    session.delete(tag)
    session.flush()
    return Merged(target.id if target else None, len(row_ids), change_id)


def _rows(tag: Tag) -> Sequence[int]:
    links = select(TransactionTag.transaction_id).where(TransactionTag.tag_id == tag.id)
    return session.scalars(links).all()


def _with(row: Snapshot, key: str, name: str | None) -> Snapshot:
    """Return a row without the tag of that key, and with the tag of that name."""
    names = {tag_key(one): one for one in row["tags"] if tag_key(one) != key}
    if name is not None:
        names.setdefault(tag_key(name), name)
    return row | {"tags": in_order(names.values())}


def _call(tag: Tag, name: str) -> None:
    tag.name, tag.key = name, tag_key(name)
    session.flush()
