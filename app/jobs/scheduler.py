"""The scheduler process: ``python -m app.jobs.scheduler``. Does what comes round by the clock.

Any number of them may run: what they do is decided by the database, and doing it twice changes
nothing.
"""

import logging
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType

from app.controllers import (
    data_export_work,
    erasure_work,
    health,
    import_work,
    ledger_work,
    mail_work,
    receipt_work,
)
from app.jobs import activities
from app.jobs.context import current_app, in_app

log = logging.getLogger(__name__)
TICK = 5.0
"""Seconds between two looks at the clock."""

SCHEDULE: tuple[tuple[float, Callable[[], object]], ...] = (
    (10, health.note_beat),
    (10, import_work.resume_stalled),
    (10, mail_work.send_due),
    (3600, import_work.forget_old_requests),
    (10, data_export_work.resume_stalled),
    (60, erasure_work.resume),
    (3600, mail_work.forget_sent),
    (3600, ledger_work.purge_deleted),
    (3600, data_export_work.remove_expired),
    (3600, activities.forget_old),
    (600, receipt_work.resume_undrawn),
    (3600, receipt_work.clear_up),
)
"""(seconds between two runs, what to run)"""


def main() -> None:
    """Run until stopped."""
    current_app()
    stopped = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopped.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    due = [0.0] * len(SCHEDULE)
    while not stopped.wait(TICK if any(due) else 0):
        for number, (interval, task) in enumerate(SCHEDULE):
            if time.monotonic() >= due[number]:
                run(task)
                due[number] = time.monotonic() + interval


@in_app
def run(task: Callable[[], object]) -> None:
    """Run one task; a failure is logged, and its next time comes all the same."""
    try:
        task()
    except Exception:
        log.exception("a scheduled task failed", extra={"task": task.__name__})


if __name__ == "__main__":
    main()
