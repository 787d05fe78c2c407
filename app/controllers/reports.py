"""Reports on a ledger."""

from app.models.reports import MonthlyReport
from app.models.users import Actor
from app.policies import Permission, require
from app.services import reports, scoping


def monthly(
    actor: Actor,
    ledger_id: int | None = None,
    *,
    year: int,
    month: int,
    category_only: bool = False,
) -> MonthlyReport:
    """Return what came and went in a month, by category, against the month before.

    A category counts those below it, too, unless ``category_only``.
    """
    scope = scoping.find_ledger(actor, ledger_id)
    require(scope, Permission.SEE)
    return reports.monthly(scope, year, month, category_only=category_only)
