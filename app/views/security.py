"""Security: how a person signs in, at a glance, with the way to change each part."""

from flask import Blueprint, render_template

from app import smtp
from app.controllers import email_addresses, identities
from app.policies import signed_in
from app.views.acting import actor

blp = Blueprint("security", __name__, url_prefix="/settings/security")


@blp.get("")
@signed_in
def show() -> str:
    """Show how the person signs in, and whether mails to them leave."""
    return render_template(
        "settings/security.html",
        user=email_addresses.show(actor()),
        has_password=identities.has_password(actor()),
        mails_leave=smtp.leaves_by_server(),
    )
