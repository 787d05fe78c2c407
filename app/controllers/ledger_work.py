"""Ledgers, as the scheduler looks after them: those that nobody brought back go for good."""

from app.services import purging


def purge_deleted() -> int:
    """Remove every ledger whose time to be brought back is over; returns how many."""
    due = purging.find_due()
    for ledger_id in due:
        purging.purge(ledger_id)
    return len(due)
