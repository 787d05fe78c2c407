"""The only source of time: aware UTC instants, and the date it is where a person lives."""

import datetime as dt
from zoneinfo import ZoneInfo


def now() -> dt.datetime:
    """Return this instant as an aware UTC datetime."""
    return dt.datetime.now(dt.UTC)


def today(timezone: str) -> dt.date:
    """Return the present date in the IANA ``timezone``, such as ``Europe/Berlin``."""
    return now().astimezone(ZoneInfo(timezone)).date()
