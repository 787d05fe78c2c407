"""Mails as an administrator sees them."""

from collections.abc import Sequence

from app.models.mails import Mail
from app.models.users import Actor
from app.policies import require_administrator
from app.services import mails


def list_failed(actor: Actor) -> Sequence[Mail]:
    """Return the newest mails that failed for good. NotFound for all but administrators."""
    require_administrator(actor)
    return mails.find_failed()
