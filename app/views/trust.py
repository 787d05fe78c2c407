"""The cookie of a device that signed in before: its owner waits for nobody else's wrong passwords.

It proves nothing but that; see :mod:`app.services.attempts`.
"""

import datetime as dt
import secrets

from flask import Response, after_this_request, current_app, request

from app.core import signing
from app.core.errors import Invalid
from app.services.attempts import account_of

LIFETIME = dt.timedelta(days=365)
_PURPOSE = "device"


def known_device(email: str) -> str:
    """Return the number of this device if somebody signed in here with that address, else ""."""
    try:
        account, number = signing.read(_PURPOSE, request.cookies.get(_name(), ""), LIFETIME)
    except Invalid:
        return ""
    return str(number) if account == account_of(email) else ""


def remember_device(email: str) -> None:
    """Send the cookie with the answer to the present request; a known device keeps its number."""
    number = known_device(email) or secrets.token_urlsafe(12)
    value = signing.sign(_PURPOSE, [account_of(email), number])

    @after_this_request
    def _send(response: Response) -> Response:
        response.set_cookie(
            _name(),
            value,
            max_age=LIFETIME,
            path="/",
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )
        return response


def _name() -> str:
    return "__Host-device" if current_app.config["SESSION_COOKIE_SECURE"] else "device"
