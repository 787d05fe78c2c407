"""Renaming and merging payees: the directory, and the text on all of their rows."""

from collections.abc import Sequence

from sqlalchemy import select

from app.core.errors import Conflict, Invalid
from app.models.activities import Trace
from app.models.base import session
from app.models.merges import Merged
from app.models.payees import Payee
from app.models.transactions import Transaction
from app.services import activities, mentions, payees, rewriting
from app.services.bulk_changes import MOST


def rename(payee: Payee, name: str, by: Trace, *, most: int = MOST) -> Merged:
    """Call a payee otherwise, on all its rows. Conflict where another one is called that."""
    if payee.name == name:
        return Merged(payee.id, 0, None)
    before, row_ids = activities.snapshot(payee), _rows(payee)
    change_id = rewriting.rewrite(
        payee.ledger_id,
        "edit",
        row_ids,
        lambda row: row | {"payee": name},
        by,
        first=lambda: _call(payee, name),
        most=most,
    )
    moved = mentions.replace(payee.ledger_id, "payee", before["name"], name)
    details = {"rules": moved.rules, "filters": moved.filters}
    activities.record_change(
        by, "payee.updated", payee, before, bulk_change_id=change_id, **details
    )
    return Merged(payee.id, len(row_ids), change_id)


def merge(source: Payee, target: Payee, by: Trace, *, most: int = MOST) -> Merged:
    """Give all rows of a payee to another one, and take it out of the directory."""
    if source.id == target.id:
        raise Invalid(errors={"into_id": ["A payee cannot be merged with itself."]})
    before, name, row_ids = activities.snapshot(source), target.name, _rows(source)
    change_id = rewriting.rewrite(
        source.ledger_id, "merge", row_ids, lambda row: row | {"payee": name}, by, most=most
    )
    moved = mentions.replace(source.ledger_id, "payee", before["name"], name)
    activities.record(
        by,
        "payee.merged",
        source,
        before=before,
        bulk_change_id=change_id,
        into_id=target.id,
        into=name,
        rules=moved.rules,
        filters=moved.filters,
    )
    session.flush()
    session.delete(source)
    session.flush()
    return Merged(target.id, len(row_ids), change_id)


def let_suggest(payee: Payee, suggests: bool, by: Trace) -> None:
    """Say whether what a payee's rows were for is suggested for new ones."""
    before = activities.snapshot(payee)
    payee.suggests = suggests
    session.flush()
    activities.record_change(by, "payee.updated", payee, before)


def remove(payee: Payee, by: Trace) -> None:
    """Take a payee out of the directory that no row names. Conflict otherwise."""
    if payees.count_rows(payee.ledger_id, [payee.name]):
        raise Conflict("This payee has transactions. Merge it into another one instead.")
    activities.record_removal(by, "payee.deleted", payee)
    session.flush()
    session.delete(payee)
    session.flush()


def _rows(payee: Payee) -> Sequence[int]:
    named = (Transaction.payee == payee.name, Transaction.payee != "")
    query = select(Transaction.id).where(Transaction.ledger_id == payee.ledger_id, *named)
    return session.scalars(query).all()


def _call(payee: Payee, name: str) -> None:
    payee.name = name
    session.flush()
