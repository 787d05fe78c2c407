"""Read models of directories: the payees and the tags that rows of a ledger name."""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ListedTag:
    """A tag and how many rows have it."""

    id: int
    ledger_id: int
    name: str
    version: int
    created_at: dt.datetime
    updated_at: dt.datetime
    count: int


@dataclass(frozen=True, slots=True)
class ListedPayee(ListedTag):
    """A payee, how many rows have it, and the category that these mostly had of late.

    With ``suggests`` off that category is not suggested for new rows.
    """

    suggests: bool
    category_id: int | None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A category for a new row: so many of the last rows alike had it.

    ``reason`` is what they have in common: payee, or description.
    """

    category_id: int
    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class Offer:
    """A category that rows of a payee without one could have: so many of the newest."""

    payee_id: int
    payee: str
    category_id: int
    rows: int
