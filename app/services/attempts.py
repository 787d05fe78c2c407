"""Wrong passwords and codes slow an account down, without letting a stranger lock its owner out.

After OWASP's device cookies: a device that signed in before counts its own failures; everybody else
shares one counter for the account. So who guesses from outside waits longer and longer, and its
owner, at a device of theirs, does not notice.
"""

import hashlib
import math
from dataclasses import dataclass

from app.core import counting
from app.core.errors import TooMany
from app.services.users import normalize_email

FREE = 5
"""So many failures in an hour cost nothing; each further one doubles the wait."""
LONGEST_SECONDS = 15 * 60
_REMEMBERED_SECONDS = 60 * 60
_KNOWN_SECONDS = 30 * 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Lane:
    """Whose failures count together.

    ``origin`` is the counter that says that a program's address is known; "" for browsers.
    """

    name: str
    origin: str = ""


def account_of(email: str) -> str:
    """Return a name for the account of an address that says nothing about the address."""
    return hashlib.sha256(normalize_email(email).encode(errors="replace")).hexdigest()[:32]


def lane(email: str, *, device: str = "", address: str = "") -> Lane:
    """Return whose failures count together: a known device's, a known address's, all others'.

    ``device`` is one that proved to have signed in before. ``address`` is where a program calls
    from, which carries no such proof.
    """
    account = account_of(email)
    if device:
        return Lane(f"{account}:{device}")
    if not address:
        return Lane(account)
    counters = counting.counters()
    origin = f"known:{account}:{address}"
    is_known = counters and counters.get(origin)
    return Lane(f"{account}:{address}" if is_known else account, origin)


def check(lane: Lane) -> None:
    """Raise TooMany while the last failure is too recent for another attempt."""
    counters = counting.counters()
    left = counters.seconds_left(f"wait:{lane.name}") if counters else 0.0
    if left > 0:
        raise TooMany(math.ceil(left))


def failed(lane: Lane) -> None:
    """Count a failure; from the sixth in an hour on, the next attempt has to wait."""
    counters = counting.counters()
    if counters is None:
        return
    failures = counters.add(f"failed:{lane.name}", _REMEMBERED_SECONDS)
    if failures > FREE:
        counters.add(f"wait:{lane.name}", min(2 ** min(failures - FREE, 20), LONGEST_SECONDS))


def succeeded(lane: Lane) -> None:
    """Forget the failures, and know the address that a program called from."""
    counters = counting.counters()
    if counters is None:
        return
    counters.clear(f"failed:{lane.name}")
    if lane.origin:
        counters.clear(lane.origin)
        counters.add(lane.origin, _KNOWN_SECONDS)
