"""Who reaches Outlay, and how: the names it answers to, the proxies it believes, other origins."""

import ipaddress
import re
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, request
from flask_cors import CORS
from werkzeug.exceptions import BadRequest
from werkzeug.middleware.proxy_fix import ProxyFix

from config import Settings

_HOST = re.compile(r"([a-z0-9._-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?", re.ASCII)
_OWN_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
_PREFLIGHT_SECONDS = 600
_SENT = ("Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match")
_EXPOSED = (
    "ETag",
    "Idempotency-Replayed",
    "Location",
    "RateLimit-Limit",
    "RateLimit-Remaining",
    "RateLimit-Reset",
    "Retry-After",
    "X-Request-ID",
)


def init_app(app: Flask) -> None:
    """Put these checks before every request to ``app``; to be called before other checks are."""
    settings: Settings = app.extensions["settings"]
    hosts = Hosts(settings)
    app.before_request(hosts.check)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=0, x_port=0, x_prefix=0
        )
    if settings.cors_origins:
        _let_in(app, settings.cors_origins)


class Hosts:
    """The names Outlay answers to. Any other in ``Host`` is a mistake or an attack (CWE-644)."""

    def __init__(self, settings: Settings) -> None:
        base = urlsplit(settings.base_url).hostname or ""
        given = {name.lower() for name in settings.trusted_hosts}
        self._address = settings.base_url
        self._names = _OWN_NAMES | {base, settings.host.lower()} | given
        self._domains = tuple(name for name in given if name.startswith("."))
        # Nobody can point an address at us as they can a name, so one that listens everywhere and
        # was told of no names answers to each of its addresses.
        self._any_address = settings.host in {"0.0.0.0", "::"} and not given  # noqa: S104

    def check(self) -> None:
        """Refuse the present request when it is for somebody else. BadRequest."""
        if not self.knows(request.headers.get("Host", "")):
            raise BadRequest(
                f"Outlay does not answer to this name. Open it at {self._address}, or let whoever"
                " runs it add the name to OUTLAY_TRUSTED_HOSTS."
            )

    def knows(self, host: str) -> bool:
        """Whether a ``Host`` header, with or without a port, is one of ours."""
        found = _HOST.fullmatch(host.lower())
        if found is None:
            return False
        name = found[1].strip("[]")
        if name in self._names or name.endswith(self._domains):
            return True
        return self._any_address and _is_address(name)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _let_in(app: Flask, origins: tuple[str, ...]) -> None:
    """Let scripts of other origins call the API: with tokens, never with cookies."""
    CORS(
        app,
        # Compiled: in a text, flask-cors would take some characters for a pattern's.
        resources={re.compile("/api/"): {"origins": [_exactly(one) for one in origins]}},
        supports_credentials=False,
        allow_headers=_SENT,
        expose_headers=_EXPOSED,
        max_age=_PREFLIGHT_SECONDS,
    )
    app.before_request(_answer_preflight)


def _exactly(origin: str) -> re.Pattern[str]:
    return re.compile(rf"{re.escape(origin)}\Z")


def _answer_preflight() -> Response | None:
    """Say what may be sent, before anybody asks for a token: browsers send none with this."""
    asks = "Access-Control-Request-Method" in request.headers
    if request.method == "OPTIONS" and asks and request.path.startswith("/api/"):
        return current_app.make_default_options_response()
    return None
