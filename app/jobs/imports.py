"""Jobs of imports; each may be killed at any time and started again."""

from app.controllers import import_work
from app.jobs.context import in_app


@in_app
def read(import_id: int) -> None:
    """Read an uploaded file."""
    import_work.read(import_id)


@in_app
def commit(import_id: int) -> None:
    """Store the rows of a reviewed import."""
    import_work.commit(import_id)
