"""What administrators do; for everybody else there is nothing here."""

from typing import Any

from flask import Response, current_app

from app.api.acting import actor
from app.api.answers import json_response, page_response
from app.api.blueprint import Blueprint
from app.api.idempotency import completed, idempotent
from app.controllers import mails, registrations
from app.models.invitations import Invited
from app.policies import Permission, needs
from app.schemas.mails import MailListSchema
from app.schemas.registrations import (
    InvitationInput,
    InvitationPageSchema,
    InvitationQuery,
    InvitationSchema,
)

blp = Blueprint("api_admin", __name__, url_prefix="/api/admin", description="Administration")


def _base_url() -> str:
    base_url: str = current_app.extensions["settings"].base_url
    return base_url


def _found(invitation_id: int) -> Invited:
    return registrations.show(actor(), invitation_id, base_url=_base_url())


@blp.route("/registration-invitations", methods=["GET"])
@needs(Permission.ADMINISTER)
@blp.arguments(InvitationQuery, location="query")
@blp.response(200, InvitationPageSchema)
def list_invitations(query: dict[str, Any]) -> Response:
    """List the invitations to register, the newest first."""
    page = registrations.list_page(actor(), base_url=_base_url(), **query)
    return page_response(page, InvitationSchema())


@blp.route("/registration-invitations", methods=["POST"])
@needs(Permission.ADMINISTER)
@completed(InvitationSchema, _found)
@idempotent
@blp.arguments(InvitationInput)
@blp.item(InvitationSchema, 201)
def invite(data: dict[str, Any]) -> Invited:
    """Make a link that lets people register; one for an address goes there as a mail too."""
    return registrations.invite(actor(), base_url=_base_url(), **data).without_link()


@blp.route("/registration-invitations/<id:invitation_id>", methods=["GET"])
@needs(Permission.ADMINISTER)
@blp.item(InvitationSchema)
def show_invitation(invitation_id: int) -> Invited:
    """Get an invitation."""
    return _found(invitation_id)


@blp.route("/registration-invitations/<id:invitation_id>", methods=["DELETE"])
@needs(Permission.ADMINISTER)
@blp.empty
def revoke_invitation(invitation_id: int) -> None:
    """Take an invitation back; its link is dead at once."""
    registrations.revoke(actor(), invitation_id)


@blp.route("/mails/failed", methods=["GET"])
@needs(Permission.ADMINISTER)
@blp.response(200, MailListSchema)
def failed_mails() -> Response:
    """List the newest mails that could not be sent, and why."""
    return json_response(MailListSchema().dump({"items": mails.list_failed(actor())}))
