"""How gunicorn serves Outlay: ``gunicorn --config config/gunicorn.py "app:create_app()"``.

A thread is held by every request and, later, by every open WebSocket; see OUTLAY_WEB_THREADS.
"""

import gc
import json
import secrets
from typing import TYPE_CHECKING, Any

from gunicorn import util

from config.settings import Settings

if TYPE_CHECKING:
    from gunicorn.arbiter import Arbiter

_settings = Settings.from_env()
_host = f"[{_settings.host}]" if ":" in _settings.host else _settings.host

bind = f"{_host}:{_settings.port}"
worker_class = "gthread"
workers = _settings.web_workers
threads = _settings.web_threads
loglevel = _settings.log_level.lower()
# Import once, then fork: a quicker start and shared memory. The application connects lazily.
preload_app = True
# Nothing but the process manager steers gunicorn, so no control socket in somebody's home folder.
control_socket_disable = True
# What a proxy says is believed by the application, after OUTLAY_TRUSTED_PROXIES; nothing here.
forwarded_allow_ips = ""
# Ctrl-C has to be over within ten seconds.
graceful_timeout = 5
keepalive = 5


def write_problem(sock: Any, status: int, reason: str, message: str) -> None:
    """Refuse what was no request, as RFC 9457 has it: no part of the application has seen it."""
    problem = {
        "type": "about:blank",
        "title": reason,
        "status": status,
        "detail": message or "The server failed to answer.",
        "code": reason.lower().replace(" ", "_"),
        "errors": {},
        "request_id": secrets.token_hex(16),
    }
    body = json.dumps(problem)
    head = (
        f"HTTP/1.1 {status} {reason}\r\nConnection: close\r\nCache-Control: no-store\r\n"
        f"X-Request-ID: {problem['request_id']}\r\nX-Content-Type-Options: nosniff\r\n"
        f"Content-Type: application/problem+json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    util.write_nonblock(sock, (head + body).encode("ascii"))


util.write_error = write_problem  # gunicorn writes HTML of its own and offers no way to say so


def when_ready(server: "Arbiter") -> None:
    """Spare the garbage collector what was imported: it stays for good, and shared after a fork.

    Says, once, when passwords may cross a network in the clear.
    """
    gc.freeze()
    if _settings.is_unencrypted:
        server.log.warning(
            "Other machines may reach Outlay without encryption: put a proxy with TLS in front of"
            " it and set OUTLAY_BASE_URL to its https:// address."
        )
