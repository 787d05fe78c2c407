"""Tags of a ledger: found, renamed, merged and deleted."""

from app.core.paging import Page, PageRequest
from app.core.uow import unit_of_work
from app.models.directories import ListedTag
from app.models.merges import Merged
from app.models.tags import Tag
from app.models.users import Actor
from app.policies import Permission, require
from app.services import scoping, tag_changes, tags, versions


def list_page(
    actor: Actor, ledger_id: int | None = None, *, q: str | None = None, request: PageRequest
) -> Page[ListedTag]:
    """Return one page of the ledger's tags by name, of those with the words of ``q``."""
    scope = scoping.find_ledger(actor, ledger_id)
    require(scope, Permission.SEE)
    return tags.find_page(scope.id, q, request)


def show(actor: Actor, tag_id: int) -> ListedTag:
    """Return one tag."""
    tag, scope = scoping.find(Tag, actor.id, tag_id)
    require(scope, Permission.SEE)
    return tags.find_listed([tag.id])[tag.id]


def update(
    actor: Actor, tag_id: int, *, version: int | None = None, name: str | None = None
) -> Merged:
    """Rename a tag; the rows that have it are found by its new name."""
    tag, scope = scoping.find(Tag, actor.id, tag_id)
    require(scope, Permission.EDIT)
    with unit_of_work(scope):
        versions.require_current(tag, version)
        return tag_changes.rename(tag, name or tag.name, actor.trace)


def merge(actor: Actor, tag_id: int, *, into_id: int, version: int | None = None) -> Merged:
    """Give all rows that have a tag another one instead; it is gone then."""
    tag, scope = scoping.find(Tag, actor.id, tag_id)
    require(scope, Permission.EDIT)
    with unit_of_work(scope):
        versions.require_current(tag, version)
        target = scoping.find_in_ledger(Tag, scope.id, into_id, "into_id")
        versions.require_current(target, None)
        return tag_changes.merge(tag, target, actor.trace)


def delete(actor: Actor, tag_id: int, *, version: int | None = None) -> Merged:
    """Delete a tag; the rows that have it lose it."""
    tag, scope = scoping.find(Tag, actor.id, tag_id)
    require(scope, Permission.EDIT)
    with unit_of_work(scope):
        versions.require_current(tag, version)
        return tag_changes.remove(tag, actor.trace)
