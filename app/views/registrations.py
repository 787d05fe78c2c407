"""Invitations to register: made, shown and taken back by administrators."""

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.controllers import registrations
from app.policies import Permission, needs
from app.schemas.registrations import InvitationInput
from app.views.acting import actor
from app.views.forms import Form, attempt
from app.views.lifetimes import with_end
from app.views.messages import done
from app.views.once import once
from app.views.paging import numbered, wanted_page
from app.views.registering import rules
from config import Settings

blp = Blueprint("registrations", __name__, url_prefix="/admin/invitations")

Answer = Response | tuple[str, int]

DEFAULT_DAYS = "7"
LIFETIMES = {"1": "a day", DEFAULT_DAYS: "a week", "30": "30 days", "365": "a year"}
NUMBERS = (
    ("1", "one person"),
    ("5", "5 people"),
    ("20", "20 people"),
    ("", "as many as come"),
)


@blp.get("")
@needs(Permission.ADMINISTER)
def index() -> Answer:
    """List the invitations, and show the form for a new one."""
    return _page(Form(InvitationInput(), {"days": DEFAULT_DAYS, "max_uses": 1}))


@blp.post("")
@needs(Permission.ADMINISTER)
@once
def create() -> Answer:
    """Make an invitation."""
    form = Form(InvitationInput(), {"days": request.form.get("days")})
    data = form.load(with_end(request.form, LIFETIMES))
    made = data and form.call(registrations.invite, actor(), base_url=_settings().base_url, **data)
    if not made:
        return _page(form)
    sent = f"The invitation is on its way to {made.email}."
    done(sent if made.email else "The link is ready: copy it and pass it on.")
    return redirect(url_for("registrations.index"), 303)


@blp.get("/<id:invitation_id>/revoke")
@needs(Permission.ADMINISTER)
def confirm_revoke(invitation_id: int) -> str:
    """Say what will go, and ask once."""
    invitation = registrations.show(actor(), invitation_id, base_url=_settings().base_url)
    return render_template("admin/revoke_invitation.html", invitation=invitation)


@blp.post("/<id:invitation_id>/revoke")
@needs(Permission.ADMINISTER)
def revoke(invitation_id: int) -> Response:
    """Take an invitation back."""
    if attempt(registrations.revoke, actor(), invitation_id):
        done("The invitation is taken back.")
    return redirect(url_for("registrations.index"), 303)


def _page(form: Form) -> tuple[str, int]:
    settings = _settings()
    found = registrations.list_page(actor(), base_url=settings.base_url, request=wanted_page())
    page = render_template(
        "admin/invitations.html",
        form=form,
        invitations=found.items,
        page=numbered(found, "registrations.index"),
        mode=rules().mode,
        lifetimes=LIFETIMES.items(),
        numbers=NUMBERS,
    )
    return page, form.status


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
