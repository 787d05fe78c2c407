"""Jobs: what waits, runs and failed."""

from flask import Response

from app.api.acting import actor
from app.api.answers import json_response
from app.api.blueprint import Blueprint
from app.controllers import jobs
from app.policies import Permission, needs
from app.schemas.jobs import WorkSchema

blp = Blueprint(
    "api_jobs", __name__, url_prefix="/api/admin/jobs", description="Work that is to be done"
)


@blp.route("", methods=["GET"])
@blp.response(200, WorkSchema)
@needs(Permission.ADMINISTER)
def index() -> Response:
    """List jobs of the queue, and what is to do as the database knows it; by ids only."""
    return json_response(WorkSchema().dump(jobs.show(actor())))


@blp.route("/<job_id>/retry", methods=["POST"])
@blp.empty
@needs(Permission.ADMINISTER)
def retry(job_id: str) -> None:
    """Have a failed job done again."""
    jobs.retry(actor(), job_id)


@blp.route("/<job_id>", methods=["DELETE"])
@blp.empty
@needs(Permission.ADMINISTER)
def drop(job_id: str) -> None:
    """Forget a job that waits or failed; what it was to do is handed out again if need be."""
    jobs.drop(actor(), job_id)
