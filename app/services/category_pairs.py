"""Pairs of categories: all that become one where a category is merged into another."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app.core.errors import Conflict, Invalid
from app.models.base import session
from app.models.categories import Category
from app.models.merges import Namesake
from app.services import categories
from app.services.category_paths import SEPARATOR

MOST = 500
"""So many categories become part of others in one step, at most."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A category that goes and the one it becomes part of; ``moving`` are those that go below that.

    ``path`` is the full name of the first, from below the merged one; empty for that itself.
    """

    source: Category
    target: Category
    path: tuple[str, ...]
    moving: Sequence[Category]


def find(source: Category, target: Category) -> list[Pair]:
    """Return what becomes one, from the top: both, and what has the same name below them.

    Invalid where the two do not fit, Conflict where these are too many.
    """
    _require_fit(source, target)
    below = _below(source)
    pairs: list[Pair] = []
    waiting: list[tuple[Category, Category, tuple[str, ...]]] = [(source, target, ())]
    while waiting:
        one, other, path = waiting.pop()
        known = {child.name: child for child in below.get(other.id, ())}
        moving = [child for child in below.get(one.id, ()) if child.name not in known]
        pairs.append(Pair(one, other, path, moving))
        waiting += [
            (child, known[child.name], (*path, child.name))
            for child in reversed(below.get(one.id, ()))
            if child.name in known
        ]
    if len(pairs) > MOST:
        raise Conflict(f"Both have more than {MOST} of the same names below. Merge some of them.")
    return pairs


def same_named(pairs: Sequence[Pair]) -> list[Namesake]:
    """Return what becomes part of something there below the first pair."""
    return [
        Namesake(pair.source.id, SEPARATOR.join(pair.path), pair.target.id) for pair in pairs[1:]
    ]


def _require_fit(source: Category, target: Category) -> None:
    if source.id == target.id:
        raise Invalid(errors={"into_id": ["A category cannot be merged with itself."]})
    categories.require_for(target, source.type, "into_id")
    if target.id in categories.descendants(source.ledger_id, source.id):
        raise Invalid(errors={"into_id": [f"{target.name} is below {source.name}."]})


def _below(source: Category) -> dict[int, list[Category]]:
    """Return the ledger's categories by what is above them, without ``source``.

    That goes, so nothing becomes part of it where it is below the other one.
    """
    mine = select(Category).where(Category.ledger_id == source.ledger_id, Category.id != source.id)
    in_order = mine.order_by(Category.name, Category.id)
    below: dict[int, list[Category]] = {}
    for one in session.scalars(in_order.execution_options(populate_existing=True)):
        if one.parent_id is not None:
            below.setdefault(one.parent_id, []).append(one)
    return below
