"""When something was last in use, written down so seldom that reading stays reading."""

import datetime as dt
import logging
from collections.abc import Callable

from app.core import clock
from app.core.errors import Unavailable
from app.core.uow import unit_of_work

log = logging.getLogger(__name__)
EVERY = dt.timedelta(minutes=5)


def is_due(seen_at: dt.datetime | None) -> bool:
    """Whether the last note is old enough for another one."""
    return seen_at is None or clock.now() - seen_at >= EVERY


def note(write: Callable[[int], object], row_id: int) -> None:
    """Call ``write`` in a transaction of its own; where the books are busy, the next time does."""
    try:
        with unit_of_work():
            write(row_id)
    except Unavailable as error:
        log.info("not noted as seen: %s", error)
