"""Whether all of Outlay works, part by part."""

from flask import Blueprint, current_app, render_template

from app import smtp
from app.controllers import health, statistics
from app.policies import Permission, needs
from app.views.acting import actor
from config import Settings

blp = Blueprint("instance_health", __name__, url_prefix="/admin/health")

PART_NAMES = {
    "database": "Database",
    "redis": "Redis",
    "queue": "Workers and queue",
    "mail": "Mail",
    "storage": "Data folder",
    "files": "Receipts",
}


@blp.get("")
@needs(Permission.ADMINISTER)
def show() -> str:
    """Show how each part is, in a sentence, and what to do about it."""
    settings: Settings = current_app.extensions["settings"]
    report = health.report(actor(), settings.data_dir, smtp.prober())
    return render_template(
        "admin/health.html",
        report=report,
        parts=PART_NAMES,
        figures=statistics.gather(actor()),
    )
