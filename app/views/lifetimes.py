"""How long something is good for: chosen on a page in days, sent on as an instant."""

import datetime as dt
from collections.abc import Container

from werkzeug.datastructures import MultiDict

from app.core import clock
from app.schemas.fields import instant


def with_end(typed: MultiDict[str, str], lifetimes: Container[str]) -> MultiDict[str, str]:
    """Turn the ``days`` that were chosen into the ``expires_at`` that a schema takes."""
    known = MultiDict(typed)
    days = typed.get("days", "")
    if days in lifetimes:
        known["expires_at"] = instant(clock.now() + dt.timedelta(days=int(days)))
    return known
