"""Security: how a person signs in, at a glance, with the way to change each part."""

from flask import Blueprint, render_template

from app import smtp
from app.controllers import email_addresses, identities, mails
from app.policies import signed_in
from app.views.acting import actor

blp = Blueprint("security", __name__, url_prefix="/settings/security")


@blp.get("")
@signed_in
def show() -> str:
    """Show how the person signs in; administrators see how mails leave, too."""
    is_admin = actor().role == "admin"
    return render_template(
        "settings/security.html",
        user=email_addresses.show(actor()),
        has_password=identities.has_password(actor()),
        mails_leave=smtp.leaves_by_server(),
        mail_folder=smtp.folder() if is_admin else None,
        failed_mails=mails.list_failed(actor()) if is_admin else [],
    )
