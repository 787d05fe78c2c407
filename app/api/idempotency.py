"""``Idempotency-Key``: the same request sent twice is done once and answered alike.

After draft-ietf-httpapi-idempotency-key-header: the answer is stored in the transaction that does
the work, per person; the same key with another body is refused.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, request
from marshmallow import Schema

from app.api.acting import actor
from app.api.answers import item_response
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


def completed(
    schema: type[Schema], find: Callable[..., Any]
) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
    """Answer with all of a new item once the answer is kept without its secrets, such as a link.

    ``find`` takes the ids in the path and, last, that of the item.
    """
    dumper = schema()

    def decorate(view: Callable[..., Response]) -> Callable[..., Response]:
        @wraps(view)
        def wrapper(*args: Any, **ids: Any) -> Response:
            kept = view(*args, **ids)
            whole = item_response(dumper, find(*ids.values(), kept.get_json()["id"]), 201)
            kept.set_data(whole.get_data())
            kept.set_etag(whole.get_etag()[0] or "")
            return kept

        return wrapper

    return decorate


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
