"""``Idempotency-Key``: the same request sent twice is done once and answered alike.

After draft-ietf-httpapi-idempotency-key-header: the answer is stored in the transaction that does
the work, per person; the same key with another body is refused.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, request

from app.api.acting import actor
from app.controllers import requests
from app.core.errors import Invalid
from app.http import request_digest

LONGEST_KEY = 255


def idempotent(view: Callable[..., Response]) -> Callable[..., Response]:
    """Wrap a route that creates something, so that a repeated key gets the first answer."""

    @wraps(view)
    def wrapper(*args: Any, **kwargs: Any) -> Response:
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return view(*args, **kwargs)
        with requests.once(actor(), _checked(key), request_digest()) as answer:
            if answer.kept is not None:
                return _replayed(answer.kept)
            response = view(*args, **kwargs)
            answer.keep(
                response.status_code, response.get_data(as_text=True), response.headers["Location"]
            )
        return response

    return wrapper


def _checked(key: str) -> str:
    if not 1 <= len(key) <= LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise Invalid(errors={"Idempotency-Key": ["From 1 to 255 printable ASCII characters."]})
    return key


def _replayed(kept: Any) -> Response:
    response = Response(kept.body, kept.status, mimetype="application/json")
    response.headers["Idempotency-Replayed"] = "true"
    if kept.location:
        response.headers["Location"] = kept.location
    return response
