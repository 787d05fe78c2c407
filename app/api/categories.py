"""Categories of a ledger."""

from functools import partial
from typing import Any

from flask import Response

from app.api.acting import actor
from app.api.answers import expected_version, json_response, nested
from app.api.blueprint import Blueprint, revisioned
from app.api.idempotency import idempotent
from app.controllers import categories, suggestions
from app.models.categories import Category
from app.policies import Permission, needs
from app.schemas.base import LedgerQuery
from app.schemas.categories import (
    CategoryChanges,
    CategoryInput,
    CategoryListSchema,
    CategoryQuery,
    CategorySchema,
    UsageQuery,
    UsageSchema,
)
from app.schemas.directories import SuggestedSchema, SuggestionQuery
from app.schemas.merges import MergedCategorySchema, MergeInput

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
    dump = CategorySchema().dump
    if query.pop("tree"):
        tree = categories.list_tree(actor(), **query)
        return json_response({"items": nested((dump(row), depth) for row, depth in tree)})
    return json_response({"items": [dump(row) for row in categories.list_all(actor(), **query)]})


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


@blp.route("/suggestion", methods=["GET"])
@needs(Permission.SEE)
@blp.arguments(SuggestionQuery, location="query")
@blp.response(200, SuggestedSchema)
@revisioned
def suggest(query: dict[str, Any]) -> Response:
    """Suggest a category for a new transaction, from what the last ones alike had, or null.

    These are those of the same payee, or else those whose descriptions begin alike.
    """
    found = suggestions.find(actor(), **query)
    return json_response(SuggestedSchema().dump({"suggestion": found}))


@blp.route("/<id:category_id>/usage", methods=["GET"])
@needs(Permission.SEE)
@blp.arguments(UsageQuery, location="query")
@blp.response(200, UsageSchema)
def usage(query: dict[str, Any], category_id: int) -> Response:
    """Say what a merge of a category would move; with ``into_id``, into that one."""
    found = categories.usage(actor(), category_id, **query)
    return json_response(UsageSchema().dump(found))


@blp.route("/<id:category_id>/merge", methods=["POST"])
@needs(Permission.EDIT)
@idempotent
@blp.arguments(MergeInput)
@blp.response(200, MergedCategorySchema)
def merge(data: dict[str, Any], category_id: int) -> Response:
    """Move all that a category has to another one, and delete it.

    Rows, lines of split rows, categories below it, rules and saved filters go along. What both
    have below them under the same name becomes one, too, however deep; ``same_named`` says which.
    """
    version = _expected(category_id)
    merged = categories.merge(actor(), category_id, version=version, **data)
    return json_response(MergedCategorySchema().dump(merged))


def _update(category_id: int, data: dict[str, Any]) -> Category:
    return categories.update(actor(), category_id, version=_expected(category_id), **data)


def _expected(category_id: int) -> int | None:
    return expected_version(CategorySchema(), partial(categories.show, actor(), category_id))
