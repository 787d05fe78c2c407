"""Full names of categories: ``Food / Groceries``, as files write them."""

from collections import Counter
from collections.abc import Iterable

from app.models.categories import Category
from app.services import categories

SEPARATOR = " / "


def by_id(tree: Iterable[Category]) -> dict[int, str]:
    """Return the full name of every category by its id."""
    paths: dict[int, str] = {}
    for category, _ in categories.in_tree_order(tree):
        above = paths.get(category.parent_id or 0)
        paths[category.id] = f"{above}{SEPARATOR}{category.name}" if above else category.name
    return paths


def ids_by_name(ledger_id: int) -> dict[tuple[str, str], int]:
    """Return category ids by (type, folded name): full names, and last names that are unique."""
    tree = categories.find_all(ledger_id)
    paths = by_id(tree)
    last_names = Counter((one.type, one.name.casefold()) for one in tree)
    unique = {
        (one.type, one.name.casefold()): one.id
        for one in tree
        if last_names[one.type, one.name.casefold()] == 1
    }
    return unique | {(one.type, paths[one.id].casefold()): one.id for one in tree}


def record_missing(ledger_id: int, type_: str, path: str) -> int:
    """Make the category that ``path`` names, and those above it; returns its id."""
    known = ids_by_name(ledger_id)
    parent: Category | None = None
    names = [name.strip()[:100] for name in path.split(SEPARATOR) if name.strip()]
    for depth in range(1, len(names) + 1):
        found = known.get((type_, SEPARATOR.join(names[:depth]).casefold()))
        if found:
            parent = next(one for one in categories.find_all(ledger_id) if one.id == found)
            continue
        parent = categories.record(
            ledger_id,
            name=names[depth - 1],
            type=type_,
            parent=parent,
            color=parent.color if parent else categories.DEFAULT_COLOR,
            icon=parent.icon if parent else categories.DEFAULT_ICON,
        )
    if parent is None:
        raise ValueError("a path names at least one category")
    return parent.id
