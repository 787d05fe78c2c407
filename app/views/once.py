"""Forms sent twice: a double click adds one thing, and both clicks end on the same page."""

import re
import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask, current_app, redirect, request
from werkzeug.wrappers import Response

from app.controllers import requests
from app.http import request_digest
from app.models.requests import IdempotentRequest
from app.views.acting import actor

View = Callable[..., Any]

FIELD = "once"
_TOKEN = re.compile(r"[0-9a-f]{32}", re.ASCII)


def init_app(app: Flask) -> None:
    """Give templates ``once_token()``: a number that a form shown has and no other."""
    app.add_template_global(lambda: secrets.token_hex(16), "once_token")


def once(view: View) -> Callable[..., Response]:
    """Wrap a route that adds something and then redirects.

    The same form with the same contents is done once; a form that was refused, or filled in
    otherwise after going back, is a new one.
    """
    return _done_once(view, secret=False)


def shown_once(view: View) -> Callable[..., Response]:
    """Wrap a route that makes a secret and shows it, which no redirect could carry.

    The answer to the second click is the one that a browser shows: it is the same page again.
    """
    return _done_once(view, secret=True)


def done_already() -> Response | None:
    """Return where a form that was sent before ended; None where it has to be done.

    For a route that makes something ready before the one that is wrapped is called.
    """
    named = _named()
    if named is None:
        return None
    answer = requests.Answer(actor(), *named, secret=False)
    return None if answer.kept is None else _again(answer.kept, answer.body_of(answer.kept))


def _named() -> tuple[str, bytes] | None:
    """Return the key and the digest of the form that was sent; None where it has no number."""
    token = request.form.get(FIELD, "")
    if not _TOKEN.fullmatch(token):
        return None
    digest = request_digest()
    return f"form:{token}:{digest.hex()}", digest


def _done_once(view: View, *, secret: bool) -> Callable[..., Response]:
    @wraps(view)
    def wrapper(*args: Any, **kwargs: Any) -> Response:
        named = _named()
        if named is None:
            return current_app.make_response(view(*args, **kwargs))
        with requests.once(actor(), *named, wait=True, secret=secret) as answer:
            if answer.kept is not None:
                return _again(answer.kept, answer.body_of(answer.kept))
            response = current_app.make_response(view(*args, **kwargs))
            if response.location or (secret and response.status_code == 200):
                body = response.get_data(as_text=True) if secret else ""
                answer.keep(response.status_code, body, response.location)
        return response

    return wrapper


def _again(kept: IdempotentRequest, body: str) -> Response:
    if kept.location:
        return redirect(kept.location, kept.status)
    return current_app.make_response((body, kept.status))
