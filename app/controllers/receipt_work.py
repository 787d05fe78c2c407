"""Receipts, as workers and the scheduler look after them."""

from app.controllers.receipts import hand_over
from app.core.uow import unit_of_work
from app.services import receipt_files, receipts


def draw(receipt_id: int) -> None:
    """Draw a PDF file small; one that cannot be drawn keeps its icon."""
    receipt = receipts.find(receipt_id)
    if receipt is None or receipt.has_thumbnail:
        return
    drawn = receipt_files.thumbnail_of_pdf(receipts.content(receipt))
    if drawn is None:
        return
    receipts.keep_thumbnail(receipt, drawn)
    with unit_of_work():
        found = receipts.find(receipt_id)
        if found is not None:
            found.has_thumbnail = True
    if found is None:
        receipts.drop_file(receipt.key)


def resume_undrawn() -> int:
    """Hand over again the PDF files without a thumbnail; returns how many."""
    undrawn = receipts.find_undrawn()
    with unit_of_work() as work:
        for receipt_id in undrawn:
            hand_over(work, receipt_id)
    return len(undrawn)


def clear_up() -> None:
    """Forget receipts of rows nobody brought back, and sweep files that no row names."""
    with unit_of_work():
        receipts.note_orphans()
    while _forget_some():
        pass
    receipts.sweep()


def _forget_some() -> bool:
    with unit_of_work() as work:
        forgotten = receipts.find_forgotten()
        receipts.remove(work, forgotten)
    return bool(forgotten)
