"""Pages of a list: by number, or by a cursor that costs the same however deep it is."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from app.core.errors import Invalid

T = TypeVar("T")

MAX_PER_PAGE = 200
COUNT_LIMIT = 10_000
"""Beyond this many rows a total that has to be counted is only a lower bound."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a sorted list: the sort values of a row, and which way to go from it."""

    sort: str
    key: tuple[str | int, ...]
    backwards: bool = False

    def encode(self) -> str:
        """Return the cursor as URL-safe text."""
        raw = json.dumps([self.sort, self.backwards, *self.key], separators=(",", ":"))
        return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str) -> "Cursor":
        """Read what :meth:`encode` wrote. Invalid when it is anything else."""
        try:
            padded = text.encode("ascii") + b"=" * (-len(text) % 4)
            sort, backwards, *key = json.loads(base64.b64decode(padded, b"-_", validate=True))
        except (ValueError, TypeError, binascii.Error, RecursionError):
            raise _bad_cursor() from None
        if not isinstance(sort, str) or not isinstance(backwards, bool):
            raise _bad_cursor()
        if not all(map(_is_key, key)):
            raise _bad_cursor()
        return cls(sort, tuple(key), backwards)


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page is wanted: a ``cursor``, or the 1-based ``page`` of ``per_page`` rows."""

    page: int = 1
    per_page: int = 50
    cursor: Cursor | None = None
    sort: str = "-date"


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list. ``total`` counts all rows; a lower bound where it says so."""

    items: Sequence[T]
    per_page: int
    total: int
    page: int | None = None
    total_is_lower_bound: bool = False
    next: Cursor | None = None
    prev: Cursor | None = None

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.per_page))


def _is_key(part: object) -> bool:
    """Whether a database can compare a row with ``part``."""
    return type(part) is str or (type(part) is int and -(2**63) <= part < 2**63)


def _bad_cursor() -> Invalid:
    return Invalid(errors={"cursor": ["Not a cursor of this list. Start from its first page."]})
