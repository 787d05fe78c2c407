"""Building answers: JSON bodies, entity tags, and the conditions that requests put on them."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

import orjson
from flask import Response, request
from marshmallow import Schema

from app.core.errors import Stale
from app.core.money import decimal_string, digits
from app.core.paging import Cursor, Page
from app.models.ledgers import LedgerScope


def dumps(value: Any) -> bytes:
    """Write JSON; aware UTC datetimes as RFC 3339 ending in ``Z``."""
    return orjson.dumps(value, option=orjson.OPT_UTC_Z)


def json_response(body: Any, status: int = 200) -> Response:
    """Return ``body`` as a JSON response."""
    return Response(dumps(body), status, mimetype="application/json")


def nested(tree: Iterable[tuple[dict[str, Any], int]]) -> orjson.Fragment:
    """Return items as JSON, each with those below it as its ``children``, however deep.

    ``tree`` has each item with its depth, 0 at the top, and what is below it right behind it.
    """
    pieces = [b"["]
    before = -1
    for item, depth in tree:
        if depth <= before:
            pieces.append(b"]}" * (before - depth + 1) + b",")
        pieces.append(dumps(item)[:-1] + b',"children":[')
        before = depth
    return orjson.Fragment(b"".join([*pieces, b"]}" * (before + 1), b"]"]))


def item_response(schema: Schema, row: Any, status: int) -> Response:
    """Return one item, dumped by ``schema``; a new one with its Location."""
    body = schema.dump(row)
    response = tagged_response(body, status)
    if status == 201:
        response.headers["Location"] = f"{request.path}/{body['id']}"
    return response


def tagged_response(body: dict[str, Any], status: int = 200) -> Response:
    """Return an item's representation with its strong ETag; 304 when the caller has it already."""
    response = json_response(body, status)
    response.set_etag(tag_of(body))
    if request.method in {"GET", "HEAD"}:
        response.make_conditional(request)
    return response


def tag_of(body: dict[str, Any]) -> str:
    """Return the entity tag of an item's representation; what is only advice does not count."""
    lasting = {name: value for name, value in body.items() if name != "warnings"}
    return hashlib.blake2b(dumps(lasting), digest_size=12).hexdigest()


def expected_version(schema: Schema, show: Callable[[], Any]) -> int | None:
    """Return the version that ``If-Match`` stands for, None without one. Stale when it is old."""
    if not request.if_match or request.if_match.star_tag:
        return None
    row = show()
    if not request.if_match.contains(tag_of(schema.dump(row))):
        raise Stale
    version: int = row.version
    return version


def precondition(schema: Schema) -> Callable[[Any], None] | None:
    """Return what holds ``If-Match`` against a row that has no version; None without one.

    The returned function raises Stale; it counts when it is called under the row's lock.
    """
    wanted = request.if_match
    if not wanted or wanted.star_tag:
        return None

    def check(row: Any) -> None:
        if not wanted.contains(tag_of(schema.dump(row))):
            raise Stale

    return check


def revision_tag(ledger: LedgerScope) -> str:
    """Return the tag of a list or report: it holds as long as nothing in the ledger changes."""
    asked = hashlib.blake2b(request.full_path.encode(), digest_size=6).hexdigest()
    return f"{ledger.id}-{ledger.revision}-{ledger.role}-{asked}"


def not_modified(tag: str) -> Response | None:
    """Return 304 when the caller's ``If-None-Match`` still holds."""
    if not request.if_none_match.contains_weak(tag):
        return None
    response = Response(status=304)
    response.set_etag(tag, weak=True)
    return response


def page_response(page: Page[Any], schema: Schema | None = None) -> Response:
    """Return a page of a list: of light rows in one pass, of entities dumped by ``schema``."""
    items = [schema.dump(row) for row in page.items] if schema else _plain(page.items)
    return json_response(
        {
            "items": items,
            "page": page.page,
            "per_page": page.per_page,
            "pages": page.pages,
            "total": page.total,
            "total_is_lower_bound": page.total_is_lower_bound,
            "next": _address(page.next),
            "prev": _address(page.prev),
        }
    )


def _plain(rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Return light rows as they are sent: amounts as decimal strings."""
    keys = rows[0]._fields if rows else ()
    items = [dict(zip(keys, row, strict=True)) for row in rows]
    for name, currency in _AMOUNTS.items():
        if name in keys:
            for item in items:
                if item[name] is not None:
                    item[name] = decimal_string(item[name], digits(item[currency]))
    if "splits" in keys:
        for item in items:
            item["splits"] = [_line(line) for line in item["splits"]]
    return items


_AMOUNTS = {"amount": "currency", "to_amount": "to_currency"}


def _line(line: Any) -> dict[str, Any]:
    amount = decimal_string(line.amount, digits(line.currency))
    return {"category_id": line.category_id, "amount": amount, "notes": line.notes}


def _address(cursor: Cursor | None) -> str | None:
    if cursor is None:
        return None
    kept = [(k, v) for k, v in request.args.items(multi=True) if k not in {"page", "cursor"}]
    return f"{request.path}?{urlencode([*kept, ('cursor', cursor.encode())])}"
