"""From a proof of who somebody is to their session: the code in between, and what comes along."""

from flask import redirect, url_for
from werkzeug.wrappers import Response

from app.controllers import identities
from app.core.errors import OtpRequired
from app.views.acting import recognise, start_session
from app.views.keeping import keep, take
from app.views.messages import done

PENDING = "pending_sign_in"
PENDING_SECONDS = 5 * 60
OFFER = "offered_identity"


def ask_for_code(needed: OtpRequired, going_to: str, device: str) -> Response:
    """Keep that the password was right for five minutes, and ask for the second factor.

    ``device`` is the one it was proved on, as in :func:`app.views.acting.circumstances`.
    """
    proved = {"user_id": needed.user_id, "mark": needed.mark}
    keep(PENDING, PENDING_SECONDS, proved=proved, device=device, next=going_to)
    return redirect(url_for("second_factors.code"), 303)


def enter(token: str, going_to: str) -> Response:
    """Begin the session of a sign-in and go on.

    An identity elsewhere that came with the person's own address, and had to wait for the proof
    that they are who they are here, is linked now.
    """
    offer = take(OFFER)
    start_session(token)
    found = recognise()
    if offer and found and identities.accept_offer(found, **_identity(offer)):
        done(f"{offer['name']} is linked: you can sign in with it from now on.")
    return redirect(going_to, 303)


def _identity(offer: dict[str, str]) -> dict[str, str]:
    return {name: offer[name] for name in ("issuer", "subject", "email")}
