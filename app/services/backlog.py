"""What is to do, and what failed, as the database knows it: it counts, whatever the queue says."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.core import clock
from app.models import data_exports, imports
from app.models.base import session
from app.models.data_exports import DataExport
from app.models.imports import Import
from app.models.mails import Mail

MOST_SHOWN = 50
"""How many of each kind are shown, the newest."""
SHOWN_FOR = dt.timedelta(days=30)
"""How long something that failed is shown."""

_KINDS: dict[str, tuple[Any, Sequence[str], Any]] = {
    "import": (Import, imports.WORKING, Import.updated_at),
    "mail": (Mail, ("waiting",), Mail.created_at),
    "data_export": (DataExport, data_exports.WORKING, DataExport.created_at),
}
"""(table, statuses in which there is something to do, since when)"""


@dataclass(frozen=True, slots=True)
class Entry:
    """Something to do: whose it is, what it is called and why it failed stay out of it."""

    kind: str
    id: int
    status: str
    since: dt.datetime
    attempts: int


def find_all() -> Sequence[Entry]:
    """Return imports, mails and data exports that wait, are at work, or failed this month."""
    return [entry for kind in _KINDS for entry in _find(kind)]


def _find(kind: str) -> Sequence[Entry]:
    model, working, since = _KINDS[kind]
    failed_lately = (model.status == "failed") & (since > clock.now() - SHOWN_FOR)
    rows = session.execute(
        select(model.id, model.status, since.label("since"), model.attempts)
        .where(model.status.in_(working) | failed_lately)
        .order_by(model.id.desc())
        .limit(MOST_SHOWN)
    )
    return [Entry(kind, row.id, row.status, row.since, row.attempts) for row in rows]
