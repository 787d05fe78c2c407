"""What every request and answer carries: an id, safe headers, exact JSON, static files."""

import hashlib
import json
import logging
import re
import secrets
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from operator import itemgetter
from typing import Any, NoReturn
from wsgiref.headers import Headers

import orjson
import structlog
from flask import Flask, Response, g, request
from flask.json.provider import JSONProvider
from secure import (
    ContentSecurityPolicy,
    CrossOriginOpenerPolicy,
    CrossOriginResourcePolicy,
    PermissionsPolicy,
    ReferrerPolicy,
    Secure,
    StrictTransportSecurity,
    XContentTypeOptions,
)
from werkzeug.routing import BaseConverter
from whitenoise import WhiteNoise

from app.configuration import MAX_FORM_BYTES, ROOT
from app.core import sealing
from app.core.downloads import disposition
from app.models.activities import Trace
from app.models.receipts import Receipt
from app.models.users import Actor
from config import Settings

log = logging.getLogger(__name__)

_REFUSALS = frozenset({400, 401, 403, 413, 429})
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
_OF_FILES = {
    "X-Content-Type-Options",
    "Strict-Transport-Security",
    "Cross-Origin-Resource-Policy",
}
# Once these are read as forms, nothing of them is left to read as bytes.
_FORMS = frozenset({"multipart/form-data", "application/x-www-form-urlencoded"})
_NOTHING_RUNS = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
_HASHED = re.compile(r"\.[0-9a-f]{12}\.\w+\Z")


def traced(actor: Actor) -> Actor:
    """Return an actor who also says from where the present request came."""
    return replace(actor, trace=visitor().of(actor.id))


def visitor() -> Trace:
    """Return where the present request came from, whoever it is from."""
    return Trace(None, request.remote_addr or "", request.user_agent.string)


class IdConverter(BaseConverter):
    """A row's id in a path; one that no database can hold is no route.

    The pattern alone decides: Werkzeug answers 405 for a value that is refused only afterwards.
    """

    regex = "[1-9][0-9]{0,17}"

    def to_python(self, value: str) -> int:
        """Return the id."""
        return int(value)


class ExactJSON(JSONProvider):
    """JSON without surprises: decimals stay decimals; NaN and Infinity are not JSON."""

    def dumps(self, obj: Any, **_: Any) -> str:
        """Write JSON."""
        return orjson.dumps(obj, option=orjson.OPT_UTC_Z).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:
        """Read JSON; ValueError when it is not."""
        return json.loads(s, parse_float=_number, parse_constant=_refuse_constant)


def init_app(app: Flask) -> None:
    """Prepare ``app`` for requests."""
    settings: Settings = app.extensions["settings"]
    app.json = ExactJSON(app)
    app.url_map.converters["id"] = IdConverter
    app.before_request(_prepare)
    fixed = _headers(settings).headers
    app.after_request(lambda response: _finish(response, fixed))
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(ROOT / "static" / "dist"),
        prefix="static/",
        max_age=3600,
        immutable_file_test=lambda _path, url: bool(_HASHED.search(url)),
        add_headers_function=lambda headers, _path, _url: _protect_file(headers, fixed),
    )


def request_digest() -> bytes:
    """Digest what the present request asks for; of uploads the content, not how it was packed.

    It is kept, and what was asked may hold a password: a plain hash could be guessed from.
    """
    return sealing.fingerprint(_plain_digest())


def _plain_digest() -> bytes:
    digest = hashlib.sha256(f"{request.method} {request.full_path}".encode())
    if request.mimetype not in _FORMS:
        digest.update(request.get_data(cache=True))
        return digest.digest()
    for name, value in sorted(request.form.items(multi=True)):
        if name != "csrf_token":  # another one on every page, and no part of what is asked for
            digest.update(repr((name, value)).encode())
    for name, file in sorted(request.files.items(multi=True), key=itemgetter(0)):
        digest.update(repr((name, file.filename)).encode())
        file.stream.seek(0)  # it may have been read already
        digest.update(hashlib.sha256(file.stream.read()).digest())
        file.stream.seek(0)
    return digest.digest()


def picture_response(content: bytes) -> Response:
    """Return a picture as WebP, and nothing a browser could take it for; 304 to who has it."""
    response = Response(content, mimetype="image/webp")
    response.set_etag(hashlib.blake2b(content, digest_size=12).hexdigest())
    response.make_conditional(request)
    return response


def file_response(receipt: Receipt, content: bytes) -> Response:
    """Return a receipt's file: images, which were drawn anew, to look at; all others to save.

    Whatever it is, it runs nothing, loads nothing, and has no origin.
    """
    inline = receipt.content_type.startswith("image/")
    response = Response(content, mimetype=receipt.content_type)
    response.headers.extend(disposition(receipt.filename, inline=inline))
    response.headers["Content-Security-Policy"] = _NOTHING_RUNS
    response.set_etag(hashlib.blake2b(content, digest_size=12).hexdigest())
    response.make_conditional(request)
    return response


def _prepare() -> None:
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
    if request.mimetype != "multipart/form-data":  # only uploads are large
        request.max_content_length = MAX_FORM_BYTES
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _finish(response: Response, fixed: Mapping[str, str]) -> Response:
    response.headers.extend(fixed)
    response.headers["X-Request-ID"] = g.get("request_id", "")
    if "Cache-Control" not in response.headers:
        # An answer with a tag may be asked about again; any other is not kept at all.
        tagged = "ETag" in response.headers
        response.headers["Cache-Control"] = "private, no-cache" if tagged else "no-store"
    if response.status_code in _REFUSALS:
        _note_refusal(response)
    return response


def _note_refusal(response: Response) -> None:
    """Log who was refused what; without the query, which may carry the token of a link."""
    actor = g.get("actor")
    said = {
        "status": response.status_code,
        "method": request.method,
        "path": request.path,
        "address": request.remote_addr,
        "user": actor.id if actor else None,
    }
    log.info("refused", extra=said)


def _protect_file(headers: Headers, fixed: Mapping[str, str]) -> None:
    """Give a static file those of the safe headers that a file needs, too."""
    for name in _OF_FILES & fixed.keys():
        headers[name] = fixed[name]


def _headers(settings: Settings) -> Secure:
    return Secure(
        csp=_policy(),
        coop=CrossOriginOpenerPolicy().same_origin(),
        corp=CrossOriginResourcePolicy().same_origin(),
        hsts=StrictTransportSecurity().max_age(31536000) if settings.secure_cookies else None,
        permissions=PermissionsPolicy().geolocation().microphone(),
        referrer=ReferrerPolicy().same_origin(),
        xcto=XContentTypeOptions().nosniff(),
    )


def _policy() -> ContentSecurityPolicy:
    return (
        ContentSecurityPolicy()
        .default_src("'self'")
        .img_src("'self'", "data:")
        .object_src("'none'")
        .base_uri("'none'")
        .frame_ancestors("'none'")
        .form_action("'self'")
    )


def _number(text: str) -> Decimal | float:
    """Read a decimal; one with an exponent stays a float, which no amount accepts."""
    return float(text) if "e" in text.lower() else Decimal(text)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
