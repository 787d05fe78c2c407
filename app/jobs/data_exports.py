"""Jobs of data exports; each may be killed at any time and started again."""

from app.controllers import data_export_work
from app.jobs.context import in_app


@in_app
def make(export_id: int) -> None:
    """Make the zip that somebody asked for."""
    data_export_work.make(export_id)
