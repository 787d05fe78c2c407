"""``GET /health/detailed``: how each part is, for administrators and programs on this machine.

Everybody else gets what a missing page gets. It answers whatever is away, the database included.
"""

import ipaddress

from flask import Blueprint, Flask, Response, current_app, request
from sqlalchemy.exc import SQLAlchemyError

from app import smtp
from app.api.acting import identified
from app.api.answers import json_response
from app.controllers import health
from app.core.errors import InsufficientScope, NotFound
from app.models.users import Actor
from app.policies import public, require_scope
from app.views.acting import recognise
from config import Settings

blp = Blueprint("detailed_health", __name__, url_prefix="/health")

STATUS = {"ok": 200, "degraded": 200, "down": 503}
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")
"""What a proxy adds: with any of them the address of this machine is only the proxy's."""


def init_app(app: Flask) -> None:
    """Register the route on ``app``."""
    app.register_blueprint(blp)


@blp.get("/detailed")
@public
def show() -> Response:
    """Say how the database, Redis, the queue, mail and storage are, and how long each took."""
    if not _is_local() and not health.may_see(_caller()):
        raise NotFound
    settings: Settings = current_app.extensions["settings"]
    found = health.check(settings.data_dir, smtp.prober())
    checks = {
        check.name: {"state": check.state, "milliseconds": check.milliseconds}
        for check in found.checks
    }
    return json_response({"status": found.status, "checks": checks}, STATUS[found.status])


def _is_local() -> bool:
    """Whether the request comes from this machine itself, not through a proxy on it."""
    if any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def _caller() -> Actor | None:
    """Return who asks, by a token or a cookie; nobody while the database is away."""
    try:
        found = identified() or recognise()
        if found is not None:
            require_scope(found, request.method, request.path)
    except (SQLAlchemyError, NotFound, InsufficientScope):
        return None
    return found
