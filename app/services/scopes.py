"""A ledger as one person sees it: what a query reads of it, and what becomes of that."""

from typing import Any

from app.models.ledgers import Ledger, LedgerScope
from app.models.members import Member

COLUMNS = (
    Ledger.id.label("ledger_id"),
    Ledger.name.label("ledger_name"),
    Ledger.kind.label("ledger_kind"),
    Ledger.currency.label("ledger_currency"),
    Ledger.revision.label("ledger_revision"),
    Ledger.archived_at.label("ledger_archived_at"),
    Member.role.label("ledger_role"),
)
"""What a query over ledgers and their members has to select for :func:`of_row`."""


def of_row(row: Any) -> LedgerScope:
    """Return the ledger that a row with :data:`COLUMNS` describes."""
    return LedgerScope(
        row.ledger_id,
        row.ledger_name,
        row.ledger_kind,
        row.ledger_currency,
        row.ledger_revision,
        row.ledger_role,
        row.ledger_archived_at is not None,
    )
