"""How often somebody may ask, by Flask-Limiter: counted in Redis over all processes.

While Redis is away each process counts in its own memory. Nothing here may raise but the refusal:
Flask-Limiter takes any error while it asks for a limit for one of its storage. So who calls is
found out before.
"""

import ipaddress
import math
import re
import time
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, request
from flask_limiter import ApplicationLimit, Limiter, RequestLimit
from limits.errors import StorageError

from app.api.acting import identified
from app.core import counting
from app.models.users import Actor
from app.services import attempts
from app.views.acting import recognise
from app.views.trust import known_device
from config import Settings

API = "100/minute"
API_ANONYMOUS = "1000/hour"
PAGES = "600/minute"
STRICT = "10/minute"
"""For whatever takes a password, a code or an address to write to."""

_STRICT_PATHS = re.compile(
    r"/(sign-in|register|forgot-password|reset-password|verify-email|confirm-address"
    r"|settings/(security|privacy)|admin/users/[0-9]+/erase|ledgers/[0-9]+/delete"
    r"|api/auth/(login|register|password-reset|verify-email|confirm-address)"
    r"|api/user/(password|email|otp))(/.*)?"
)
_STRICT_TO_DELETE = re.compile(r"/api/(user|ledgers/[0-9]+|admin/users/[0-9]+)")
"""What takes a password to be deleted."""
_KEY = "outlay.limits"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: names to count under, and which limits hold. An empty limit is none."""

    name: str
    address: str
    account: str
    limit: str
    strict: str


def init_app(app: Flask) -> None:
    """Limit the requests to ``app``; before pages and the API register their own checks."""
    settings: Settings = app.extensions["settings"]
    counting.configure(settings.limiter_storage_url if settings.rate_limits else None)
    if not settings.rate_limits:
        return
    app.before_request(_identify)
    limiter = Limiter(
        lambda: _caller().name,
        application_limits=[
            ApplicationLimit(lambda: _caller().limit),
            ApplicationLimit(lambda: _caller().strict, lambda: _caller().address),
            ApplicationLimit(
                lambda: _caller().strict if _caller().account else "", lambda: _caller().account
            ),
        ],
        storage_uri=f"{counting.FRUGAL}{settings.limiter_storage_url}",
        storage_options=counting.STORAGE_OPTIONS,
        strategy="fixed-window",
        in_memory_fallback_enabled=True,
        key_prefix="outlay",
    )
    limiter.init_app(app)
    app.after_request(lambda response: _tell(response, limiter.current_limit))


def _identify() -> None:
    is_api = request.path.startswith("/api")
    actor = identified() if is_api else None if _is_about_health() else recognise()
    address = _network(request.remote_addr or "")
    is_strict = _is_strict(request.method, request.path)
    request.environ[_KEY] = Caller(
        name=f"user:{actor.id}" if actor else f"address:{address}",
        address=f"strict-address:{address}",
        account=_account(actor, is_api=is_api) if is_strict else "",
        limit=_limit(actor, is_api=is_api),
        strict=STRICT if is_strict else "",
    )


def _is_strict(method: str, path: str) -> bool:
    if method == "DELETE":
        return bool(_STRICT_TO_DELETE.fullmatch(path))
    return method in {"POST", "PUT"} and bool(_STRICT_PATHS.fullmatch(path))


def _caller() -> Caller:
    caller: Caller = request.environ[_KEY]
    return caller


def _limit(actor: Actor | None, *, is_api: bool) -> str:
    if request.path == "/health":
        return ""
    if not is_api:
        return PAGES
    return API if actor else API_ANONYMOUS


def _is_about_health() -> bool:
    """Whether the request has to be answered while the database is away."""
    return request.path.startswith("/health")


def _account(actor: Actor | None, *, is_api: bool) -> str:
    """Return which account a password or a code is for, as far as it is said; else ""."""
    if actor:
        return f"strict-user:{actor.id}"
    email = _typed_email(is_api=is_api)
    if not email:
        return ""
    device = "" if is_api else known_device(email)
    address = request.remote_addr or "" if is_api else ""
    return f"strict-account:{attempts.lane(email, device=device, address=address).name}"


def _typed_email(*, is_api: bool) -> str:
    try:
        body: Any = request.get_json(silent=True) if is_api else request.form
    except RecursionError:  # nested too deeply; whoever reads it next says so
        return ""
    found = body.get("email") if hasattr(body, "get") else None
    return found[:254] if isinstance(found, str) else ""


def _network(address: str) -> str:
    """Return an IPv4 address as it is, of an IPv6 address the 64 bits that one customer has."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else address


def _tell(response: Response, limit: RequestLimit | None) -> Response:
    """Say what is left (draft-ietf-httpapi-ratelimit-headers), to programs and who was refused."""
    if limit is None or not (request.path.startswith("/api") or response.status_code == 429):
        return response
    try:
        resets_at, remaining = limit.window
    except StorageError:
        return response
    seconds = max(1, math.ceil(resets_at - time.time()))
    response.headers["RateLimit-Limit"] = str(limit.limit.amount)
    response.headers["RateLimit-Policy"] = f"{limit.limit.amount};w={limit.limit.get_expiry()}"
    response.headers["RateLimit-Remaining"] = str(remaining)
    response.headers["RateLimit-Reset"] = str(seconds)
    if limit.breached:
        response.headers["Retry-After"] = str(seconds)
    return response
