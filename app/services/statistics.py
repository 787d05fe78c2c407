"""Figures about an instance as a whole, from which nobody can tell what one person does."""

from dataclasses import dataclass

from sqlalchemy import func, select, text

from app.models.base import session
from app.models.ledgers import Ledger
from app.models.totals import ARRIVAL, MonthlyTotal
from app.services import people

_SIZES = {
    "postgresql": "SELECT pg_database_size(current_database())",
    "sqlite": "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
}

_ROWS = select(func.sum(MonthlyTotal.count)).where(MonthlyTotal.kind != ARRIVAL)


@dataclass(frozen=True, slots=True)
class Statistics:
    """How much there is; ``active`` people were seen in the last 30 days.

    ``transactions`` is rounded to its first two digits, and below a hundred to tens.
    """

    people: int
    active: int
    ledgers: int
    transactions: int
    database_bytes: int


def gather() -> Statistics:
    """Count everything."""
    total, active = people.count()
    ledgers = select(func.count()).select_from(Ledger).where(Ledger.deleted_at.is_(None))
    return Statistics(
        people=total,
        active=active,
        ledgers=session.scalar(ledgers) or 0,
        transactions=rounded(int(session.scalar(_ROWS) or 0)),
        database_bytes=database_bytes(),
    )


def database_bytes() -> int:
    """Return how much room the database takes."""
    query = _SIZES[session.get_bind().dialect.name]
    return int(session.scalar(text(query)) or 0)


def rounded(number: int) -> int:
    """Round to two digits; below a hundred to tens."""
    step = int(10 ** max(1, len(str(number)) - 2))
    return (number + step // 2) // step * step
