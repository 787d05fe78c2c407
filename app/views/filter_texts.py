"""Filters of a list as an address has them, and those that somebody saved, to go to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from babel.numbers import get_decimal_symbol
from flask import url_for
from werkzeug.datastructures import MultiDict

from app.controllers import saved_filters
from app.core.errors import Invalid
from app.models.saved_filters import as_stored
from app.models.transaction_lists import SORTS, Filters
from app.schemas.bulk_changes import FiltersInput
from app.services.saved_filters import Shown
from app.views.acting import actor
from app.views.books import Books
from app.views.formatting import number_locale
from app.views.forms import Form

_GONE = {"category_id": "category", "account_id": "account", "import_id": "import"}


@dataclass(frozen=True, slots=True)
class Chip:
    """A saved filter as a list offers it; ``gone`` says what it names that is not there."""

    id: int
    name: str
    url: str
    is_current: bool
    gone: str


def read(text: str) -> tuple[Filters, str | None]:
    """Return filters and the order out of ``text``; Invalid, and never all rows, where unclear."""
    source = MultiDict(parse_qsl(text))
    sort = source.pop("sort", None)
    form = Form(FiltersInput(), currency=actor().ledger.currency)
    found: Filters | None = form.load(source)  # type: ignore[assignment]
    unknown = source.keys() - FiltersInput().fields.keys()
    if found is None or unknown or sort not in {None, *SORTS}:
        raise Invalid("These filters cannot be read. Choose them again.", errors=form.errors)
    return found, sort


def write(filters: Mapping[str, Any], sort: str | None) -> dict[str, str]:
    """Return what is stored of filters the way their person types it into an address."""
    point = get_decimal_symbol(number_locale())
    typed = {
        name: str(value).replace(".", point) if name.startswith("amount") else str(value)
        for name, value in filters.items()
    }
    return typed | ({"sort": sort} if sort else {})


def text_of(filters: Mapping[str, Any], sort: str | None) -> str:
    """Return what :func:`read` reads."""
    return urlencode(write(filters, sort))


def chips(filters: Filters | None, sort: str | None) -> Sequence[Chip]:
    """Return what the actor saved in the ledger; ``filters`` are those in use."""
    used = None if filters is None else (as_stored(filters), _order(sort))
    return [
        Chip(
            id=one.id,
            name=one.name,
            url=_address(one),
            is_current=used == (one.filters, _order(one.sort)),
            gone=" and ".join(_GONE[name] for name in one.missing),
        )
        for one in saved_filters.list_all(actor())
    ]


def gone(filters: Filters | None, books: Books) -> str:
    """Return what filters name that is not there any more, in words; empty where all is."""
    if filters is None:
        return ""
    known: dict[str, Mapping[Any, object]] = {
        "category_id": books.categories,
        "account_id": books.accounts,
    }
    used = {name: getattr(filters, name) for name in known}
    missing = [name for name, id_ in used.items() if id_ is not None and id_ not in known[name]]
    return " and ".join(_GONE[name] for name in missing)


def _address(saved: Shown) -> str:
    values: dict[str, Any] = dict(write(saved.filters, saved.sort))
    return url_for("transactions.index", **values)


def _order(sort: str | None) -> str:
    return sort or SORTS[0]
