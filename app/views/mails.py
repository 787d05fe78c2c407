"""Mails: whether they leave, and those that could not."""

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app import smtp
from app.controllers import mails
from app.controllers.mails import Trial
from app.policies import Permission, needs
from app.schemas.instance_settings import MailTestInput
from app.views.acting import actor
from app.views.forms import Form, attempt
from app.views.messages import done

blp = Blueprint("mails", __name__, url_prefix="/admin/mails")

Answer = Response | tuple[str, int]

KIND_NAMES = {
    "verify_email": "Link that proves an address",
    "confirm_address": "Link that confirms a new address",
    "password_reset": "Link to set a new password",
    "password_changed": "The password changed",
    "address_changed": "The address changed",
    "second_factor_changed": "A way to sign in changed",
    "tokens_reused": "A copied token was used",
    "registration_invitation": "Invitation to register",
    "ledger_invitation": "Invitation into a ledger",
}


@blp.get("")
@needs(Permission.ADMINISTER)
def index() -> Answer:
    """List mails that failed for good, and offer to try the way out."""
    return _page(Form(MailTestInput(), {"recipient": actor().email}))


@blp.post("/test")
@needs(Permission.ADMINISTER)
def try_out() -> Answer:
    """Send a mail at once, and say what came of it."""
    form = Form(MailTestInput())
    trial = form.submit(mails.try_out, actor(), tester=smtp.tester, seconds=smtp.TIMEOUT)
    return _page(form, trial)


@blp.post("/<id:mail_id>/retry")
@needs(Permission.ADMINISTER)
def retry(mail_id: int) -> Response:
    """Have a mail tried again."""
    if attempt(mails.retry, actor(), mail_id):
        done("The mail waits for a worker again.")
    return redirect(url_for("mails.index"), 303)


def _page(form: Form, trial: Trial | None = None) -> tuple[str, int]:
    page = render_template(
        "admin/mails.html",
        form=form,
        trial=trial,
        leaves=smtp.leaves_by_server(),
        folder=smtp.folder(),
        mails=mails.list_failed(actor()),
        kinds=KIND_NAMES,
    )
    return page, form.status
