"""Devices: where a person is signed in, and ending what is on a device they lost."""

from flask import Blueprint, current_app, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.controllers import sessions
from app.policies import signed_in
from app.views.acting import actor
from app.views.forms import attempt
from app.views.messages import done

blp = Blueprint("sessions", __name__, url_prefix="/settings/devices")


@blp.get("")
@signed_in
def index() -> str:
    """List the devices, this one first."""
    found = sessions.list_all(actor(), idle=current_app.config["SESSION_IDLE_LIFETIME"])
    found = sorted(found, key=lambda session: not session.current)
    return render_template("settings/devices.html", sessions=found)


@blp.post("/<id:session_id>/revoke")
@signed_in
def revoke(session_id: int) -> Response:
    """Sign one device out."""
    if attempt(sessions.revoke, actor(), session_id):
        done("That device is signed out.")
    return redirect(url_for("sessions.index"), 303)


@blp.post("/revoke-others")
@signed_in
def revoke_others() -> Response:
    """Sign out everywhere but here."""
    count = sessions.revoke_others(actor())
    done("One other device is signed out." if count == 1 else f"{count} devices are signed out.")
    return redirect(url_for("sessions.index"), 303)
