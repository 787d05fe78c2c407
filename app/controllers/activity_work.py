"""The activity log, as the scheduler keeps it: lines go when their time is over."""

import datetime as dt

from app.core import clock
from app.core.uow import unit_of_work
from app.services import activities


def forget_old(days: int) -> None:
    """Drop what is older than ``days``, a batch at a time; 0 keeps everything."""
    instant = clock.now() - dt.timedelta(days=days)
    more = days > 0
    while more:
        with unit_of_work():
            more = activities.remove_before(instant)
