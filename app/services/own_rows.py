"""What only Outlay's own file says of a row: where a transfer went, its tags and its lines.

The other way of :mod:`app.services.exports`. A row that says what is not here is refused with the
reason, and never stored as something else.
"""

import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import NamedTuple

from app.core.money import Money, MoneyError, parse_decimal
from app.models.accounts import Account
from app.models.splits import MOST_SPLITS
from app.models.tags import LONGEST_TAG, MOST_TAGS
from app.services.exports import TRANSFER_TO
from app.services.statements import StatementRow

Paths = Mapping[tuple[str, str], int]
"""The ids of categories by their kind and their path in folded case."""

_LINE = re.compile(r"([0-9]{1,16}(?:\.[0-9]{1,3})?)(?: (.+))?", re.ASCII | re.DOTALL)


class Misread(Exception):
    """What a row says cannot be stored; the message says why."""


class Target(NamedTuple):
    """The account that rows go to, as far as a row has to know it."""

    id: int
    name: str
    currency: str

    @classmethod
    def of(cls, account: Account) -> "Target":
        """Return ``account`` as a target."""
        return cls(account.id, account.name, account.currency)


class Way(NamedTuple):
    """What kind of row it is, and where a transfer goes to."""

    kind: str
    to_account_id: int | None = None
    to_amount: int | None = None
    to_currency: str | None = None


_IN, _OUT = Way("income"), Way("expense")


def way(
    row: StatementRow, account: Target, find: Callable[[StatementRow, str], Target | None]
) -> Way:
    """Return which way money went; ``find`` gives the ledger's account of a name. Misread.

    A file that says nothing of what arrived means the same amount, in the same currency.
    """
    category = row.category or ""
    if not category.startswith(TRANSFER_TO):
        return _IN if row.amount > 0 else _OUT
    name = category.removeprefix(TRANSFER_TO)
    other = find(row, name)
    if row.amount > 0:
        raise Misread("This is a transfer, and its amount is not below zero.")
    if other is None:
        raise Misread(f"This transfer went to {name}. Open an account of that name first.")
    if other.id == account.id:
        raise Misread(f"This transfer goes from {name} to itself.")
    return Way("transfer", other.id, _arrived(row, other), other.currency)


def tag_names(text: str) -> list[str]:
    """Return the tags of a row. Misread where they are too long or too many."""
    names = [name for part in text.split(",") if (name := part.strip())]
    if len(names) > MOST_TAGS or max(map(len, names), default=0) > LONGEST_TAG:
        raise Misread(f"A transaction has at most {MOST_TAGS} tags of {LONGEST_TAG} characters.")
    return names


def lines(row: StatementRow, kind: str, paths: Paths) -> str:
    """Return the lines of a split row as JSON: category id, amount in minor units, notes. Misread.

    Notes may hold what parts lines from each other, so it is tried where one ends.
    """
    parts = row.lines.split("; ")
    found = _lines(parts, kind, row.currency, paths) if len(parts) <= 2 * MOST_SPLITS else None
    if found is None or len(found) > MOST_SPLITS:
        raise Misread("Its lines cannot be read, or name a category that is not here.")
    if sum(amount for _, amount, _ in found) != abs(row.amount):
        raise Misread("Its lines do not come to its amount.")
    names = ("category_id", "amount", "notes")
    return json.dumps([dict(zip(names, line, strict=True)) for line in found])


Line = tuple[int | None, int, str]


def _lines(parts: list[str], kind: str, currency: str, paths: Paths) -> list[Line] | None:
    """Return the lines that parts of a text are, one or several each; None where that cannot be."""

    @cache
    def behind(start: int) -> tuple[Line, ...] | None:
        if start == len(parts):
            return ()
        for end in range(start + 1, len(parts) + 1):
            line = _line("; ".join(parts[start:end]), kind, currency, paths)
            rest = behind(end) if line else None
            if line and rest is not None:
                return (line, *rest)
        return None

    found = behind(0)
    return None if found is None else list(found)


def _line(text: str, kind: str, currency: str, paths: Paths) -> Line | None:
    """Read ``3.10 Food / Groceries (bread)``; None where it says no line."""
    match = _LINE.fullmatch(text)
    if match is None:
        return None
    try:
        amount = Money.of(parse_decimal(match[1]), currency).minor
    except MoneyError:
        return None
    rest = match[2] or ""
    if not rest or (rest.startswith("(") and rest.endswith(")")):
        return None, amount, rest[1:-1]
    for path, notes in _endings(rest):
        category_id = paths.get((kind, path.casefold()))
        if category_id is not None:
            return category_id, amount, notes
    return None


def _endings(rest: str) -> list[tuple[str, str]]:
    """Return every way to part the path of a category from notes in parentheses."""
    ways = [(rest, "")]
    if rest.endswith(")"):
        places = [found.start() for found in re.finditer(r" \(", rest)]
        ways += [(rest[:place], rest[place + 2 : -1]) for place in places]
    return ways


def _arrived(row: StatementRow, other: Target) -> int:
    if not row.to_amount:
        if other.currency != row.currency:
            raise Misread(f"The file does not say what arrived in {other.name}.")
        return -row.amount
    try:
        arrived = Money.of(parse_decimal(row.to_amount), other.currency).minor
    except MoneyError as error:
        raise Misread(f"What arrived: {error}") from error
    same = other.currency == row.currency
    if arrived <= 0 or (same and arrived != -row.amount):
        raise Misread("What arrived is not what left, and both are in one currency.")
    return arrived
