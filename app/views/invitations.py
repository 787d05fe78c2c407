"""Invitations into a ledger: made and taken back by owners, shown to and accepted by the others."""

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.controllers import invitations
from app.controllers.invitations import Accepted
from app.core.errors import Conflict, Forbidden, OutlayError
from app.errors import status_of
from app.policies import Permission, needs, public, signed_in
from app.schemas.invitations import LedgerInvitationInput
from app.views.acting import actor, recognise
from app.views.current_ledger import inside
from app.views.forms import Form, attempt
from app.views.lifetimes import with_end
from app.views.members import LIFETIMES, page
from app.views.messages import done
from app.views.once import once

ledger_blp = Blueprint(
    "ledger_invitations", __name__, url_prefix="/ledgers/<id:ledger_id>/invitations"
)
blp = Blueprint("invitations", __name__, url_prefix="/invitation")
BLUEPRINTS = (ledger_blp, blp)

Answer = Response | tuple[str, int]


@ledger_blp.before_request
def _enter() -> None:
    inside((request.view_args or {})["ledger_id"])


@ledger_blp.post("")
@needs(Permission.MANAGE)
@once
def create(ledger_id: int) -> Answer:
    """Invite somebody."""
    form = Form(LedgerInvitationInput(), {"days": request.form.get("days")})
    data = form.load(with_end(request.form, LIFETIMES))
    made = data and form.call(invitations.invite, actor(), ledger_id, base_url=_base_url(), **data)
    if not made:
        return page(ledger_id, invitation=form)
    sent = f"The invitation is on its way to {made.email}."
    done(sent if made.email else "The link is ready: copy it and pass it on.")
    return redirect(url_for("members.index", ledger_id=ledger_id), 303)


@ledger_blp.get("/<id:invitation_id>/revoke")
@needs(Permission.MANAGE)
def confirm_revoke(ledger_id: int, invitation_id: int) -> str:
    """Say what will go, and ask once."""
    invitation = invitations.show(actor(), ledger_id, invitation_id, base_url=_base_url())
    return render_template("invitations/revoke.html", invitation=invitation)


@ledger_blp.post("/<id:invitation_id>/revoke")
@needs(Permission.MANAGE)
def revoke(ledger_id: int, invitation_id: int) -> Response:
    """Take an invitation back."""
    if attempt(invitations.revoke, actor(), ledger_id, invitation_id):
        done("The invitation is taken back.")
    return redirect(url_for("members.index", ledger_id=ledger_id), 303)


@blp.get("")
@public
def show() -> Answer:
    """Say who invites to what, and what the others will see of whoever accepts."""
    token = request.args.get("token", "")
    try:
        joined = invitations.find_joined(actor(), token) if recognise() else None
        offer = None if joined else invitations.preview(token)
    except Forbidden as error:
        return _closed(error)
    return render_template("invitations/show.html", offer=offer, joined=joined, token=token), 200


@blp.post("")
@signed_in
def accept() -> Answer:
    """Join the ledger."""
    try:
        accepted = invitations.accept(actor(), token=request.form.get("token", ""))
    except (Conflict, Forbidden) as error:
        return _closed(error)
    done(_said(accepted))
    return redirect(url_for("months.index", ledger_id=accepted.ledger.id), 303)


def _closed(error: OutlayError) -> Answer:
    """Return the page that says why an invitation lets nobody in, or not this person."""
    return render_template("invitations/closed.html", reason=error.detail), status_of(error)


def _said(accepted: Accepted) -> str:
    name = accepted.ledger.name
    return f"Welcome to {name}." if accepted.is_new else f"You are in {name} already."


def _base_url() -> str:
    base_url: str = current_app.extensions["settings"].base_url
    return base_url
