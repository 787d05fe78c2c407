"""Receipts of transactions: rows that name files, within what a ledger may keep.

A file is written before its row, and removed after it; see :mod:`app.core.storage`.
"""

import datetime as dt
import logging
import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from sqlalchemy import ColumnElement, Exists, exists, func, select, update

from app.core import clock, storage
from app.core.errors import Invalid, NotFound, Unavailable
from app.core.uow import UnitOfWork, unit_of_work
from app.models.base import session, upsert
from app.models.instance_settings import InstanceSetting
from app.models.receipts import PDF, Receipt
from app.models.transactions import Transaction
from app.services.receipt_files import Prepared

MOST = 50
"""Receipts of one transaction."""
KEPT = dt.timedelta(days=30)
"""How long the receipts of a deleted transaction wait for somebody to bring it back."""
UNSWEPT = dt.timedelta(days=1)
"""How old a file without a row is before it is swept: a request may be about to store its row."""
DRAWN_WITHIN = dt.timedelta(days=1)
"""How long the thumbnail of a PDF file is tried for."""
_HOME = "files_folder"
_BATCH = 500
_STAMP = "%Y%m%d%H%M%S"
_WRITTEN_AT = re.compile(r"/(\d{14})-[0-9a-f]{32}\.\w+\Z", re.ASCII)
_THUMBNAIL = ".thumbnail.webp"

log = logging.getLogger(__name__)


def find_all(ledger_id: int, transaction_id: int) -> Sequence[Receipt]:
    """Return the receipts of a row, in the order they came."""
    of_row = (Receipt.ledger_id == ledger_id, Receipt.transaction_id == transaction_id)
    return session.scalars(select(Receipt).where(*of_row).order_by(Receipt.id)).all()


def require_room(ledger_id: int, transaction_id: int, size: int) -> None:
    """Refuse what the ledger has no room for; counts under the ledger's lock. Raises Invalid."""
    used = select(func.sum(Receipt.size)).where(Receipt.ledger_id == ledger_id)
    if int(session.scalar(used) or 0) + size > storage.place().owner_bytes:
        raise _refusal("The receipts of this ledger take all the room there is. Delete some first.")
    of_row = select(func.count()).where(Receipt.transaction_id == transaction_id)
    if int(session.scalar(of_row) or 0) >= MOST:
        raise _refusal(f"A transaction has at most {MOST} receipts.")


def keep_file(ledger_id: int, file: Prepared) -> str:
    """Write a new file and its thumbnail; returns the name it got. Unavailable when that fails."""
    name = secrets.token_hex(16)
    key = f"{folder_of(ledger_id)}/{clock.now():{_STAMP}}-{name}{file.ending}"
    storage.write(key, file.content)
    if file.thumbnail is not None:
        storage.write(key + _THUMBNAIL, file.thumbnail)
    return key


def record(
    ledger_id: int, transaction_id: int, key: str, file: Prepared, created_by_id: int
) -> Receipt:
    """Add the row of a file that was kept under ``key``."""
    receipt = Receipt(
        ledger_id=ledger_id,
        transaction_id=transaction_id,
        key=key,
        filename=file.filename,
        content_type=file.content_type,
        size=len(file.content),
        width=file.width,
        height=file.height,
        has_thumbnail=file.thumbnail is not None,
        created_by_id=created_by_id,
    )
    session.add(receipt)
    session.flush()
    return receipt


def remove(work: UnitOfWork, receipts: Iterable[Receipt]) -> None:
    """Delete rows, and their files once that is stored; what stays of those is swept later."""
    for receipt in receipts:
        work.after_commit(drop_file, receipt.key)
        session.delete(receipt)
    session.flush()


def drop_file(key: str) -> None:
    """Remove a file and its thumbnail; where the storage is away, they are swept later."""
    try:
        storage.remove(key)
        storage.remove(key + _THUMBNAIL)
    except Unavailable:
        log.warning("a file could not be removed; left for the sweep", extra={"key": key})


def content(receipt: Receipt) -> bytes:
    """Return the file. NotFound when it is gone, Unavailable while the storage is."""
    return _read(receipt.key)


def thumbnail(receipt: Receipt) -> bytes:
    """Return the small picture. NotFound without one, Unavailable while the storage is away."""
    if not receipt.has_thumbnail:
        raise NotFound
    return _read(receipt.key + _THUMBNAIL)


def keep_thumbnail(receipt: Receipt, drawn: bytes) -> None:
    """Write a receipt's thumbnail."""
    storage.write(receipt.key + _THUMBNAIL, drawn)


def find(receipt_id: int) -> Receipt | None:
    """Return a receipt as it is stored now."""
    return session.get(Receipt, receipt_id, populate_existing=True)


def find_undrawn() -> Sequence[int]:
    """Return the ids of the PDF files that still wait for their thumbnail, not for ever."""
    recent = Receipt.created_at > clock.now() - DRAWN_WITHIN
    undrawn = (Receipt.content_type == PDF, Receipt.has_thumbnail.is_(False), recent)
    return session.scalars(select(Receipt.id).where(*undrawn).limit(_BATCH)).all()


def orphan(transaction_id: int) -> None:
    """Let the receipts of a row that is deleted wait for it."""
    _mark(Receipt.transaction_id == transaction_id, clock.now())


def adopt(transaction_id: int) -> None:
    """Give a row that is back its receipts."""
    _mark(Receipt.transaction_id == transaction_id, None)


def hand_over(from_id: int, to_id: int) -> list[int]:
    """Give the receipts of one row to another; returns their ids."""
    theirs = select(Receipt.id).where(Receipt.transaction_id == from_id).order_by(Receipt.id)
    ids = list(session.scalars(theirs))
    give_back(ids, to_id)
    return ids


def give_back(receipt_ids: Sequence[int], transaction_id: int) -> None:
    """Let receipts, as far as they are there, belong to a row."""
    moving = update(Receipt).where(Receipt.id.in_(receipt_ids))
    moving = moving.values(transaction_id=transaction_id, orphaned_at=None)
    session.execute(moving.execution_options(synchronize_session=False))


def note_orphans() -> None:
    """Hold against the rows which receipts wait, whichever way those went or came back."""
    _mark(Receipt.orphaned_at.is_(None) & ~_row_is_there(), clock.now())
    _mark(Receipt.orphaned_at.is_not(None) & _row_is_there(), None)


def find_forgotten() -> Sequence[Receipt]:
    """Return some of the receipts whose row nobody brought back in time."""
    over = Receipt.orphaned_at <= clock.now() - KEPT
    forgotten = select(Receipt).where(over, ~_row_is_there())
    return session.scalars(forgotten.limit(_BATCH)).all()


def sweep() -> int:
    """Remove files of this instance that no row names; returns how many."""
    swept = 0
    old = _old_files()
    while names := list(islice(old, _BATCH)):
        keys = {name: name.removesuffix(_THUMBNAIL) for name in names}
        known = select(Receipt.key).where(Receipt.key.in_(set(keys.values())))
        named = set(session.scalars(known).all())
        for name in (name for name, key in keys.items() if key not in named):
            storage.remove(name)
            swept += 1
    return swept


def remove_files(ledger_id: int) -> None:
    """Remove every file of a ledger. Unavailable while the storage is away."""
    if _home() is None:
        return
    for name in storage.names(folder_of(ledger_id)):
        storage.remove(name)


def folder_of(ledger_id: int) -> str:
    """Return where the files of a ledger are: below a folder that only this database knows.

    So no other instance on the same disk or in the same bucket, and no database that begins empty,
    takes these files for ones without a row.
    """
    return f"{_home() or _new_home()}/{ledger_id}"


def _home() -> str | None:
    query = select(InstanceSetting.value).where(InstanceSetting.name == _HOME)
    found: str | None = session.scalar(query)
    return found


def _new_home() -> str:
    row = {"name": _HOME, "value": secrets.token_hex(8), "updated_at": clock.now()}
    table = InstanceSetting.__table__
    adding = upsert(table, session.get_bind().dialect.name).values(row)  # type: ignore[arg-type]
    with unit_of_work():
        session.execute(adding.on_conflict_do_nothing(index_elements=["name"]))
    return str(_home())


def _old_files() -> Iterator[str]:
    home = _home()
    before = f"{clock.now() - UNSWEPT:{_STAMP}}"
    for name in storage.names(home) if home else ():
        written = _WRITTEN_AT.search(name.removesuffix(_THUMBNAIL))
        if written and written[1] < before:
            yield name


def _row_is_there() -> Exists:
    return exists().where(Transaction.id == Receipt.transaction_id).correlate(Receipt)


def _read(name: str) -> bytes:
    try:
        return storage.read(name)
    except storage.Missing as error:
        log.error("the file of a receipt is gone", extra={"key": name})
        raise NotFound from error


def _mark(which: ColumnElement[bool], orphaned_at: dt.datetime | None) -> None:
    changing = update(Receipt).where(which).values(orphaned_at=orphaned_at)
    session.execute(changing.execution_options(synchronize_session=False))


def _refusal(message: str) -> Invalid:
    return Invalid(message, errors={"file": [message]})
