"""Taking back a bulk change with what it did beside its rows: to things, and to who named them."""

from collections.abc import Sequence

from sqlalchemy import Select, exists, select

from app.models.activities import Activity, Trace
from app.models.base import session
from app.models.bulk_changes import BulkChange
from app.models.payees import Payee
from app.models.tags import Tag, TransactionTag, tag_key
from app.services import activities, bulk_changes, category_returns, mentions, payees, tags


def undo(change: BulkChange, by: Trace) -> None:
    """Take a bulk change back, its rows and all else. Undone already, nothing happens."""
    session.refresh(change)
    if change.is_undone:
        return
    lines = _lines(change)
    of_categories = [line for line in lines if line.subject_type == "category"]
    of_names = [line for line in lines if line.subject_type != "category"]
    category_returns.bring_back(of_categories, by)
    for line in of_names:
        _bring_back(line, by)
    bulk_changes.undo(change, by)
    for line in of_names:
        _tidy(line)
    session.flush()


def _lines(change: BulkChange) -> Sequence[Activity]:
    """Return what the log says of it beside its rows."""
    lines = select(Activity).where(
        Activity.bulk_change_id == change.id, Activity.subject_type != "transaction"
    )
    return session.scalars(lines.order_by(Activity.id)).all()


def _bring_back(line: Activity, by: Trace) -> None:
    """Make a payee or tag again that went, before its rows are taken back to it."""
    noun, ledger_id, only = str(line.subject_type), line.ledger_id or 0, mentions.kept(line.details)
    before = line.before or {}
    thing = _ensured(noun, ledger_id, before["name"])
    if isinstance(thing, Payee):
        thing.suggests = before["suggests"]
    new = _new_name(line)
    if new:
        mentions.replace(ledger_id, noun, new, before["name"], only=only)
    activities.record(by, f"{noun}.restored", thing, after=activities.snapshot(thing))


def _tidy(line: Activity) -> None:
    """Drop the new name of a thing that was renamed, unless rows have it all the same."""
    if not line.kind.endswith(".updated"):
        return
    ledger_id, name = line.ledger_id or 0, _new_name(line) or ""
    if line.subject_type == "payee":
        payee = session.scalar(_payee(ledger_id, name))
        if payee and not payees.count_rows(ledger_id, [name]):
            session.delete(payee)
    else:
        tag = session.scalar(_tag(ledger_id, name))
        if tag and not session.scalar(select(exists().where(TransactionTag.tag_id == tag.id))):
            session.delete(tag)


def _ensured(noun: str, ledger_id: int, name: str) -> Payee | Tag:
    if noun == "tag":
        return tags.ensure(ledger_id, [name])[0]
    payees.ensure(ledger_id, [name])
    return session.scalars(_payee(ledger_id, name)).one()


def _new_name(line: Activity) -> str | None:
    """Return what rows were given instead; None where the thing was only deleted."""
    name: str | None = line.details.get("into") or (line.after or {}).get("name")
    return name


def _payee(ledger_id: int, name: str) -> Select[Payee]:
    return select(Payee).where(Payee.ledger_id == ledger_id, Payee.name == name)


def _tag(ledger_id: int, name: str) -> Select[Tag]:
    return select(Tag).where(Tag.ledger_id == ledger_id, Tag.key == tag_key(name))
