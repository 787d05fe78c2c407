"""What counts for whoever comes to register: asked once in a request that needs it."""

from flask import current_app, g

from app.controllers import instance_settings
from app.controllers.instance_settings import Registration
from config import Settings


def rules() -> Registration:
    """Return who may register, and what somebody new begins with where that is set here."""
    if "registration" not in g:
        settings: Settings = current_app.extensions["settings"]
        g.registration = instance_settings.for_registration(settings.registration)
    found: Registration = g.registration
    return found
