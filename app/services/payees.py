"""Payees: the directory of the names that rows give as theirs."""

from collections.abc import Iterable

from sqlalchemy import Table

from app.core import clock
from app.models.base import session, upsert
from app.models.payees import Payee

_TABLE: Table = Payee.__table__  # type: ignore[assignment]


def ensure(ledger_id: int, names: Iterable[str]) -> None:
    """Put names into the directory of a ledger that are not in it."""
    now = clock.now()
    rows = [
        {"ledger_id": ledger_id, "name": name, "suggests": True, "version": 1}
        | {"created_at": now, "updated_at": now}
        for name in sorted(set(names) - {""})
    ]
    if rows:
        dialect = session.get_bind().dialect.name
        session.execute(upsert(_TABLE, dialect).on_conflict_do_nothing(), rows)
