"""Imports: an upload's way from file to rows, and back."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select

from app.core import clock
from app.core.errors import Conflict, Invalid
from app.core.paging import Cursor, Page, PageRequest
from app.core.rows import AnyRow
from app.models.accounts import Account
from app.models.base import session
from app.models.imports import WORKING, Import, ImportFile, ImportRow
from app.models.ledgers import Ledger
from app.services import duplicates, leases, staging

SHOWN_ERRORS = 100

ROW_COLUMNS = (
    ImportRow.line,
    ImportRow.status,
    ImportRow.possible_duplicate,
    ImportRow.kind.label("type"),
    ImportRow.date,
    ImportRow.amount,
    ImportRow.currency,
    ImportRow.description,
    ImportRow.payee,
    ImportRow.notes,
    ImportRow.account_id,
    ImportRow.category_id,
    ImportRow.category,
    ImportRow.reason,
    ImportRow.raw,
)


def record(
    ledger_id: int, account: Account, *, filename: str, content: bytes, **values: Any
) -> Import:
    """Store an upload; a job reads it afterwards."""
    work = Import(ledger_id=ledger_id, account_id=account.id, filename=filename, **values)
    session.add(work)
    session.flush()
    session.add(ImportFile(import_id=work.id, content=content))
    session.flush()
    return work


def refresh(work: Import) -> None:
    """Read the import again under the lock."""
    session.refresh(work)


def content_of(work: Import) -> bytes:
    """Return the uploaded bytes. Conflict when they were dropped, after a finished import."""
    content = session.scalar(select(ImportFile.content).where(ImportFile.import_id == work.id))
    if content is None:
        raise Conflict("The file of this import is no longer kept. Upload it again.")
    return content


def find_page(ledger_id: int, request: PageRequest) -> Page[Import]:
    """Return a page of the ledger's imports, newest first."""
    mine = select(Import).where(Import.ledger_id == ledger_id)
    skip = (request.page - 1) * request.per_page
    query = mine.order_by(Import.id.desc()).offset(skip).limit(request.per_page)
    total = session.scalar(select(func.count()).select_from(mine.subquery())) or 0
    items = session.scalars(query).all()
    return Page(items=items, per_page=request.per_page, total=total, page=request.page)


def find_rows(import_id: int, status: str | None, request: PageRequest) -> Page[AnyRow]:
    """Return a page of an import's rows in file order; of one status, or the flagged ones."""
    conditions = _row_conditions(import_id, status)
    query = select(*ROW_COLUMNS).where(*conditions).order_by(ImportRow.line)
    if request.cursor:
        query = query.where(ImportRow.line > _line_of(request.cursor))
    else:
        query = query.offset((request.page - 1) * request.per_page)
    rows = session.execute(query.limit(request.per_page + 1)).all()
    items = rows[: request.per_page]
    further = len(rows) > request.per_page
    total = session.scalar(select(func.count()).select_from(ImportRow).where(*conditions)) or 0
    return Page(
        items=items,
        per_page=request.per_page,
        total=total,
        page=None if request.cursor else request.page,
        next=Cursor("line", (items[-1].line,)) if further else None,
    )


def first_errors(import_id: int) -> Sequence[AnyRow]:
    """Return the first rejected rows, as (line, reason, raw)."""
    query = select(ImportRow.line, ImportRow.reason, ImportRow.raw)
    rejected = query.where(*_row_conditions(import_id, "rejected"))
    return session.execute(rejected.order_by(ImportRow.line).limit(SHOWN_ERRORS)).all()


def stream_rejected(import_id: int) -> Iterator[AnyRow]:
    """Yield every rejected row as (line, reason, raw), in file order."""
    query = select(ImportRow.line, ImportRow.reason, ImportRow.raw)
    query = query.where(*_row_conditions(import_id, "rejected")).order_by(ImportRow.line)
    rows = session.execute(query.limit(2000)).all()
    while rows:
        yield from rows
        rows = session.execute(query.where(ImportRow.line > rows[-1].line).limit(2000)).all()


def queue_again(work: Import) -> None:
    """Send an import back to be read from the start, after a person said more of it."""
    if work.status not in {"review", "failed"} or work.cursor:
        raise Conflict("This import cannot be read again. Upload the file once more.")
    _restart(work, "queued")
    work.rows_new = work.rows_duplicate = work.rows_possible_duplicate = work.rows_rejected = 0


def start_commit(work: Import) -> None:
    """Send a reviewed import, or one that failed halfway, to be stored."""
    if work.status != "review" and not (work.status == "failed" and work.rows_new):
        raise Conflict("Only an import that was read and not yet stored can be committed.")
    if work.questions:
        raise Conflict("Answer the questions about this file first.")
    _restart(work, "committing")


def claim(import_id: int, statuses: Sequence[str], status: str) -> Import | None:
    """Take an import up for a job; None when another did, or nothing is left to do."""
    work = session.get(Import, import_id, populate_existing=True)
    if work is None or work.status not in statuses or _is_stopped(work):
        return None
    if not leases.take(work):
        fail(work, "This was interrupted too often and was stopped. Try it once more.")
        return None
    work.status = status
    return work


def still_mine(work: Import, attempt: int) -> bool:
    """Read ``work`` again in a write transaction: False when nothing more may come of this job.

    Another one took over, or the ledger takes nothing more; then the import says so.
    """
    mine = leases.holds(work, attempt) and work.status in WORKING
    return mine and not _is_stopped(work)


def _is_stopped(work: Import) -> bool:
    """Whether the ledger takes nothing more, being deleted or archived; ends the import then."""
    columns = (Ledger.deleted_at, Ledger.archived_at)
    row = session.execute(select(*columns).where(Ledger.id == work.ledger_id)).one()
    if row.deleted_at is None and row.archived_at is None:
        return False
    what = "deleted" if row.deleted_at else "archived"
    fail(work, f"The ledger was {what} before this was done. Nothing more of it was stored.")
    return True


def find_duplicates(work: Import) -> None:
    """Mark the waiting rows that are stored already, and flag those that look like it."""
    duplicates.mark_known(work.id, work.ledger_id)
    if work.is_own_export:
        duplicates.mark_same_words(work.id, work.ledger_id)
    work.rows_possible_duplicate = duplicates.flag_lookalikes(work.id, work.ledger_id)


def finish_reading(work: Import) -> None:
    """Count what was read and hand it over to review."""
    found = staging.counts(work.id)
    work.rows_new = found["new"]
    work.rows_duplicate = found["duplicate"]
    work.rows_rejected = found["rejected"]
    work.rows_total = sum(found.values()) or work.rows_total
    _rest(work, "review")


def finish_commit(work: Import) -> None:
    """Close an import whose rows are all stored, and drop its file."""
    staging.drop_stored(work.id)
    session.execute(delete(ImportFile).where(ImportFile.import_id == work.id))
    work.rows_new = work.rows_done
    work.finished_at = clock.now()
    _rest(work, "done")


def fail(work: Import, reason: str) -> None:
    """End an import with the reason why it could not go on."""
    work.reason = reason
    work.finished_at = clock.now()
    _rest(work, "failed")


def find_stalled() -> Sequence[Import]:
    """Return imports whose job died, or never came to the queue."""
    abandoned = leases.abandoned(Import, Import.updated_at)
    return session.scalars(select(Import).where(Import.status.in_(WORKING), abandoned)).all()


def require_rest(work: Import) -> None:
    """Refuse to undo an import that a job works on. Raises Conflict."""
    if work.working:
        raise Conflict("This import is still at work. Wait until it is done, then undo it.")


def finish_undo(work: Import) -> None:
    """Close an import whose rows are out again, and drop what is left of its file."""
    staging.clear(work.id)
    session.execute(delete(ImportFile).where(ImportFile.import_id == work.id))
    work.finished_at = work.finished_at or clock.now()
    _rest(work, "undone")


def _restart(work: Import, status: str) -> None:
    work.status = status
    work.reason = None
    work.finished_at = None
    work.attempts = 0
    work.lease_until = None
    work.rows_done = work.rows_done if work.cursor else 0
    work.updated_at = clock.now()


def _rest(work: Import, status: str) -> None:
    work.status = status
    work.lease_until = None
    work.updated_at = clock.now()


def _row_conditions(import_id: int, status: str | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [ImportRow.import_id == import_id]
    if status == "possible_duplicate":
        conditions += [ImportRow.status == "new", ImportRow.possible_duplicate.is_(True)]
    elif status:
        conditions.append(ImportRow.status == status)
    return conditions


def _line_of(cursor: Cursor) -> int:
    if cursor.sort != "line" or len(cursor.key) != 1 or not isinstance(cursor.key[0], int):
        raise Invalid(errors={"cursor": ["Not a cursor of this list."]})
    return min(cursor.key[0], 2**31)
