"""The frame of administration: which pages there are, in the order of their navigation."""

from flask import Blueprint, Flask, redirect, url_for
from werkzeug.wrappers import Response

from app.policies import require_administrator
from app.views.acting import actor
from app.views.settings import Section

blp = Blueprint("admin", __name__, url_prefix="/admin")

SECTIONS = (Section("registrations.index", "Invitations", "mail"),)


def init_app(app: Flask) -> None:
    """Give templates ``admin_sections``."""
    app.jinja_env.globals["admin_sections"] = SECTIONS


@blp.get("")
def index() -> Response:
    """Go to the first of them."""
    require_administrator(actor())
    return redirect(url_for(SECTIONS[0].endpoint), 303)
