"""Halves: what is known of transfers that were two rows of two statements."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, exists, or_, select

from app.core.errors import Conflict
from app.models.activities import Activity
from app.models.base import session
from app.models.transactions import Transaction
from app.models.transfers import TransferHalf

JOINED, TAKEN_APART, ABSORBED = (
    "transaction.joined",
    "transaction.taken_apart",
    "transaction.absorbed",
)
"""What the log calls it: of the row that stays, of both halves, and of the row that goes."""

RECEIPTS, VERSION = "receipts", "transfer_version"
"""Beside what the log keeps of the row that went up: the ids of the receipts it brought along, and
the version that the transfer had when it was joined."""

_BATCH = 5000
Snapshot = Mapping[str, Any]


def find(transfer_id: int) -> TransferHalf | None:
    """Return what is kept of a transfer's halves; None where it never was two rows."""
    return session.scalar(select(TransferHalf).where(TransferHalf.transaction_id == transfer_id))


def find_joined(expense_id: int, income_id: int) -> TransferHalf | None:
    """Return the halves of the transfer that became of two rows, where it did."""
    found = find(expense_id)
    return found if found and found.row_id == income_id else None


def of_import(import_id: int) -> Sequence[TransferHalf]:
    """Return the halves of the transfers of which an import brought one half, or both."""
    theirs = or_(Transaction.import_id == import_id, TransferHalf.import_id == import_id)
    query = select(TransferHalf).join(Transaction, Transaction.id == TransferHalf.transaction_id)
    return session.scalars(query.where(theirs).order_by(TransferHalf.id)).all()


def versions(transfer_ids: Sequence[int]) -> dict[int, int]:
    """Return the versions that transfers have now, by their ids."""
    found: dict[int, int] = {}
    for start in range(0, len(transfer_ids), _BATCH):
        some = transfer_ids[start : start + _BATCH]
        query = select(Transaction.id, Transaction.version).where(Transaction.id.in_(some))
        found |= dict(session.execute(query).all())
    return found


def record(transfer: Transaction, out_row: Snapshot, in_row: Snapshot) -> TransferHalf:
    """Keep what the two halves of a transfer were. ``in_row`` has the id of the row that went."""
    kept = {**in_row, VERSION: transfer.version}
    half = _made(transfer.ledger_id, transfer.id, out_row, kept)
    session.add(half)
    session.flush()
    return half


def require_whole(row: Transaction) -> None:
    """Refuse to make something else of a transfer that is two rows of two statements."""
    if find(row.id) is not None:
        message = "This transfer was joined of two rows. Take it apart first."
        raise Conflict(message, errors={"type": [message]})


def require_unabsorbed(ledger_id: int, row_id: int, values: Snapshot) -> None:
    """Refuse to bring back a row that went up in a transfer."""
    gone = TransferHalf.row_id == row_id
    if values["fingerprint"] is not None:
        gone |= (TransferHalf.fingerprint == values["fingerprint"]) & (
            TransferHalf.occurrence == values["occurrence"]
        )
    if session.scalar(select(exists().where(TransferHalf.ledger_id == ledger_id, gone))):
        raise Conflict("This is one half of a transfer by now. Take the transfer apart instead.")


def is_known(fingerprint: Any, occurrence: Any, ledger_id: Any) -> ColumnElement[bool]:
    """Return the condition that a row of a statement went up in a transfer."""
    return exists().where(
        TransferHalf.ledger_id == ledger_id,
        TransferHalf.fingerprint == fingerprint,
        TransferHalf.occurrence == occurrence,
    )


def from_log(ledger_id: int, row_id: int, upto: int | None = None) -> TransferHalf | None:
    """Return the halves of a row as the log knows them, by default of its newest state.

    ``upto`` is the line of the log that the state stands beside. None where it was no joined
    transfer then. Nothing is stored.
    """
    lines = select(Activity).where(*_of_row(ledger_id, row_id))
    if upto is not None:
        lines = lines.where(Activity.id <= upto)
    kinds = Activity.kind.in_((JOINED, TAKEN_APART))
    line = session.scalar(lines.where(kinds).order_by(Activity.id.desc()).limit(1))
    if line is None or line.kind != JOINED or line.before is None:
        return None
    other_id = int(line.details["income_id"])
    other = select(Activity.before).where(*_of_row(ledger_id, other_id), Activity.kind == ABSORBED)
    in_row = session.scalar(other.order_by(Activity.id.desc()).limit(1))
    if in_row is None:
        return None
    version = (line.after or {}).get("version", 0)
    kept = {"id": other_id, RECEIPTS: line.details.get(RECEIPTS, []), VERSION: version}
    return _made(ledger_id, row_id, line.before, in_row | kept)


def is_back(half: TransferHalf) -> bool:
    """Whether the row that went up in a transfer is there by itself, or was imported once more."""
    back: ColumnElement[bool] = exists().where(Transaction.id == half.row_id)
    if half.fingerprint is not None:
        mark = (half.fingerprint, half.occurrence)
        again = exists().where(
            Transaction.ledger_id == half.ledger_id,
            Transaction.fingerprint == mark[0],
            Transaction.occurrence == mark[1],
        )
        back = or_(back, again, is_known(*mark, half.ledger_id))
    return bool(session.scalar(select(back)))


def require_gone(half: TransferHalf) -> None:
    """Refuse to make a transfer whole again whose other half is there by itself."""
    if is_back(half):
        raise Conflict(
            "This was a transfer of two rows, and the other one is there again by itself."
            " Join the two rows instead."
        )


def of_deleted(
    ledger_id: int, rows: Mapping[int, Snapshot]
) -> tuple[list[TransferHalf], list[int]]:
    """Return what is to be kept again of deleted transfers, and the ids of those that fit no more.

    Those are the ones whose other half is there by itself.
    """
    ids = [row_id for row_id, row in rows.items() if row["kind"] == "transfer"]
    halves = [half for row_id in ids if (half := from_log(ledger_id, row_id))]
    back = [half.transaction_id for half in halves if is_back(half)]
    return [half for half in halves if half.transaction_id not in back], back


def add_all(halves: Iterable[TransferHalf]) -> None:
    """Keep what the log knew of the halves of transfers that are there again."""
    session.add_all(halves)
    session.flush()


def _of_row(ledger_id: int, row_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        Activity.subject_type == "transaction",
        Activity.subject_id == row_id,
        Activity.ledger_id == ledger_id,
    )


def _made(ledger_id: int, transfer_id: int, out_row: Snapshot, in_row: Snapshot) -> TransferHalf:
    fingerprint = in_row["fingerprint"]
    return TransferHalf(
        ledger_id=ledger_id,
        transaction_id=transfer_id,
        row_id=in_row["id"],
        import_id=in_row["import_id"],
        fingerprint=None if fingerprint is None else bytes.fromhex(fingerprint),
        occurrence=in_row["occurrence"],
        out_row=dict(out_row),
        in_row=dict(in_row),
    )
