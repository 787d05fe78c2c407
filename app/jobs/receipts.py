"""Jobs of receipts; each may be killed at any time and started again."""

from app.controllers import receipt_work
from app.jobs.context import in_app


@in_app
def draw(receipt_id: int) -> None:
    """Draw a PDF file small."""
    receipt_work.draw(receipt_id)
