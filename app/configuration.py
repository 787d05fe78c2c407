"""From Settings to Flask's configuration: the one place that knows the names of both."""

import datetime as dt
from pathlib import Path
from typing import Any

from flask import Flask

from app import logs
from app.core import queue, sealing, signing, storage
from config import Settings

ROOT = Path(__file__).resolve().parent.parent
MAX_FORM_BYTES = 1024 * 1024
MAX_FORM_PARTS = 200
ISSUER, AUDIENCE = "outlay", "outlay-api"


def new_app(settings: Settings) -> Flask:
    """Return a bare app with its configuration, and a connection to the queue in waiting."""
    logs.configure(settings.log_level)
    app = Flask(
        __name__.partition(".")[0],
        template_folder=str(ROOT / "templates"),
        static_folder=None,
    )
    app.config.from_mapping(_flask(settings) | _identity(settings) | _database(settings))
    app.extensions["settings"] = settings
    queue.configure(settings.redis_url)
    signing.configure([settings.secret_key, *settings.secret_key_fallbacks])
    sealing.configure([settings.data_key, *settings.data_key_fallbacks])
    storage.configure(_place(settings))
    return app


def _place(settings: Settings) -> storage.Place:
    return storage.Place(
        url=settings.files_url,
        file_bytes=settings.receipt_bytes,
        owner_bytes=settings.receipt_quota,
        endpoint=settings.s3_endpoint,
        access_key_id=settings.s3_access_key_id,
        secret_access_key=settings.s3_secret_access_key,
        region=settings.s3_region,
    )


def _flask(settings: Settings) -> dict[str, Any]:
    return {
        "SECRET_KEY": settings.secret_key,
        "SECRET_KEY_FALLBACKS": list(settings.secret_key_fallbacks),
        "MAX_CONTENT_LENGTH": settings.max_upload_bytes + MAX_FORM_BYTES,
        "MAX_FORM_MEMORY_SIZE": MAX_FORM_BYTES,
        "MAX_FORM_PARTS": MAX_FORM_PARTS,
        # The prefix makes browsers hold it to TLS, this very host and every path (RFC 6265bis).
        "SESSION_COOKIE_NAME": "__Host-outlay" if settings.secure_cookies else "outlay",
        "SESSION_COOKIE_PATH": "/",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.secure_cookies,
        "PERMANENT_SESSION_LIFETIME": dt.timedelta(days=settings.session_days),
        "SESSION_REFRESH_EACH_REQUEST": False,
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_CHECK_DEFAULT": False,
    }


def _identity(settings: Settings) -> dict[str, Any]:
    return {
        "JWT_SECRET_KEY": settings.jwt_secret_key,
        "JWT_SECRET_KEY_FALLBACKS": settings.jwt_secret_key_fallbacks,
        "JWT_ALGORITHM": "HS256",
        "JWT_DECODE_ALGORITHMS": ["HS256"],
        "JWT_ENCODE_ISSUER": ISSUER,
        "JWT_DECODE_ISSUER": ISSUER,
        "JWT_ENCODE_AUDIENCE": AUDIENCE,
        "JWT_DECODE_AUDIENCE": AUDIENCE,
        "JWT_ACCESS_TOKEN_EXPIRES": dt.timedelta(minutes=settings.access_token_minutes),
        "JWT_REFRESH_TOKEN_EXPIRES": dt.timedelta(days=settings.refresh_token_days),
        "JWT_TOKEN_LOCATION": ["headers"],
        "SESSION_IDLE_LIFETIME": dt.timedelta(days=settings.session_idle_days),
    }


def _database(settings: Settings) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if settings.database_url.startswith("postgresql"):
        # Reads are single statements: without a transaction around each, they cost one round trip.
        options = {
            "isolation_level": "AUTOCOMMIT",
            "pool_size": settings.web_threads,
            "connect_args": {"options": "-c lock_timeout=10000 -c timezone=utc"},
        }
    return {"SQLALCHEMY_DATABASE_URI": settings.database_url, "SQLALCHEMY_ENGINE_OPTIONS": options}
