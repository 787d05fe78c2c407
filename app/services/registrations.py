"""Who may register: everybody, whoever is invited, or nobody; the first person always may."""

from app.core.errors import Forbidden, Invalid
from app.models.invitations import Invitation
from app.services import invitations, joining, users


def admit(mode: str, token: str, email: str | None = None) -> Invitation | None:
    """Return the invitation somebody registers with; where none is needed, None if it is no good.

    ``mode`` is open, invite or closed. An invitation into a ledger lets register, too. Raises
    Forbidden when they may not register, Invalid for an address that is not the invited one.
    """
    if mode == "open" or not users.exist():
        return _find_welcome(token, email)
    if mode == "closed":
        raise Forbidden("Nobody can register here at present.")
    return _find_good(token, email)


def _find_welcome(token: str, email: str | None) -> Invitation | None:
    try:
        return _find_good(token, email) if token else None
    except (Forbidden, Invalid):
        return None


def _find_good(token: str, email: str | None) -> Invitation:
    if not token:
        raise Forbidden("You can register here with an invitation only.")
    invitation = invitations.find_good(token)
    if invitation.ledger_id is not None:
        joining.require_for_newcomer(token)
    if email and invitation.email and invitation.email != users.normalize_email(email):
        raise Invalid(errors={"email": ["This invitation is for another address."]})
    return invitation
