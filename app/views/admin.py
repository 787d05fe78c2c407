"""The frame of administration: which pages there are, and the first one, what needs attention."""

from flask import Blueprint, Flask, current_app, render_template

from app import smtp
from app.controllers import health, jobs, mails, statistics
from app.policies import Permission, needs
from app.views.acting import actor
from app.views.settings import Section
from config import Settings

blp = Blueprint("admin", __name__, url_prefix="/admin")

SECTIONS = (
    Section("admin.index", "Overview", "home", alone=True),
    Section("people.index", "People", "users"),
    Section("registrations.index", "Invitations", "mail"),
    Section("instance_settings.show", "Settings", "settings"),
    Section("jobs.index", "Jobs", "list-details"),
    Section("mails.index", "Mails", "inbox"),
    Section("instance_health.show", "Health", "info-circle"),
    Section("instance_activities.index", "Activity", "history"),
)


def init_app(app: Flask) -> None:
    """Give templates ``admin_sections``."""
    app.jinja_env.globals["admin_sections"] = SECTIONS


@blp.get("")
@needs(Permission.ADMINISTER)
def index() -> str:
    """Show how much there is, and what needs attention."""
    settings: Settings = current_app.extensions["settings"]
    figures = statistics.gather(actor())
    report = health.report(actor(), settings.data_dir, smtp.prober())
    return render_template(
        "admin/overview.html",
        figures=figures,
        troubles=[check for check in report.health.checks if check.state != "ok"],
        failed_mails=mails.count_failed(actor()),
        work=jobs.show(actor()),
    )
