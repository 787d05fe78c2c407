"""What a browser keeps between two requests for some minutes, signed, in the session's cookie."""

from typing import Any

from flask import session

from app.core import clock

_END = "until"


def keep(name: str, seconds: int, /, **values: Any) -> None:
    """Keep ``values`` under ``name`` for so many seconds; what was there is gone."""
    session[name] = {**values, _END: int(clock.now().timestamp()) + seconds}


def kept(name: str) -> dict[str, Any] | None:
    """Return what is kept under ``name``, unless its time is over."""
    found: dict[str, Any] | None = session.get(name)
    return found if found and found[_END] > clock.now().timestamp() else None


def take(name: str) -> dict[str, Any] | None:
    """Return what is kept under ``name`` for the last time."""
    found = kept(name)
    session.pop(name, None)
    return found
