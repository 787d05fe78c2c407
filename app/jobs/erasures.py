"""Jobs of erasures; each may be killed at any time and started again."""

from app import smtp
from app.controllers import erasure_work
from app.jobs.context import in_app


@in_app
def erase(user_id: int) -> None:
    """Remove all there is of somebody."""
    erasure_work.erase(user_id, forget_mails=smtp.forget)
