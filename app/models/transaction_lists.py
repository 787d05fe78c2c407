"""Lists of transactions: what they are narrowed to, how they are sorted, and their light rows."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Any, NamedTuple, Self

from app.models.splits import SplitLine

SORTS = ("-date", "date", "-amount", "amount")
"""How lists are sorted; a minus means the newest or largest first."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; None where it is not.

    ``category_id`` includes everything below it unless ``category_only``; ``account_id`` finds
    transfers by either side; amounts are decimals of any currency; ``q`` finds rows that have words
    beginning with every one of its words. ``uncategorised`` are rows, or lines, without a category.
    """

    date_from: dt.date | None = None
    date_to: dt.date | None = None
    category_id: int | None = None
    category_only: bool | None = None
    uncategorised: bool | None = None
    account_id: int | None = None
    type: str | None = None
    tag: str | None = None
    payee: str | None = None
    state: str | None = None
    amount_min: Decimal | None = None
    amount_max: Decimal | None = None
    q: str | None = None
    import_id: int | None = None

    def in_use(self) -> dict[str, Any]:
        """Return the filters that narrow anything."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if value not in (None, False)}

    def narrowed(self, **filters: Any) -> Self:
        """Return these filters with others in place of the same ones."""
        return replace(self, **filters)


class ListedTransaction(NamedTuple):
    """A row of a list, light: its columns, with its tags' names and its lines."""

    id: int
    type: str
    date: dt.date
    amount: int
    currency: str
    description: str
    payee: str
    notes: str
    account_id: int
    to_account_id: int | None
    to_amount: int | None
    to_currency: str | None
    category_id: int | None
    state: str
    to_state: str
    refund_of_id: int | None
    created_by_id: int | None
    updated_by_id: int | None
    created_at: dt.datetime
    updated_at: dt.datetime
    tags: Sequence[str]
    splits: Sequence[SplitLine]
    rate: str | None
