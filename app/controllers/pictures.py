"""A person's picture."""

from app.core.errors import NotFound
from app.core.uow import unit_of_work
from app.models.pictures import Picture
from app.models.users import Actor
from app.services import pictures


def show(actor: Actor, user_id: int | None = None) -> Picture:
    """Return a person's picture, by default one's own. NotFound: there is none to be seen."""
    found = pictures.find(actor.id) if user_id in (None, actor.id) else None
    if found is None:
        raise NotFound
    return found


def replace(actor: Actor, content: bytes) -> Picture:
    """Take ``content`` for the person's picture. Invalid when it is none, or too large."""
    drawn = pictures.draw(content)
    with unit_of_work():
        return pictures.record(actor.id, drawn)


def delete(actor: Actor) -> None:
    """Forget the person's picture, if there is one."""
    with unit_of_work():
        pictures.remove(actor.id)
