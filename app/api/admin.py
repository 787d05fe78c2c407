"""What administrators do; for everybody else there is nothing here."""

from typing import Any

from flask import Response, current_app

from app.api.acting import actor
from app.api.answers import json_response
from app.api.blueprint import Blueprint
from app.controllers import mails, registrations
from app.schemas.mails import MailListSchema
from app.schemas.registrations import InvitationInput, InvitationSchema

blp = Blueprint("api_admin", __name__, url_prefix="/api/admin", description="Administration")


@blp.route("/registration-invitations", methods=["POST"])
@blp.arguments(InvitationInput)
@blp.response(201, InvitationSchema)
def invite(data: dict[str, Any]) -> Response:
    """Make a link that lets one person register."""
    invited = registrations.invite(actor(), **data)
    url = registrations.link(current_app.extensions["settings"].base_url, invited)
    dumped = InvitationSchema().dump(invited.invitation) | {"url": url}
    return json_response(dumped, 201)


@blp.route("/mails/failed", methods=["GET"])
@blp.response(200, MailListSchema)
def failed_mails() -> Response:
    """List the newest mails that could not be sent, and why."""
    return json_response(MailListSchema().dump({"items": mails.list_failed(actor())}))
