"""Taking back what a bulk change did beside its rows: the things that went, and who named them."""

from sqlalchemy import select

from app.models.activities import Activity, Trace
from app.models.base import session
from app.models.bulk_changes import BulkChange
from app.services import activities, category_merges, mentions


def bring_back(change: BulkChange, by: Trace) -> None:
    """Make again what went with a bulk change, before its rows are taken back to it.

    Undone already, or where nothing went, nothing happens.
    """
    session.refresh(change)
    if change.is_undone:
        return
    lines = select(Activity).where(
        Activity.bulk_change_id == change.id, Activity.subject_type != "transaction"
    )
    for line in session.scalars(lines.order_by(Activity.id)).all():
        _bring_back(line, by)


def _bring_back(line: Activity, by: Trace) -> None:
    noun, ledger_id, only = str(line.subject_type), line.ledger_id or 0, mentions.kept(line.details)
    if noun == "category":
        category = category_merges.bring_back(line)
        mentions.replace(ledger_id, noun, line.details["into_id"], category.id, only=only)
        activities.record_change(by, "category.restored", category, None)
