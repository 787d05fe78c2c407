"""Jobs: what waits, runs and failed."""

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.controllers import jobs
from app.policies import Permission, needs
from app.views.acting import actor
from app.views.forms import attempt
from app.views.messages import done

blp = Blueprint("jobs", __name__, url_prefix="/admin/jobs")

WORK_NAMES = {
    "app.jobs.imports.read": "Read statement",
    "app.jobs.imports.commit": "Store the rows of statement",
    "app.jobs.mails.send": "Send mail",
    "app.jobs.data_exports.make": "Make data export",
    "app.jobs.erasures.erase": "Erase account",
}
KIND_NAMES = {"import": "Statement", "mail": "Mail", "data_export": "Data export"}


@blp.get("")
@needs(Permission.ADMINISTER)
def index() -> str:
    """List jobs, and what is to do as the database knows it."""
    return render_template(
        "admin/jobs.html", work=jobs.show(actor()), works=WORK_NAMES, kinds=KIND_NAMES
    )


@blp.post("/<job_id>/retry")
@needs(Permission.ADMINISTER)
def retry(job_id: str) -> Response:
    """Have a failed job done again."""
    if attempt(jobs.retry, actor(), job_id):
        done("The job waits for a worker again.")
    return redirect(url_for("jobs.index"), 303)


@blp.get("/<job_id>/drop")
@needs(Permission.ADMINISTER)
def confirm_drop(job_id: str) -> str:
    """Say what will go, and ask once."""
    found = jobs.find(actor(), job_id)
    return render_template("admin/job_drop.html", job=found, works=WORK_NAMES)


@blp.post("/<job_id>/drop")
@needs(Permission.ADMINISTER)
def drop(job_id: str) -> Response:
    """Forget a job."""
    if attempt(jobs.drop, actor(), job_id):
        done("The job is dropped.")
    return redirect(url_for("jobs.index"), 303)
