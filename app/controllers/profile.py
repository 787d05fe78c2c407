"""What a person says of themselves."""

from collections.abc import Callable

from app.core.uow import unit_of_work
from app.models.users import Actor, User
from app.services import users


def show(actor: Actor) -> User:
    """Return the acting person as they are stored."""
    return users.find(actor.id)


def update(
    actor: Actor, *, precondition: Callable[[User], None] | None = None, **changes: str
) -> User:
    """Change the profile. ``precondition`` sees it under the lock, and raises if it must not be.

    A new currency is for what is opened from now on: no ledger and no account changes with it.
    """
    with unit_of_work():
        user = users.find_locked(actor.id)
        if precondition:
            precondition(user)
        users.amend(user, **changes)
    return user
