"""Rules: what is to be done to rows that look like something."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from flask import Response

from app.api.acting import actor
from app.api.answers import expected_version, json_response
from app.api.blueprint import Blueprint, revisioned
from app.api.idempotency import idempotent, replayed
from app.controllers import rules
from app.models.bulk_changes import BulkChange
from app.models.rules import Rule
from app.policies import Permission, needs
from app.schemas.base import LedgerQuery
from app.schemas.bulk_changes import BulkChangeSchema
from app.schemas.rules import (
    ApplyInput,
    PreviewInput,
    PreviewSchema,
    RuleInput,
    RuleListSchema,
    RuleSchema,
)

blp = Blueprint(
    "api_rules", __name__, url_prefix="/api/rules", description="What is done to rows by itself"
)


@blp.route("", methods=["GET"])
@needs(Permission.SEE)
@blp.arguments(LedgerQuery, location="query")
@blp.response(200, RuleListSchema)
@revisioned
def index(query: dict[str, Any]) -> Response:
    """List the rules of a ledger in their order."""
    found = rules.list_all(actor(), **query)
    return json_response({"items": [RuleSchema().dump(rule) for rule in found]})


@blp.route("", methods=["POST"])
@needs(Permission.EDIT)
@idempotent
@blp.arguments(RuleInput)
@blp.arguments(LedgerQuery, location="query")
@blp.item(RuleSchema, 201)
def create(data: dict[str, Any], query: dict[str, Any]) -> Rule:
    """Add a rule behind the others."""
    return rules.create(actor(), **query, **data)


@blp.route("/preview", methods=["POST"])
@needs(Permission.SEE)
@blp.arguments(PreviewInput)
@blp.arguments(LedgerQuery, location="query")
@blp.response(200, PreviewSchema)
def preview(data: dict[str, Any], query: dict[str, Any]) -> Response:
    """Say what a rule, or kept ones, would change; changes nothing."""
    return json_response(PreviewSchema().dump(rules.preview(actor(), **query, **data)))


@blp.route("/apply", methods=["POST"])
@needs(Permission.EDIT)
@blp.arguments(ApplyInput)
@blp.arguments(LedgerQuery, location="query")
@blp.response(201, BulkChangeSchema)
def apply(data: dict[str, Any], query: dict[str, Any]) -> Response:
    """Run rules over the rows there are, as a bulk change that can be taken back."""
    again = replayed()
    if again is not None:
        return again
    row_ids = rules.find_changing(actor(), **query, **data)
    return _apply(data.get("rule_ids"), row_ids, **query)


@idempotent
def _apply(
    rule_ids: Sequence[int] | None, row_ids: Sequence[int], ledger_id: int | None = None
) -> Response:
    change: BulkChange = rules.apply(actor(), ledger_id, rule_ids=rule_ids, row_ids=row_ids)
    response = json_response(BulkChangeSchema().dump(change), 201)
    response.headers["Location"] = f"/api/bulk-changes/{change.id}"
    return response


@blp.route("/<id:rule_id>", methods=["GET"])
@needs(Permission.SEE)
@blp.item(RuleSchema)
def show(rule_id: int) -> Rule:
    """Get a rule."""
    return rules.show(actor(), rule_id)


@blp.route("/<id:rule_id>", methods=["PUT"])
@needs(Permission.EDIT)
@blp.arguments(RuleInput)
@blp.item(RuleSchema)
def replace(data: dict[str, Any], rule_id: int) -> Rule:
    """Change a rule, naming at least what is required of a new one."""
    return _update(rule_id, data)


@blp.route("/<id:rule_id>", methods=["PATCH"])
@needs(Permission.EDIT)
@blp.arguments(RuleInput(partial=True))
@blp.item(RuleSchema)
def update(data: dict[str, Any], rule_id: int) -> Rule:
    """Change what is named of a rule."""
    return _update(rule_id, data)


@blp.route("/<id:rule_id>", methods=["DELETE"])
@needs(Permission.EDIT)
@blp.empty
def delete(rule_id: int) -> None:
    """Delete a rule; what it did stays."""
    rules.delete(actor(), rule_id, version=_expected(rule_id))


def _update(rule_id: int, data: dict[str, Any]) -> Rule:
    return rules.update(actor(), rule_id, version=_expected(rule_id), **data)


def _expected(rule_id: int) -> int | None:
    return expected_version(RuleSchema(), partial(rules.show, actor(), rule_id))
