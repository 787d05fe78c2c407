"""What comes round for the activity log."""

from flask import current_app

from app.controllers import activity_work
from config import Settings


def forget_old() -> None:
    """Drop lines that are older than the settings say."""
    settings: Settings = current_app.extensions["settings"]
    activity_work.forget_old(settings.activity_days)
