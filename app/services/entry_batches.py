"""Batches of entries: many rows added, changed and deleted as one; all of them or none."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from app.core.errors import Invalid, OutlayError, Reconciled, Stale
from app.models.activities import Trace
from app.models.base import session
from app.models.transactions import Transaction
from app.services import activities, additions, entries, transactions
from app.services.books import Books

Item = dict[str, Any]
"""What is said of a row, by the names of the API; its ``id`` and maybe ``version`` beside that."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What was done: rows as they are now, and the ids of those that are gone."""

    created: Sequence[Transaction]
    updated: Sequence[Transaction]
    deleted: Sequence[int]


def write(
    ledger_id: int,
    by: Trace,
    today: dt.date,
    *,
    create: Sequence[Item],
    update: Sequence[Item],
    delete: Sequence[Item],
    allow_reconciled: bool,
) -> Batch:
    """Add, change and delete rows, each with a line in the log.

    Every item is looked at before the first fault is raised: Invalid, or Reconciled or Stale where
    that is all that is wrong, with errors such as ``{"create.3.amount": [...]}``.
    """
    known = _find(ledger_id, [item["id"] for item in (*update, *delete)])
    work = _Work(Books(ledger_id), by, today, known, allow_reconciled)
    entered = work.each("create", create, work.resolve)
    created = [] if work.faults else additions.record_all(ledger_id, [(one, by) for one in entered])
    updated = work.each("update", update, work.update)
    deleted = work.each("delete", delete, work.delete)
    work.raise_faults()
    return Batch(created, updated, deleted)


def _find(ledger_id: int, row_ids: Sequence[int]) -> dict[int, Transaction]:
    mine = select(Transaction).where(
        Transaction.ledger_id == ledger_id, Transaction.id.in_(row_ids)
    )
    query = mine.execution_options(populate_existing=True)
    return {row.id: row for row in session.scalars(query)} if row_ids else {}


@dataclass
class _Work:
    books: Books
    by: Trace
    today: dt.date
    known: dict[int, Transaction]
    allow_reconciled: bool
    faults: list[tuple[type[OutlayError], dict[str, list[str]]]] = field(default_factory=list)

    def each(self, name: str, items: Sequence[Item], do: Callable[[Item], Any]) -> list[Any]:
        """Do something with each item, and keep what is wrong with it under its place."""
        done = []
        for number, item in enumerate(items):
            try:
                done.append(do(item))
            except (Invalid, Reconciled, Stale) as error:
                place = f"{name}.{number}"
                said = error.errors or {"": [error.detail]}
                named = {f"{place}.{key}".rstrip("."): told for key, told in said.items()}
                self.faults.append((type(error), named))
        return done

    def raise_faults(self) -> None:
        """Raise what is wrong with the items, if anything is."""
        if not self.faults:
            return
        kinds = {kind for kind, _ in self.faults}
        errors = {key: told for _, named in self.faults for key, told in named.items()}
        raise (kinds.pop() if len(kinds) == 1 else Invalid)(errors=errors)

    def resolve(self, item: Item) -> dict[str, Any]:
        """Return the values of a new row."""
        return entries.resolve(self.books, item, today=self.today)

    def update(self, item: Item) -> Transaction | None:
        row = self._row(item)
        said = {name: value for name, value in item.items() if name not in {"id", "version"}}
        values = entries.resolve(self.books, said, row=row, today=self.today)
        if self.faults:
            return None
        before = activities.snapshot(row)
        transactions.amend(row, **values, updated_by_id=self.by.user_id)
        activities.record_change(self.by, "transaction.updated", row, before)
        return row

    def delete(self, item: Item) -> int | None:
        row = self._row(item)
        if self.faults:
            return None
        activities.record_removal(self.by, "transaction.deleted", row)
        transactions.remove(row)
        return int(item["id"])

    def _row(self, item: Item) -> Transaction:
        row = self.known.get(item["id"])
        if row is None:
            raise Invalid(errors={"id": ["There is no such one in this ledger."]})
        if item.get("version") not in {None, row.version}:
            raise Stale
        transactions.require_unreconciled(row, allowed=self.allow_reconciled)
        return row
