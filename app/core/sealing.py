"""Secrets at rest: sealed with keys that are not in the database (AES-256-GCM).

A sealed secret is a nonce of 12 random bytes and what AES-GCM makes of the text, tag included.
"""

import hashlib
import hmac
import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12  # NIST SP 800-38D, 8.2; random ones do for 2**32 secrets under one key
_boxes: list[AESGCM] = []
_keys: list[bytes] = []


def configure(keys: Sequence[str]) -> None:
    """Say with what to seal: the first key seals, all of them open, so that keys can rotate."""
    _boxes[:] = [AESGCM(hashlib.sha256(f"outlay sealing {key}".encode()).digest()) for key in keys]
    _keys[:] = [hashlib.sha256(f"outlay fingerprints {key}".encode()).digest() for key in keys]


def fingerprint(digest: bytes) -> bytes:
    """Return 32 bytes that tell a secret again, from which nobody without a key can guess it.

    They are others once there is a newer key.
    """
    return hmac.digest(_keys[0], digest, "sha256")


def seal(text: str) -> bytes:
    """Return ``text`` so that nobody without a key can read or change it."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + _boxes[0].encrypt(nonce, text.encode(), None)


def unseal(sealed: bytes) -> str:
    """Return what :func:`seal` sealed. InvalidTag when no key opens it."""
    nonce, secret = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    for box in _boxes:
        try:
            return box.decrypt(nonce, secret, None).decode()
        except InvalidTag:
            continue
    raise InvalidTag
