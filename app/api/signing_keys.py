"""The keys that sign tokens: the newest signs, those before it open what they signed."""

import hashlib
from collections.abc import Mapping
from typing import Any

from flask import Flask, current_app

from app.extensions import jwt


def init_app(app: Flask) -> None:
    """Let ``app`` sign and open tokens; each says by which key it was signed (``kid``)."""
    jwt.init_app(app)
    jwt.additional_headers_loader(_headers)
    jwt.decode_key_loader(_key)


def _headers(_identity: str) -> dict[str, str]:
    return {"kid": _name(current_app.config["JWT_SECRET_KEY"])}


def _key(headers: Mapping[str, Any], _claims: Mapping[str, Any]) -> str:
    """Return the key a token names; the newest where it names none that is known."""
    newest: str = current_app.config["JWT_SECRET_KEY"]
    older: tuple[str, ...] = current_app.config["JWT_SECRET_KEY_FALLBACKS"]
    return next((key for key in older if _name(key) == headers.get("kid")), newest)


def _name(key: str) -> str:
    """Return a key's name, which tells nothing of the key."""
    return hashlib.blake2b(key.encode(), digest_size=6, person=b"outlay kid").hexdigest()
