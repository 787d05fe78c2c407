"""Tags of a ledger."""

from functools import partial
from typing import Any

from flask import Response

from app.api.acting import actor
from app.api.answers import expected_version, json_response, page_response
from app.api.blueprint import Blueprint, revisioned
from app.api.idempotency import idempotent
from app.controllers import tags
from app.models.directories import ListedTag
from app.policies import Permission, needs
from app.schemas.directories import NameQuery, TagChanges, TagPageSchema, TagSchema
from app.schemas.merges import MergedSchema, MergeInput

blp = Blueprint(
    "api_tags",
    __name__,
    url_prefix="/api/tags",
    description="Words on transactions",
)


@blp.route("", methods=["GET"])
@needs(Permission.SEE)
@blp.arguments(NameQuery, location="query")
@blp.response(200, TagPageSchema)
@revisioned
def index(query: dict[str, Any]) -> Response:
    """List the tags of a ledger by name, each with how many transactions have it."""
    return page_response(tags.list_page(actor(), **query), TagSchema())


@blp.route("/<id:tag_id>", methods=["GET"])
@needs(Permission.SEE)
@blp.item(TagSchema)
def show(tag_id: int) -> ListedTag:
    """Get a tag."""
    return tags.show(actor(), tag_id)


@blp.route("/<id:tag_id>", methods=["PATCH"])
@needs(Permission.EDIT)
@blp.arguments(TagChanges(partial=True))
@blp.item(TagSchema)
def update(data: dict[str, Any], tag_id: int) -> ListedTag:
    """Rename a tag; the transactions that have it follow.

    With up to 10,000 of them it is a bulk change, which can be taken back.
    """
    tags.update(actor(), tag_id, version=_expected(tag_id), **data)
    return tags.show(actor(), tag_id)


@blp.route("/<id:tag_id>/merge", methods=["POST"])
@needs(Permission.EDIT)
@idempotent
@blp.arguments(MergeInput)
@blp.response(200, MergedSchema)
def merge(data: dict[str, Any], tag_id: int) -> Response:
    """Give all transactions that have a tag another one instead, and delete it."""
    merged = tags.merge(actor(), tag_id, version=_expected(tag_id), **data)
    return json_response(MergedSchema().dump(merged))


@blp.route("/<id:tag_id>", methods=["DELETE"])
@needs(Permission.EDIT)
@blp.empty
def delete(tag_id: int) -> None:
    """Delete a tag; the transactions that have it lose it, which can be taken back."""
    tags.delete(actor(), tag_id, version=_expected(tag_id))


def _expected(tag_id: int) -> int | None:
    return expected_version(TagSchema(), partial(tags.show, actor(), tag_id))
