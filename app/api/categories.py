"""Categories of a ledger."""

from functools import partial
from typing import Any

from flask import Response

from app.api.acting import actor
from app.api.answers import expected_version, json_response
from app.api.blueprint import Blueprint, revisioned
from app.api.idempotency import idempotent
from app.controllers import categories
from app.models.categories import Category
from app.policies import Permission, needs
from app.schemas.base import LedgerQuery
from app.schemas.categories import (
    CategoryChanges,
    CategoryInput,
    CategoryListSchema,
    CategoryQuery,
    CategorySchema,
)

blp = Blueprint(
    "api_categories", __name__, url_prefix="/api/categories", description="What money is for"
)


@blp.route("", methods=["GET"])
@needs(Permission.SEE)
@blp.arguments(CategoryQuery, location="query")
@blp.response(200, CategoryListSchema)
@revisioned
def index(query: dict[str, Any]) -> Response:
    """List the categories of a ledger; with ``tree=1`` nested in their parents."""
    nested = query.pop("tree")
    found = categories.list_all(actor(), **query)
    items = [CategorySchema().dump(row) for row in found]
    return json_response({"items": _nested(items) if nested else items})


@blp.route("", methods=["POST"])
@needs(Permission.EDIT)
@idempotent
@blp.arguments(CategoryInput)
@blp.arguments(LedgerQuery, location="query")
@blp.item(CategorySchema, 201)
def create(data: dict[str, Any], query: dict[str, Any]) -> Category:
    """Add a category."""
    return categories.create(actor(), **query, **data)


@blp.route("/<id:category_id>", methods=["GET"])
@needs(Permission.SEE)
@blp.item(CategorySchema)
def show(category_id: int) -> Category:
    """Get a category."""
    return categories.show(actor(), category_id)


@blp.route("/<id:category_id>", methods=["PUT"])
@needs(Permission.EDIT)
@blp.arguments(CategoryChanges)
@blp.item(CategorySchema)
def replace(data: dict[str, Any], category_id: int) -> Category:
    """Change a category, naming at least what is required of a new one."""
    return _update(category_id, data)


@blp.route("/<id:category_id>", methods=["PATCH"])
@needs(Permission.EDIT)
@blp.arguments(CategoryChanges(partial=True))
@blp.item(CategorySchema)
def update(data: dict[str, Any], category_id: int) -> Category:
    """Change a category; ``parent_id`` moves it, ``archived`` takes it out of use or back."""
    return _update(category_id, data)


@blp.route("/<id:category_id>", methods=["DELETE"])
@needs(Permission.EDIT)
@blp.empty
def delete(category_id: int) -> None:
    """Delete a category that nothing uses."""
    categories.delete(actor(), category_id, version=_expected(category_id))


def _update(category_id: int, data: dict[str, Any]) -> Category:
    return categories.update(actor(), category_id, version=_expected(category_id), **data)


def _expected(category_id: int) -> int | None:
    return expected_version(CategorySchema(), partial(categories.show, actor(), category_id))


def _nested(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    by_id = {item["id"]: {**item, "children": []} for item in items}
    for item in by_id.values():
        if item["parent_id"] is not None:
            by_id[item["parent_id"]]["children"].append(item)
    return [item for item in by_id.values() if item["parent_id"] is None]
