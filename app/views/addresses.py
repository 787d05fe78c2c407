"""Where to go next: an address that a request brought along is followed only within Outlay."""

from urllib.parse import unquote, urlsplit

from flask import request

LONGEST = 2000


def local_address(text: str | None) -> str | None:
    """Return ``text`` if every browser takes it for an address on this very server, else None.

    Browsers drop tabs and line ends, read a backslash as a slash, and take ``//name`` for another
    server; the path counts as written and as decoded.
    """
    if not text or len(text) > LONGEST or not _is_rooted(text):
        return None
    parts = urlsplit(text)
    if parts.scheme or parts.netloc or not _is_rooted(unquote(parts.path)):
        return None
    return text


def given_address(default: str) -> str:
    """Return the local address in the request's ``next``, or ``default``."""
    return local_address(request.values.get("next")) or default


def _is_rooted(text: str) -> bool:
    return (
        text.startswith("/")
        and not text.startswith("//")
        and "\\" not in text
        and text.isprintable()
    )
