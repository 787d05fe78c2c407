"""Imports, as the worker does them: reading, committing, and taking up what was left lying.

Every step is one transaction that checks first whether the job still holds the import: a job that
was believed dead and came back changes nothing. A job begins only while whoever asked for it may
import into that ledger.
"""

import datetime as dt

from app.controllers.imports import hand_over
from app.core import clock
from app.core.errors import NotFound
from app.core.money import digits
from app.core.uow import unit_of_work
from app.models.accounts import Account
from app.models.activities import Trace
from app.models.base import session
from app.models.imports import Import
from app.models.ledgers import LedgerKey
from app.policies import Permission, allows
from app.services import (
    activities,
    committing,
    import_files,
    imports,
    leases,
    ledgers,
    requests,
    staging,
    users,
)
from app.services.staging import Stager
from app.services.statements import Batch, Reading, StatementRefused, parse


def read(import_id: int) -> None:
    """Read an uploaded file and stage its rows for review; then commit them if that was asked."""
    with unit_of_work():
        work = imports.claim(import_id, ("queued", "reading"), "reading")
        if work is None or not _is_still_allowed(work):
            return
        staging.clear(work.id)
        work.rows_done = 0
        attempt = work.attempts
    try:
        _read(work, attempt)
    except StatementRefused as refusal:
        _fail(work, attempt, refusal.reason)


def commit(import_id: int) -> None:
    """Store the staged rows of an import, batch by batch; goes on where an earlier job stopped."""
    with unit_of_work():
        work = imports.claim(import_id, ("committing",), "committing")
        if work is None or not _is_still_allowed(work):
            return
        attempt = work.attempts
    ledger = LedgerKey(work.ledger_id)
    more = True
    while more:
        with unit_of_work(ledger):
            if not imports.still_mine(work, attempt):
                return
            if not work.cursor and work.is_own_export:
                committing.record_missing_categories(work)
            more = committing.commit_batch(work)
            leases.keep_alive(work)
            if not more:
                imports.finish_commit(work)
                _note_commit(work)


def resume_stalled() -> int:
    """Hand over again what no job works on: killed halfway, or never queued; returns how many."""
    with unit_of_work() as unit:
        stalled = imports.find_stalled()
        for work in stalled:
            leases.keep_alive(work)  # time for the queue, before the next look
            hand_over(unit, work)
    return len(stalled)


def forget_old_requests() -> None:
    """Drop kept answers to requests that nobody will repeat."""
    with unit_of_work():
        requests.remove_old()


def _is_still_allowed(work: Import) -> bool:
    """Whether who asked for an import may do so at this moment; ends it where they may not."""
    if _may_import(work.asked_by_id, work.ledger_id):
        return True
    imports.fail(
        work,
        "Whoever asked for this may not import into the ledger any more, so nothing more of it was"
        " stored. Somebody who may can try again.",
    )
    return False


def _may_import(user_id: int | None, ledger_id: int) -> bool:
    if user_id is None or users.find_active(user_id) is None:
        return False
    try:
        return allows(ledgers.find(user_id, ledger_id), Permission.IMPORT)
    except NotFound:
        return False


def _read(work: Import, attempt: int) -> None:
    content = imports.content_of(work)
    reading = import_files.read(work, content)
    account = session.get_one(Account, work.account_id)
    stager = staging.Stager.of(work, account, _today(work))
    if not reading.questions:
        batches = parse(
            content, reading, currency=account.currency, digits=digits, batch_size=committing.BATCH
        )
        for batch in batches:
            if not _stage(work, attempt, stager, batch, reading.rows):
                return
    _finish_reading(work, attempt, reading, stager)


def _today(work: Import) -> dt.date:
    """Return the present date where whoever asked for an import is."""
    person = users.find_active(work.asked_by_id or 0)
    return clock.today(person.timezone if person else "UTC")


def _stage(work: Import, attempt: int, stager: Stager, batch: Batch, rows_total: int) -> bool:
    """Stage a batch; False when another job took over."""
    with unit_of_work(LedgerKey(work.ledger_id) if stager.open_accounts else None):
        if not imports.still_mine(work, attempt):
            return False
        work.rows_total = rows_total
        work.rows_done += stager.stage(batch)
        leases.keep_alive(work)
    return True


def _finish_reading(work: Import, attempt: int, reading: Reading, stager: Stager) -> None:
    with unit_of_work():
        if not imports.still_mine(work, attempt):
            return
        import_files.describe(work, reading)
        import_files.ask_about_accounts(work, stager)
        imports.find_duplicates(work)
        leases.keep_alive(work)
    with unit_of_work(LedgerKey(work.ledger_id)) as unit:
        if not imports.still_mine(work, attempt):
            return
        imports.finish_reading(work)
        if work.skip_review and not work.questions:
            imports.start_commit(work)
            hand_over(unit, work)


def _note_commit(work: Import) -> None:
    activities.record(
        Trace(work.asked_by_id),
        "import.committed",
        work,
        rows=work.rows_done,
        duplicates=work.rows_duplicate,
        rejected=work.rows_rejected,
    )


def _fail(work: Import, attempt: int, reason: str) -> None:
    with unit_of_work(LedgerKey(work.ledger_id)):
        if imports.still_mine(work, attempt):
            imports.fail(work, reason)
