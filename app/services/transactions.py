"""Transactions: recording, changing and removing rows of money."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.orm.attributes import instance_dict, set_committed_value

from app.core import clock
from app.core.errors import Reconciled
from app.models.base import session, store
from app.models.tags import in_order
from app.models.transactions import Transaction, searchable
from app.services import payees, receipts, splits, tags, totals, transfer_halves

_TABLE: Table = Transaction.__table__  # type: ignore[assignment]
_ADDING = insert(_TABLE).returning(_TABLE.c.id, sort_by_parameter_order=True)
_BLANK: dict[str, Any] = {column.name: None for column in _TABLE.columns if column.name != "id"} | {
    "description": "", "payee": "", "notes": "", "state": "open", "to_state": "open", "version": 1,
}  # fmt: skip
"""What a new row says where nothing else is said."""

Lines = Sequence[dict[str, Any]]
"""Lines of a split row, each with its category_id, amount in minor units, and notes."""


def record(ledger_id: int, **values: Any) -> Transaction:
    """Add a row, as :func:`record_many` adds several."""
    return record_many(ledger_id, [values])[0]


def record_many(ledger_id: int, entries: Sequence[Mapping[str, Any]]) -> list[Transaction]:
    """Add rows, and to the kept totals; in the order of ``entries``.

    Each says the columns' values, with ``lines`` and ``tag_names`` where it has such.
    """
    # Not by way of the session, which takes four times as long; it knows them afterwards.
    columns = [_columns_of_new(ledger_id, **entry) for entry in entries]
    ids = store(_ADDING, columns).scalars().all()
    rows = [_stored(values | {"id": row_id}) for values, row_id in zip(columns, ids, strict=True)]
    payees.ensure(ledger_id, [row.payee for row in rows])
    for row, entry in zip(rows, entries, strict=True):
        if entry.get("lines"):
            splits.put(row, entry["lines"])
        if entry.get("tag_names"):
            tags.put(row, entry["tag_names"])
    session.flush()
    totals.apply(*(totals.of(row) for row in rows))
    return rows


def _columns_of_new(
    ledger_id: int, *, lines: Lines = (), tag_names: Iterable[str] = (), **values: Any
) -> dict[str, Any]:
    now = clock.now()
    new = _BLANK | values | {"ledger_id": ledger_id, "created_at": now, "updated_at": now}
    texts = (new["description"], new["payee"], new["notes"], *in_order(tag_names))
    described = {"search_text": searchable(*texts), "is_split": bool(lines)}
    return new | described | {"is_tagged": bool(tag_names)}


def _stored(values: dict[str, Any]) -> Transaction:
    """Return the row of ``values`` as the session would have it after loading it."""
    row = Transaction()
    instance_dict(row).update(values)
    for name in ("splits", "tag_rows"):
        set_committed_value(row, name, [])
    make_transient_to_detached(row)
    session.add(row)
    return row


def amend(
    row: Transaction,
    *,
    lines: Lines | None = None,
    tag_names: Iterable[str] | None = None,
    **changes: Any,
) -> None:
    """Change a row, and move the kept totals from what it was to what it is.

    Conflict where a transfer that was joined of two rows would become something else.
    """
    if row.kind == "transfer" != changes.get("kind", row.kind):
        transfer_halves.require_whole(row)
    before = totals.of(row, times=-1)
    names = row.tags if tag_names is None else list(tag_names)
    for name, value in changes.items():
        setattr(row, name, value)
    wanted = [line.values for line in row.splits] if lines is None else lines
    row.is_split = bool(wanted)  # before its lines change: it may have a category by now
    moved = splits.put(row, wanted)
    _describe(row, names)
    if _connect(row, names) or moved:
        row.updated_at = clock.now()  # so that the row is another version of itself
    session.flush()
    totals.apply(before, totals.of(row))


def remove(row: Transaction) -> None:
    """Delete a row and take it out of the kept totals; its receipts wait for it to come back."""
    gone = totals.of(row, times=-1)
    receipts.orphan(row.id)
    session.delete(row)
    session.flush()
    totals.apply(gone)


def revive(
    ledger_id: int, row_id: int, *, lines: Lines, tag_names: Sequence[str], **values: Any
) -> Transaction:
    """Store a deleted row again, under the id and with all else that it had."""
    texts = (values["description"], values["payee"], values["notes"], *in_order(tag_names))
    # Not by way of the session: a new object would begin with version 1 again.
    session.execute(
        insert(_TABLE).values(
            **values,
            id=row_id,
            ledger_id=ledger_id,
            search_text=searchable(*texts),
            is_split=bool(lines),
            is_tagged=bool(tag_names),
        )
    )
    row = session.get_one(Transaction, row_id, populate_existing=True)
    splits.put(row, lines)
    _connect(row, tag_names)
    receipts.adopt(row.id)
    session.flush()
    totals.apply(totals.of(row))
    return row


def find(ledger_id: int, row_id: int) -> Transaction | None:
    """Return the ledger's row as it is stored now, None when it was deleted."""
    row = session.get(Transaction, row_id, populate_existing=True)
    return row if row and row.ledger_id == ledger_id else None


def find_refunds(row: Transaction) -> Sequence[Transaction]:
    """Return the rows that refund ``row``, oldest first."""
    theirs = select(Transaction).where(Transaction.refund_of_id == row.id)
    return session.scalars(theirs.order_by(Transaction.date, Transaction.id)).all()


def require_unreconciled(row: Transaction, *, allowed: bool) -> None:
    """Refuse to change a row that a settled statement counts on, unless that is ``allowed``."""
    if row.is_reconciled and not allowed:
        raise Reconciled


def _describe(row: Transaction, tag_names: Sequence[str]) -> None:
    """Keep what lists and searches have to know of a row's parts."""
    row.is_split, row.is_tagged = bool(row.splits), bool(tag_names)
    texts = (row.description, row.payee, row.notes, *in_order(tag_names))
    row.search_text = searchable(*texts)


def _connect(row: Transaction, tag_names: Sequence[str]) -> bool:
    """Keep a row's payee and tags; False where its tags are still the same."""
    payees.ensure(row.ledger_id, [row.payee])
    return tags.put(row, tag_names) if tag_names or row.tag_rows else False
