"""What a page offers to do: where its links and forms lead, and who may use that."""

from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import parse_qs, urljoin, urlsplit

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from app.policies import access_of

_ADDRESSES = {"href": "GET", "action": "", "formaction": "POST", "hx-get": "GET", "hx-post": "POST"}


class _Offers(HTMLParser):
    """Collects (method, address); a form without an address is sent to its own page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._page = page

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note where an element leads."""
        given = dict(attrs)
        if tag == "form":
            given.setdefault("action", "")
        for name, method in _ADDRESSES.items():
            if name in given:
                sent = method or (given.get("method") or "get").upper()
                self.found.append((sent, urljoin(self._page, given[name] or "")))


def offers(app: Flask, path: str, page: str, ledger_id: int) -> Iterator[tuple[str, str, str]]:
    """Yield (method, address, access) of all that a page offers and that may concern a ledger.

    Whatever names another ledger is left out: there the reader may do more.
    """
    reader = _Offers(path)
    reader.feed(page)
    adapter = app.url_map.bind("localhost")
    for method, address in reader.found:
        parts = urlsplit(address)
        try:
            endpoint, values = adapter.match(parts.path, method)
        except (HTTPException, RequestRedirect):
            continue  # a file, or another site
        named = parse_qs(parts.query).get("ledger_id") or [values.get("ledger_id", ledger_id)]
        if str(named[0]) == str(ledger_id):
            yield method, address, str(access_of(app.view_functions[endpoint]))
