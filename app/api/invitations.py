"""Invitations into a ledger: for its owners, and for those whom they reach."""

from typing import Any

from flask import Response, current_app

from app.api.acting import actor
from app.api.answers import page_response
from app.api.blueprint import Blueprint
from app.api.idempotency import completed, idempotent
from app.controllers import invitations
from app.models.invitations import Invited
from app.models.ledgers import LedgerScope
from app.policies import Permission, needs, public, signed_in
from app.schemas.invitations import (
    InvitationToken,
    LedgerInvitationInput,
    LedgerInvitationPageSchema,
    LedgerInvitationSchema,
    OfferSchema,
)
from app.schemas.ledgers import LedgerSchema
from app.schemas.registrations import InvitationQuery
from app.services.joining import Offer

ledger_blp = Blueprint(
    "api_ledger_invitations",
    __name__,
    url_prefix="/api/ledgers",
    description="Invitations into a ledger",
)
invitations_blp = Blueprint(
    "api_invitations",
    __name__,
    url_prefix="/api/invitations",
    description="What an invitation offers, and taking it up",
)
BLUEPRINTS = (ledger_blp, invitations_blp)


def _base_url() -> str:
    base_url: str = current_app.extensions["settings"].base_url
    return base_url


def _found(ledger_id: int, invitation_id: int) -> Invited:
    return invitations.show(actor(), ledger_id, invitation_id, base_url=_base_url())


@ledger_blp.route("/<id:ledger_id>/invitations", methods=["GET"])
@ledger_blp.arguments(InvitationQuery, location="query")
@ledger_blp.response(200, LedgerInvitationPageSchema)
@needs(Permission.MANAGE)
def index(query: dict[str, Any], ledger_id: int) -> Response:
    """List the invitations into a ledger, the newest first."""
    page = invitations.list_page(actor(), ledger_id, base_url=_base_url(), **query)
    return page_response(page, LedgerInvitationSchema())


@ledger_blp.route("/<id:ledger_id>/invitations", methods=["POST"])
@completed(LedgerInvitationSchema, _found)
@idempotent
@ledger_blp.arguments(LedgerInvitationInput)
@ledger_blp.item(LedgerInvitationSchema, 201)
@needs(Permission.MANAGE)
def create(data: dict[str, Any], ledger_id: int) -> Invited:
    """Make a link that lets people into a ledger; one for an address goes there as a mail too."""
    made = invitations.invite(actor(), ledger_id, base_url=_base_url(), **data)
    return made.without_link()


@ledger_blp.route("/<id:ledger_id>/invitations/<id:invitation_id>", methods=["GET"])
@ledger_blp.item(LedgerInvitationSchema)
@needs(Permission.MANAGE)
def show(ledger_id: int, invitation_id: int) -> Invited:
    """Get an invitation."""
    return _found(ledger_id, invitation_id)


@ledger_blp.route("/<id:ledger_id>/invitations/<id:invitation_id>", methods=["DELETE"])
@ledger_blp.empty
@needs(Permission.MANAGE)
def delete(ledger_id: int, invitation_id: int) -> None:
    """Take an invitation back; its link is dead at once."""
    invitations.revoke(actor(), ledger_id, invitation_id)


@invitations_blp.route("/preview", methods=["POST"])
@invitations_blp.arguments(InvitationToken)
@invitations_blp.item(OfferSchema)
@public
def preview(data: dict[str, Any]) -> Offer:
    """Say what an invitation offers. A POST, so that the token is in no address."""
    return invitations.preview(**data)


@invitations_blp.route("/accept", methods=["POST"])
@invitations_blp.arguments(InvitationToken)
@invitations_blp.item(LedgerSchema)
@signed_in
def accept(data: dict[str, Any]) -> LedgerScope:
    """Join the ledger of an invitation; who is in it already changes nothing and uses nothing."""
    return invitations.accept(actor(), **data).ledger
