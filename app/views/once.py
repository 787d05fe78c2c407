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


def _done_once(view: View, *, secret: bool) -> Callable[..., Response]:
    @wraps(view)
    def wrapper(*args: Any, **kwargs: Any) -> Response:
        token = request.form.get(FIELD, "")
        if not _TOKEN.fullmatch(token):
            return current_app.make_response(view(*args, **kwargs))
        digest = request_digest()
        key = f"form:{token}:{digest.hex()}"
        with requests.once(actor(), key, digest, wait=True, secret=secret) as answer:
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
