"""Receipts: the files of a transaction."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from app.core import queue
from app.core.errors import NotFound
from app.core.uow import UnitOfWork, unit_of_work
from app.models.ledgers import LedgerScope
from app.models.receipts import Receipt
from app.models.transactions import Transaction
from app.models.users import Actor
from app.policies import Permission, require
from app.services import activities, receipt_files, receipts, scoping, transactions

DRAW_JOB = "app.jobs.receipts.draw"


def list_all(actor: Actor, transaction_id: int) -> Sequence[Receipt]:
    """Return the receipts of a row."""
    scope = scoping.find(Transaction, actor.id, transaction_id)[1]
    require(scope, Permission.SEE)
    return receipts.find_all(scope.id, transaction_id)


def show(actor: Actor, receipt_id: int) -> Receipt:
    """Return one receipt."""
    receipt, scope = _find(actor, receipt_id)
    require(scope, Permission.SEE)
    return receipt


def file(actor: Actor, receipt_id: int) -> tuple[Receipt, bytes]:
    """Return a receipt with its file. Unavailable while the storage is away."""
    receipt = show(actor, receipt_id)
    return receipt, receipts.content(receipt)


def thumbnail(actor: Actor, receipt_id: int) -> bytes:
    """Return a receipt's small picture. NotFound where there is none."""
    return receipts.thumbnail(show(actor, receipt_id))


@dataclass
class KeptFile:
    """A file that is stored under ``key``, and waits for the row that names it."""

    key: str
    file: receipt_files.Prepared
    is_named: bool = False


@contextmanager
def kept_file(
    actor: Actor, transaction_id: int, *, filename: str, content: bytes
) -> Iterator[KeptFile]:
    """Store a file for a row, before any transaction: nobody waits for the drawing and writing.

    It is removed again when the block ends without :func:`create`. TooLarge beyond the bytes of one
    file; Invalid for what is neither an image nor a PDF file, and for what the ledger has no room
    for; Unavailable while the storage is away.
    """
    scope = scoping.find(Transaction, actor.id, transaction_id)[1]
    require(scope, Permission.EDIT)
    file = receipt_files.prepare(filename, content)
    receipts.require_room(scope.id, transaction_id, len(file.content))  # before it is written
    kept = KeptFile(receipts.keep_file(scope.id, file), file)
    try:
        yield kept
    finally:
        if not kept.is_named:
            receipts.drop_file(kept.key)


def create(actor: Actor, transaction_id: int, kept: KeptFile) -> Receipt:
    """Add a stored file to its row. Invalid when the ledger has no room for it by now."""
    file = kept.file
    scope = scoping.find(Transaction, actor.id, transaction_id)[1]
    require(scope, Permission.EDIT)
    with unit_of_work(scope) as work:
        if transactions.find(scope.id, transaction_id) is None:
            raise NotFound  # deleted while its file was on the way
        receipts.require_room(scope.id, transaction_id, len(file.content))
        receipt = receipts.record(scope.id, transaction_id, kept.key, file, actor.id)
        row: dict[str, Any] = {"transaction_id": transaction_id}
        activities.record(
            actor.trace, "receipt.added", receipt, after={"name": receipt.filename}, **row
        )
        if not receipt.has_thumbnail:
            hand_over(work, receipt.id)
        kept.is_named = True  # where that is not stored in the end, the file is swept later
    return receipt


def delete(actor: Actor, receipt_id: int) -> None:
    """Delete a receipt and its file for good."""
    _, scope = _find(actor, receipt_id)
    require(scope, Permission.EDIT)
    with unit_of_work(scope) as work:
        receipt = receipts.find(receipt_id)
        if receipt is None:
            raise NotFound
        row: dict[str, Any] = {"transaction_id": receipt.transaction_id}
        activities.record(
            actor.trace, "receipt.deleted", receipt, before={"name": receipt.filename}, **row
        )
        receipts.remove(work, [receipt])


def hand_over(work: UnitOfWork, receipt_id: int) -> None:
    """Have a PDF file drawn small by a worker, once its row is stored."""
    name = f"receipt-{receipt_id}"
    work.after_commit(lambda: queue.enqueue(DRAW_JOB, receipt_id, name=name, once=True))


def _find(actor: Actor, receipt_id: int) -> tuple[Receipt, LedgerScope]:
    """Return a receipt whose row is there. NotFound when the actor may not see it."""
    receipt, scope = scoping.find(Receipt, actor.id, receipt_id)
    scoping.find(Transaction, actor.id, receipt.transaction_id)
    return receipt, scope
