"""``Idempotency-Key``: the same request sent twice is done once and answered alike.

After draft-ietf-httpapi-idempotency-key-header: the answer is stored in the transaction that does
the work, per person; the same key with another body is refused.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from flask import Response, current_app, request
from marshmallow import Schema

from app.api.acting import actor
from app.api.answers import item_response
from app.controllers import requests, transactions
from app.core.errors import Invalid
from app.http import request_digest
from app.models.requests import IdempotentRequest
from app.policies import Permission, access_of

LONGEST_KEY = 255


View = Callable[..., Response]


def idempotent(view: View) -> View:
    """Wrap a route that creates something, so that a repeated key gets the first answer."""
    return _answering_once(view, secret=False)


def secretly_idempotent(view: View) -> View:
    """Wrap a route whose answer holds a secret: as :func:`idempotent`, and what is kept is sealed.

    Where the route asks for a password, that is hashed inside the transaction: it is rare.
    """
    return _answering_once(view, secret=True)


def _answering_once(view: View, *, secret: bool) -> View:
    @wraps(view)
    def wrapper(*args: Any, **kwargs: Any) -> Response:
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return view(*args, **kwargs)
        with requests.once(actor(), _checked(key), request_digest(), secret=secret) as answer:
            if answer.kept is not None:
                return _again(answer, answer.kept, kwargs)
            response = view(*args, **kwargs)
            location = response.headers.get("Location")
            answer.keep(response.status_code, response.get_data(as_text=True), location)
        return response

    return wrapper


def replayed(**ids: int) -> Response | None:
    """Return the answer that is kept already; None where the request has to be done.

    For a route that makes something ready before it begins its transaction, which does not wait for
    that then; ``ids`` are those in its path.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    answer = requests.Answer(actor(), _checked(key), request_digest(), secret=False)
    return None if answer.kept is None else _again(answer, answer.kept, ids)


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


def _again(answer: requests.Answer, kept: IdempotentRequest, ids: Mapping[str, Any]) -> Response:
    """Return a kept answer to who may still use the route."""
    _demand_still(ids)
    return _replayed(kept, answer.body_of(kept))


def _demand_still(ids: Mapping[str, Any]) -> None:
    """Refuse who may not use the route any more; its view, which would, is not called again."""
    access = access_of(current_app.view_functions[str(request.endpoint)])
    if isinstance(access, Permission):
        requests.demand_still(actor(), access, _ledger_id(ids))


def _ledger_id(ids: Mapping[str, Any]) -> int | None:
    """Return which ledger a request is about: the one of the row in its path, or a named one."""
    if "transaction_id" in ids:
        return transactions.find_scope(actor(), ids["transaction_id"]).id
    named: int | None = ids.get("ledger_id") or request.args.get("ledger_id", type=int)
    return named


def _checked(key: str) -> str:
    if not 1 <= len(key) <= LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise Invalid(errors={"Idempotency-Key": ["From 1 to 255 printable ASCII characters."]})
    return key


def _replayed(kept: IdempotentRequest, body: str) -> Response:
    response = Response(body, kept.status, mimetype="application/json")
    response.headers["Idempotency-Replayed"] = "true"
    if kept.location:
        response.headers["Location"] = kept.location
    return response
