"""Data exports: the way of a zip from the wish for it to its end, a day after it is ready."""

import datetime as dt
from collections.abc import Iterator, Sequence

from sqlalchemy import delete, func, select

from app.core import clock
from app.models.base import session
from app.models.data_exports import WORKING, DataExport, DataExportPart
from app.services import leases

LIFETIME = dt.timedelta(hours=24)
"""How long a finished export can be fetched."""


def record(user_id: int) -> DataExport:
    """Note that somebody wants their data; what was made for them before goes."""
    session.execute(delete(DataExport).where(DataExport.user_id == user_id))
    export = DataExport(user_id=user_id)
    session.add(export)
    session.flush()
    return export


def find_newest(user_id: int) -> DataExport | None:
    """Return a person's newest export, None when there is none that can still be fetched."""
    query = select(DataExport).where(DataExport.user_id == user_id).order_by(DataExport.id.desc())
    export = session.scalar(query.limit(1), execution_options={"populate_existing": True})
    is_over = export is not None and export.expires_at and export.expires_at <= clock.now()
    return None if is_over else export


def claim(export_id: int) -> DataExport | None:
    """Take an export up for a job, which makes it from the start; None when nothing is to do."""
    export = session.get(DataExport, export_id, populate_existing=True, with_for_update=True)
    if export is None or export.status not in WORKING:
        return None
    if not leases.take(export):
        fail(export, "This was interrupted too often and was stopped. Ask for it once more.")
        return None
    export.status, export.rows_done, export.size = "working", 0, 0
    session.execute(delete(DataExportPart).where(DataExportPart.export_id == export.id))
    return export


def still_mine(export: DataExport, attempt: int) -> bool:
    """Read the export again in a write transaction: False when it went, or another job has it."""
    exists = select(DataExport.id).where(DataExport.id == export.id).with_for_update()
    if session.scalar(exists) is None:
        return False
    return leases.holds(export, attempt) and export.status == "working"


def add_part(export: DataExport, number: int, content: bytes, rows_done: int) -> None:
    """Store a piece of the zip, and how many rows are in it so far."""
    session.add(DataExportPart(export_id=export.id, number=number, content=content))
    export.rows_done = rows_done
    export.size += len(content)
    leases.keep_alive(export)
    session.flush()


def finish(export: DataExport) -> None:
    """Let the person fetch it, for a day."""
    export.status, export.lease_until = "ready", None
    export.finished_at = clock.now()
    export.expires_at = export.finished_at + LIFETIME


def fail(export: DataExport, reason: str) -> None:
    """End an export with the reason why there is none."""
    export.status, export.lease_until, export.reason = "failed", None, reason
    export.finished_at = clock.now()
    export.expires_at = export.finished_at + LIFETIME


def parts(export: DataExport) -> Iterator[bytes]:
    """Yield the zip piece by piece, one of them in memory at a time."""
    of_export = DataExportPart.export_id == export.id
    count = session.scalar(select(func.count()).where(of_export)) or 0
    for number in range(count):
        yield session.execute(
            select(DataExportPart.content).where(of_export, DataExportPart.number == number)
        ).scalar_one()


def find_stalled() -> Sequence[DataExport]:
    """Return exports whose job died, or never came to the queue."""
    abandoned = leases.abandoned(DataExport, DataExport.created_at)
    return session.scalars(
        select(DataExport).where(DataExport.status.in_(WORKING), abandoned)
    ).all()


def remove_expired() -> None:
    """Drop what nobody can fetch any more."""
    session.execute(delete(DataExport).where(DataExport.expires_at <= clock.now()))
