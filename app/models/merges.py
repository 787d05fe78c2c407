"""Read models of merging: what hangs on a thing, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Namesake:
    """A category below a merged one that becomes part of the one of its name, ``into_id``.

    ``name`` is its full name, from below the merged one.
    """

    id: int
    name: str
    into_id: int


@dataclass(frozen=True, slots=True)
class Usage:
    """How much hangs on a category: rows of money, categories that come along, and rules.

    ``same_named`` are those below it that become part of one there, with what hangs on them.
    """

    transactions: int
    categories: int
    rules: int
    can_be_undone: bool
    same_named: Sequence[Namesake] = ()


@dataclass(frozen=True, slots=True)
class Merged:
    """So many ``rows`` went to ``into_id``, None where they only lost something.

    The bulk change takes it back where there is one. ``same_named`` are the categories below that
    became part of another, too.
    """

    into_id: int | None
    rows: int
    bulk_change_id: int | None
    same_named: Sequence[Namesake] = ()
