"""The frame of the settings: which pages there are, in the order of their navigation."""

from typing import NamedTuple

from flask import Blueprint, Flask, redirect, url_for
from werkzeug.wrappers import Response

from app.policies import signed_in

blp = Blueprint("settings", __name__, url_prefix="/settings")


class Section(NamedTuple):
    """One entry of the navigation: the page's endpoint, what it is called, its icon.

    Pages below its address are its own, unless it stands ``alone``.
    """

    endpoint: str
    label: str
    icon: str
    alone: bool = False


SECTIONS = (
    Section("profile.show", "Profile", "user"),
    Section("security.show", "Security", "shield-lock"),
    Section("sessions.index", "Devices", "device-desktop"),
    Section("api_tokens.index", "API tokens", "key"),
    Section("privacy.show", "Privacy", "eye-off"),
)


def init_app(app: Flask) -> None:
    """Give templates ``settings_sections``."""
    app.jinja_env.globals["settings_sections"] = SECTIONS


@blp.get("")
@signed_in
def index() -> Response:
    """Go to the first of the settings."""
    return redirect(url_for(SECTIONS[0].endpoint), 303)
