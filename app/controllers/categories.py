"""Categories of a ledger."""

from collections.abc import Sequence
from typing import Any

from app.core.uow import unit_of_work
from app.models.categories import Category
from app.models.merges import Merged, Usage
from app.models.users import Actor
from app.policies import Permission, require
from app.services import activities, categories, category_merges, scoping, versions


def list_all(actor: Actor, ledger_id: int | None = None) -> Sequence[Category]:
    """Return the ledger's categories by name, archived ones too."""
    scope = scoping.find_ledger(actor, ledger_id)
    require(scope, Permission.SEE)
    return categories.find_all(scope.id)


def list_tree(actor: Actor, ledger_id: int | None = None) -> list[tuple[Category, int]]:
    """Return the ledger's categories with their depth, children right behind their parent."""
    return categories.in_tree_order(list_all(actor, ledger_id))


def show(actor: Actor, category_id: int) -> Category:
    """Return one category."""
    category, scope = scoping.find(Category, actor.id, category_id)
    require(scope, Permission.SEE)
    return category


def create(
    actor: Actor,
    ledger_id: int | None = None,
    *,
    name: str,
    type: str = "expense",
    parent_id: int | None = None,
    color: str = categories.DEFAULT_COLOR,
    icon: str = categories.DEFAULT_ICON,
) -> Category:
    """Add a category, at the top or below another one of the same type."""
    scope = scoping.find_ledger(actor, ledger_id)
    require(scope, Permission.EDIT)
    with unit_of_work(scope):
        parent = _parent(scope.id, parent_id)
        category = categories.record(
            scope.id, name=name, type=type, parent=parent, color=color, icon=icon
        )
        activities.record_change(actor.trace, "category.created", category, None)
        return category


def update(
    actor: Actor, category_id: int, *, version: int | None = None, **changes: Any
) -> Category:
    """Change a category; ``parent_id`` moves it, ``archived`` takes it out of use or back."""
    category, scope = scoping.find(Category, actor.id, category_id)
    require(scope, Permission.EDIT)
    archived = changes.pop("archived", None)
    with unit_of_work(scope):
        versions.require_current(category, version)
        before = activities.snapshot(category)
        if "parent_id" in changes:
            categories.move(category, _parent(scope.id, changes.pop("parent_id")))
        if archived is not None:
            categories.archive(category, archived)
        categories.amend(category, **changes)
        activities.record_change(actor.trace, "category.updated", category, before)
    return category


def delete(actor: Actor, category_id: int, *, version: int | None = None) -> None:
    """Delete a category that nothing uses. Conflict when something does."""
    category, scope = scoping.find(Category, actor.id, category_id)
    require(scope, Permission.EDIT)
    with unit_of_work(scope):
        versions.require_current(category, version)
        activities.record_removal(actor.trace, "category.deleted", category)
        categories.remove(category)


def usage(actor: Actor, category_id: int, *, into_id: int | None = None) -> Usage:
    """Return what a merge of a category would move; with ``into_id``, into that one.

    Invalid where these do not fit.
    """
    category, scope = scoping.find(Category, actor.id, category_id)
    require(scope, Permission.SEE)
    if into_id is None:
        return category_merges.usage(category)
    target = scoping.find_in_ledger(Category, scope.id, into_id, "into_id")
    return category_merges.usage(category, target)


def merge(actor: Actor, category_id: int, *, into_id: int, version: int | None = None) -> Merged:
    """Give another category all that one has: rows, lines, what is below it; the one goes.

    What both have below them under the same name becomes one, too. Invalid where they do not fit.
    """
    category, scope = scoping.find(Category, actor.id, category_id)
    require(scope, Permission.EDIT)
    with unit_of_work(scope):
        versions.require_current(category, version)
        target = scoping.find_in_ledger(Category, scope.id, into_id, "into_id")
        versions.require_current(target, None)
        return category_merges.merge(category, target, actor.trace)


def _parent(ledger_id: int, parent_id: int | None) -> Category | None:
    if parent_id is None:
        return None
    return scoping.find_in_ledger(Category, ledger_id, parent_id, "parent_id")
