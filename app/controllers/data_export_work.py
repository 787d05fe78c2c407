"""Data exports, as the worker makes them: a zip, piece by piece, each stored as it is full."""

import io
import zipfile
from collections.abc import Callable

from app.controllers.data_exports import hand_over
from app.core.uow import unit_of_work
from app.models.data_exports import DataExport
from app.services import data_exports, leases, mails, personal_data, users

PART = 1 << 20
"""Bytes of a stored piece."""


class _Lost(Exception):
    """Another job makes this export, or nobody wants it any more."""


class _Parts(io.RawIOBase):
    """A file that only grows, and hands over what is written a piece at a time."""

    def __init__(self, store: Callable[[bytes], None]) -> None:
        self._store = store
        self._waiting = bytearray()

    def writable(self) -> bool:
        """It takes bytes, and gives none back."""
        return True

    def write(self, content: object) -> int:
        """Take bytes, and store a piece once it is full."""
        data = bytes(content)  # type: ignore[call-overload]
        self._waiting += data
        if len(self._waiting) >= PART:
            self.flush_part()
        return len(data)

    def flush_part(self) -> None:
        """Store what waits."""
        if self._waiting:
            self._store(bytes(self._waiting))
            self._waiting.clear()


def make(export_id: int) -> None:
    """Make somebody's zip; does nothing when another job does."""
    with unit_of_work():
        export = data_exports.claim(export_id)
        if export is None:
            return
        export.rows_total = personal_data.count_rows(export.user_id)
    try:
        _write(export, export.attempts)
    except _Lost:
        return


def resume_stalled() -> int:
    """Hand over again what no job works on; returns how many."""
    with unit_of_work() as work:
        stalled = data_exports.find_stalled()
        for export in stalled:
            leases.keep_alive(export)  # time for the queue, before the next look
            hand_over(work, export)
    return len(stalled)


def remove_expired() -> None:
    """Drop what nobody can fetch any more."""
    with unit_of_work():
        data_exports.remove_expired()


def _write(export: DataExport, attempt: int) -> None:
    user = users.find(export.user_id)
    done = 0
    numbers = iter(range(2**31))

    def store(content: bytes) -> None:
        with unit_of_work():
            _demand(export, attempt)
            data_exports.add_part(export, next(numbers), content, done)

    parts = _Parts(store)
    with zipfile.ZipFile(parts, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in personal_data.files(user):
            with archive.open(file.name, "w", force_zip64=True) as entry:
                for content, rows in file.chunks:
                    entry.write(content)
                    done += rows
    parts.flush_part()
    _finish(export, attempt)


def _finish(export: DataExport, attempt: int) -> None:
    with unit_of_work() as work:
        _demand(export, attempt)
        data_exports.finish(export)
        user = users.find(export.user_id)
        mails.post(work, "data_export_ready", recipient=user.email, user=user)


def _demand(export: DataExport, attempt: int) -> None:
    if not data_exports.still_mine(export, attempt):
        raise _Lost
