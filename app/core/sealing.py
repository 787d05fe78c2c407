"""Secrets at rest: sealed with keys that are not in the database (Fernet, authenticated)."""

import base64
import hashlib
from collections.abc import Sequence

from cryptography.fernet import Fernet, MultiFernet

_boxes: list[MultiFernet] = []


def configure(keys: Sequence[str]) -> None:
    """Say with what to seal: the first key seals, all of them open, so that keys can rotate."""
    _boxes[:] = [MultiFernet([Fernet(_fernet_key(key)) for key in keys])]


def seal(text: str) -> bytes:
    """Return ``text`` so that nobody without a key can read or change it."""
    return _boxes[0].encrypt(text.encode())


def unseal(sealed: bytes) -> str:
    """Return what :func:`seal` sealed. InvalidToken when no key opens it."""
    return _boxes[0].decrypt(sealed).decode()


def _fernet_key(key: str) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(f"outlay sealing {key}".encode()).digest())
