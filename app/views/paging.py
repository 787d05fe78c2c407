"""Pages of a list, by their number or a cursor, and the addresses of those beside them."""

from dataclasses import dataclass
from typing import Any

from flask import request, url_for

from app.core.errors import NotFound
from app.core.paging import Cursor, Page, PageRequest
from app.schemas.paging import PageQuery
from app.views import ticks
from app.views.forms import Form

PLACES = ("page", "cursor", ticks.PARAMETER)
"""Parameters that say where in a list to be, and what is ticked on it, not what is in it."""


@dataclass(frozen=True, slots=True)
class Pages:
    """A page of a list with the addresses of its neighbours."""

    total: int
    total_is_lower_bound: bool
    pages: int
    page: int | None
    prev_url: str | None
    next_url: str | None


def wanted_page() -> PageRequest:
    """Return which page the address asks for. NotFound when it cannot be read."""
    query = Form(PageQuery(only=("page", "per_page"))).load(request.args)
    if query is None:
        raise NotFound("There is no such page.")
    wanted: PageRequest = query["request"]
    return wanted


def by_cursor(page: Page[Any], endpoint: str, **kept: Any) -> Pages:
    """Return a page of the list at ``endpoint``, narrowed to what the present address says."""

    def place(cursor: Cursor | None) -> str | None:
        if cursor is None:
            return None
        asked = {name: text for name, text in request.args.items() if text and name not in PLACES}
        return url_for(endpoint, **{**asked, **kept, "cursor": cursor.encode()})

    return Pages(
        total=page.total,
        total_is_lower_bound=page.total_is_lower_bound,
        pages=page.pages,
        page=page.page,
        prev_url=place(page.prev),
        next_url=place(page.next),
    )


def numbered(page: Page[Any], endpoint: str, **kept: Any) -> Pages:
    """Return a page with its neighbours' addresses: ``endpoint`` with what is ``kept``."""

    def address(number: int) -> str | None:
        exists = page.page is not None and 1 <= number <= page.pages
        return url_for(endpoint, **kept, page=number) if exists else None

    at = page.page or 1
    return Pages(
        total=page.total,
        total_is_lower_bound=page.total_is_lower_bound,
        pages=page.pages,
        page=page.page,
        prev_url=address(at - 1),
        next_url=address(at + 1),
    )
