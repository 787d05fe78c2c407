"""The one dispatcher of errors: problem+json (RFC 9457) under ``/api``, an error page elsewhere."""

import json
import logging
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, g, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, OperationalError
from werkzeug.exceptions import HTTPException

from app.core import errors
from app.core.errors import OutlayError

log = logging.getLogger(__name__)

STATUS: dict[type[OutlayError], int] = {
    errors.Unreadable: 400,
    errors.Unauthenticated: 401,
    errors.OtpRequired: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.Stale: 412,
    errors.TooLarge: 413,
    errors.Invalid: 422,
    errors.TooMany: 429,
    errors.Unavailable: 503,
}
CODES = {413: "too_large", 415: "unsupported_media_type", 405: "method_not_allowed"}


def init_app(app: Flask) -> None:
    """Send every error of ``app`` through the dispatcher."""
    app.register_error_handler(Exception, handle)
    app.register_error_handler(HTTPException, handle)


def handle(error: Exception) -> Response:
    """Answer ``error`` in the form its reader expects."""
    response = problem(error) if request.path.startswith("/api") else page(error)
    response.headers.extend(_headers(error))
    return response


def problem(error: Exception) -> Response:
    """Return ``error`` as ``application/problem+json``."""
    response = make_response(json.dumps(describe(error)), status_of(error))
    response.mimetype = "application/problem+json"
    return response


def page(error: Exception) -> Response:
    """Return ``error`` as a page for a person."""
    said = describe(error)
    waits = errors.Unavailable.retry_after if said["status"] == 503 else None
    known = {"code": said["status"], "retry_after": waits}
    return make_response(render_template("errors/error.html", **said | known), said["status"])


def status_of(error: Exception) -> int:
    """Return the HTTP status that stands for ``error``."""
    if isinstance(error, OutlayError):
        return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    if isinstance(error, HTTPException) and error.code:
        return error.code
    if isinstance(error, OperationalError | InterfaceError):
        return 503
    return 500


def describe(error: Exception) -> dict[str, Any]:
    """Return the members of a problem document; logs what nobody expected."""
    status = status_of(error)
    if status >= 500:
        log.error("unexpected error", exc_info=error)
    title = HTTPStatus(status).phrase
    return {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": _detail(error, status),
        "code": _code(error, status),
        "errors": error.errors if isinstance(error, OutlayError) else {},
        "request_id": g.get("request_id", ""),
    }


def _code(error: Exception, status: int) -> str:
    if isinstance(error, OutlayError):
        return error.code
    return CODES.get(status, HTTPStatus(status).phrase.lower().replace(" ", "_"))


def _detail(error: Exception, status: int) -> str:
    if isinstance(error, OutlayError):
        return error.detail
    if isinstance(error, CSRFError):
        return (
            "This form was open for too long. Go back, load the page again and send it once more."
        )
    if isinstance(error, HTTPException):
        return _plain_detail(error, status)
    if status == 503:
        return errors.Unavailable.detail
    return "Something went wrong here, and it is not your doing. What you had stored is safe."


def _plain_detail(error: HTTPException, status: int) -> str:
    if status == 404:
        return "There is no such page."
    if status == 429:
        return "Too many requests came in too short a time. Wait a moment, then try again."
    if status == 413:
        return "This is larger than what is accepted here."
    return error.description or HTTPStatus(status).phrase


def _headers(error: Exception) -> list[tuple[str, str]]:
    status = status_of(error)
    if status == 401 and request.path.startswith("/api"):
        return [("WWW-Authenticate", "Bearer")]
    if isinstance(error, errors.InsufficientScope):
        return [("WWW-Authenticate", 'Bearer error="insufficient_scope"')]
    if isinstance(error, errors.TooMany):
        return [("Retry-After", str(error.retry_after))]
    if status == 503:
        return [("Retry-After", str(errors.Unavailable.retry_after))]
    if status == 405 and isinstance(error, HTTPException):
        return [item for item in error.get_headers() if item[0] == "Allow"]
    return []
