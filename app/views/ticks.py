"""What is ticked on other pages of a list: without a script, its address brings that along."""

from collections.abc import Sequence
from urllib.parse import urlencode

from flask import request

PARAMETER = "chosen"
MOST = 200
"""So many ticks an address brings along; a script keeps as many as one step changes."""
_BETWEEN = "-"


def read() -> list[int]:
    """Return the ids that the address brings along; what is none, or too much, is left out."""
    return ids_of(request.args.get(PARAMETER, "").split(_BETWEEN))[:MOST]


def ids_of(texts: Sequence[str]) -> list[int]:
    """Return the ids among ``texts``, each once."""
    found = [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 19]
    return list(dict.fromkeys(found))


def carried(address: str, ids: Sequence[int]) -> str:
    """Return an address of a list that brings ``ids`` along."""
    if not ids:
        return address
    said = urlencode({PARAMETER: _BETWEEN.join(map(str, ids[:MOST]))})
    return f"{address}{'&' if '?' in address else '?'}{said}"


def address_without() -> str:
    """Return the present address without what it brings along."""
    asked = [(name, text) for name, text in request.args.items(multi=True) if name != PARAMETER]
    path = request.script_root + request.path
    return f"{path}?{urlencode(asked)}" if asked else path
