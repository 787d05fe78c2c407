"""Purging: removing a ledger for good, with all that is in it, a part at a time."""

from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, Delete, Table, delete, select, tuple_, update

from app.core import clock
from app.core.uow import unit_of_work
from app.models.base import Base, session
from app.models.categories import Category
from app.models.imports import Import, ImportFile
from app.models.ledgers import REMOVING, Ledger, LedgerKey
from app.services import receipts
from app.services.ledgers import KEPT

BATCH = 5_000
"""Rows that one transaction removes, at most."""

FILES = 10
"""Uploaded files that one transaction removes, at most: each may be large."""

_FILES: Table = ImportFile.__table__  # type: ignore[assignment]
_CATEGORIES: Table = Category.__table__  # type: ignore[assignment]


def begin(ledger_id: int) -> None:
    """Mark a ledger as being removed: nobody sees it, and nobody can bring it back any more."""
    going = update(Ledger).where(Ledger.id == ledger_id).values(deleted_at=REMOVING)
    session.execute(going.execution_options(synchronize_session=False))


def purge(ledger_id: int, *, size: int = BATCH) -> None:
    """Remove a ledger and everything in it; outside of any unit of work.

    Each part is a transaction of its own. Killed anywhere, it can be called again; the scheduler
    does, for whatever has begun. Files go first: while their storage is away, it is Unavailable.
    """
    with unit_of_work(LedgerKey(ledger_id)):
        begin(ledger_id)
    receipts.remove_files(ledger_id)
    for table, condition in _contents(ledger_id):
        more = True
        while more:
            with unit_of_work(LedgerKey(ledger_id)):
                more = _remove_some(table, condition, FILES if table is _FILES else size)
    with unit_of_work():
        session.execute(delete(Ledger).where(Ledger.id == ledger_id))


def find_due() -> Sequence[int]:
    """Return the ids of the ledgers that nobody can bring back: their time is over."""
    over = Ledger.deleted_at <= clock.now() - KEPT
    return session.scalars(select(Ledger.id).where(over).order_by(Ledger.id)).all()


def _contents(ledger_id: int) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    """Yield every table with rows of a ledger, those that refer to others first."""
    imports = select(Import.id).where(Import.ledger_id == ledger_id)
    for table in reversed(Base.metadata.sorted_tables):
        if table is _CATEGORIES:
            yield table, _has_nothing_below(ledger_id)
        elif "ledger_id" in table.c:
            yield table, table.c.ledger_id == ledger_id
        elif "import_id" in table.c:
            yield table, table.c.import_id.in_(imports)


def _has_nothing_below(ledger_id: int) -> ColumnElement[bool]:
    above = select(Category.parent_id).where(
        Category.ledger_id == ledger_id, Category.parent_id.is_not(None)
    )
    return (Category.ledger_id == ledger_id) & Category.id.not_in(above.correlate(None))


def _remove_some(table: Table, condition: ColumnElement[bool], size: int) -> bool:
    """Remove rows that meet a condition, at most ``size``; False when there were none."""
    done = session.execute(_some(table, condition, size))
    return bool(done.rowcount)  # type: ignore[attr-defined]


def _some(table: Table, condition: ColumnElement[bool], size: int) -> Delete:
    key = tuple_(*table.primary_key.columns)
    chosen = select(*table.primary_key.columns).where(condition).limit(size)
    return delete(table).where(key.in_(chosen))
