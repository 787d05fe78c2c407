"""Rewriting: a name on many rows changed at once, in a step that can be taken back."""

from collections.abc import Callable, Sequence

from app.models.activities import Trace
from app.services import bulk_changes, row_sets
from app.services.bulk_changes import MOST
from app.services.row_sets import Snapshot

Become = Callable[[Snapshot], Snapshot]


def rewrite(
    ledger_id: int,
    kind: str,
    row_ids: Sequence[int],
    become: Become,
    by: Trace,
    *,
    first: Callable[[], None] = lambda: None,
    most: int = MOST,
) -> int | None:
    """Make of rows what ``become`` makes of each; returns the id of the bulk change.

    ``first`` changes the directory, once it is known what the rows were. Above ``most`` rows the
    log has no line for each, so nothing takes it back: None.
    """
    if len(row_ids) > most:
        first()
        row_sets.rewrite(ledger_id, row_ids, become, by)
        return None
    steps = row_sets.plan(row_ids, become)
    first()
    return bulk_changes.record(ledger_id, kind, steps, by).id
