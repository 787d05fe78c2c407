"""Invitations that nobody in the test made."""

from flask import Flask

from app.controllers import registrations


def invitation(app: Flask) -> int:
    """Make an invitation to register as on the server; returns its id."""
    with app.app_context():
        return registrations.invite(None, base_url="").id
