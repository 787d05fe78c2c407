"""Names in use: payees and tags of a ledger, to choose from while typing."""

from collections.abc import Sequence

from sqlalchemy import func, select

from app.models.base import session
from app.models.payees import Payee
from app.models.tags import Tag, in_order

LONGEST = 100
"""Longer names, such as banks make them up, are no help in a list."""


def newest(model: type[Payee] | type[Tag], ledger_id: int, most: int) -> Sequence[str]:
    """Return at most so many names, the newest ones, in order."""
    mine = select(model.name).where(
        model.ledger_id == ledger_id, func.length(model.name) <= LONGEST
    )
    return in_order(session.scalars(mine.order_by(model.id.desc()).limit(most)).all())
