"""Read models of merging: what hangs on a thing, and what became of it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Usage:
    """How much hangs on a category: rows of money, categories right below it, and rules."""

    transactions: int
    categories: int
    rules: int
    can_be_undone: bool


@dataclass(frozen=True, slots=True)
class Merged:
    """So many ``rows`` went to ``into_id``, None where they only lost something.

    The bulk change takes it back where there is one.
    """

    into_id: int | None
    rows: int
    bulk_change_id: int | None
