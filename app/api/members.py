"""Members of a ledger: who may see it, and what they may do in it."""

from typing import Any

from flask import Response

from app.api.acting import actor
from app.api.answers import json_response, precondition
from app.api.blueprint import Blueprint
from app.api.idempotency import idempotent
from app.controllers import members
from app.policies import Permission, needs
from app.schemas.members import (
    HandOverInput,
    MemberInput,
    MemberListSchema,
    MemberSchema,
    PlaceholderInput,
)
from app.services.members import Shown

blp = Blueprint(
    "api_members", __name__, url_prefix="/api/ledgers", description="Who is in a ledger"
)


@blp.route("/<id:ledger_id>/members", methods=["GET"])
@blp.response(200, MemberListSchema)
@needs(Permission.SEE)
def index(ledger_id: int) -> Response:
    """List the members: owners, editors, viewers, then names without an account."""
    items = members.list_all(actor(), ledger_id)
    return json_response(MemberListSchema().dump({"items": items}))


@blp.route("/<id:ledger_id>/members", methods=["POST"])
@idempotent
@blp.arguments(PlaceholderInput)
@blp.item(MemberSchema, 201)
@needs(Permission.MANAGE)
def create(data: dict[str, Any], ledger_id: int) -> Shown:
    """Add somebody without an account. People with one are invited."""
    return members.add(actor(), ledger_id, **data)


@blp.route("/<id:ledger_id>/members/<id:member_id>", methods=["GET"])
@blp.item(MemberSchema)
@needs(Permission.SEE)
def show(ledger_id: int, member_id: int) -> Shown:
    """Get a member."""
    return members.show(actor(), ledger_id, member_id)


@blp.route("/<id:ledger_id>/members/<id:member_id>", methods=["PATCH"])
@blp.arguments(MemberInput)
@blp.item(MemberSchema)
@needs(Permission.MANAGE)
def update(data: dict[str, Any], ledger_id: int, member_id: int) -> Shown:
    """Change a person's role, or the name of somebody without an account."""
    check = precondition(MemberSchema())
    return members.update(actor(), ledger_id, member_id, precondition=check, **data)


@blp.route("/<id:ledger_id>/members/<id:member_id>", methods=["DELETE"])
@blp.empty
@needs(Permission.MANAGE)
def delete(ledger_id: int, member_id: int) -> None:
    """Remove a member. With one's own membership, which every role may, leave the ledger."""
    members.remove(actor(), ledger_id, member_id, precondition=precondition(MemberSchema()))


@blp.route("/<id:ledger_id>/hand-over", methods=["POST"])
@blp.arguments(HandOverInput)
@blp.item(MemberSchema)
@needs(Permission.MANAGE)
def hand_over(data: dict[str, Any], ledger_id: int) -> Shown:
    """Make another member the owner; you are an editor from then on."""
    return members.hand_over(actor(), ledger_id, **data)
