"""Personal API tokens: made here, shown once, revoked here."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.controllers import api_tokens
from app.policies import signed_in
from app.schemas.api_tokens import ApiTokenInput
from app.views.acting import actor
from app.views.forms import Form, attempt
from app.views.messages import done
from app.views.once import shown_once

blp = Blueprint("api_tokens", __name__, url_prefix="/settings/tokens")

Answer = Response | tuple[str, int]

DEFAULT_DAYS = 90
LIFETIMES = (
    (7, "7 days"),
    (30, "30 days"),
    (DEFAULT_DAYS, "90 days"),
    (365, "a year"),
    (None, "until I revoke it"),
)
SCOPE_NAMES = {
    "read": "Read everything I can see",
    "write": "Add, change and delete",
    "import": "Upload and import statements",
    "admin": "Manage the people of this instance",
}


@blp.get("")
@signed_in
def index() -> Answer:
    """List the tokens, and show the form for a new one."""
    return _page(Form(ApiTokenInput(), {"scopes": "read", "expires_in_days": DEFAULT_DAYS}))


@blp.post("")
@signed_in
@shown_once
def create() -> Answer:
    """Make a token, and show it this once: no redirect could carry it."""
    form = Form(ApiTokenInput())
    data = form.load(_with_scopes(request.form))
    made = None if data is None else form.call(api_tokens.create, actor(), **data)
    return _page(form) if made is None else _page(form, text=made[1])


@blp.post("/<id:token_id>/revoke")
@signed_in
def revoke(token_id: int) -> Response:
    """Revoke a token."""
    if attempt(api_tokens.revoke, actor(), token_id):
        done("The token is revoked.")
    return redirect(url_for("api_tokens.index"), 303)


def _page(form: Form, *, text: str | None = None) -> tuple[str, int]:
    scopes = [one for one in SCOPE_NAMES.items() if one[0] != "admin" or actor().role == "admin"]
    page = render_template(
        "settings/tokens.html",
        form=form,
        tokens=api_tokens.list_all(actor()),
        text=text,
        scopes=scopes,
        lifetimes=LIFETIMES,
    )
    return page, form.status


def _with_scopes(typed: MultiDict[str, str]) -> MultiDict[str, str]:
    """Put all ticked scopes into one field, as the schema takes them."""
    known = MultiDict(typed)
    known["scopes"] = " ".join(typed.getlist("scopes"))
    return known
