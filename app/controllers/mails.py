"""Mails as an administrator sees them."""

from collections.abc import Sequence

from app.core.errors import NotFound
from app.models.mails import Mail
from app.models.users import Actor
from app.services import mails


def list_failed(actor: Actor) -> Sequence[Mail]:
    """Return the newest mails that failed for good. NotFound for all but administrators."""
    if actor.role != "admin":
        raise NotFound
    return mails.find_failed()
