"""Undoing an import: its rows go, and transfers that they were one half of are two rows again."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, and_, case, delete, func, or_, select

from app.models.activities import Trace
from app.models.base import session
from app.models.imports import Import
from app.models.transactions import Transaction
from app.models.transfers import TransferHalf
from app.services import activities, imports, totals, transfer_halves, transfers
from app.services.row_sets import Steps

_BATCH = 500
_OUT, _IN = TransferHalf.out_row, TransferHalf.in_row


@dataclass(frozen=True, slots=True)
class UndoPlan:
    """What undoing would take away: rows as they came, and rows a person changed since."""

    untouched: int
    edited: int


def plan(import_id: int) -> UndoPlan:
    """Return what undoing would take away; a row that is half of a transfer by now is one, too."""
    rows = select(func.count()).where(Transaction.import_id == import_id)
    every = session.scalar(rows) or 0
    untouched = session.scalar(rows.where(Transaction.version == 1)) or 0
    halves, as_they_came = session.execute(_half_counts(import_id)).one()
    every, untouched = every + int(halves or 0), untouched + int(as_they_came or 0)
    return UndoPlan(untouched=untouched, edited=every - untouched)


def undo(work: Import, by: Trace, *, keep_edited: bool) -> None:
    """Take an import's rows out again, those that a person changed since only if told to.

    Of a transfer that one of them is half of, the other half stays. Conflict while it is at work.
    """
    imports.require_rest(work)
    joined = _take_apart(work, by, keep_edited=keep_edited)
    mine = Transaction.import_id == work.id
    _remove(and_(mine, Transaction.version == 1) if keep_edited else mine)
    while ids := list(islice(joined, _BATCH)):
        _remove(Transaction.id.in_(ids))
    imports.finish_undo(work)


def _half_counts(import_id: int) -> Any:
    """Return the query of how many rows went up in transfers, and how many halves are as they came.

    A transfer that somebody changed since it was joined is nothing that came so.
    """
    mine = Transaction.import_id == import_id
    same = Transaction.version == _IN[transfer_halves.VERSION].as_integer()
    out_came = and_(mine, same, _OUT["version"].as_integer() == 1)
    in_came = and_(TransferHalf.import_id == import_id, same, _IN["version"].as_integer() == 1)
    counted = [case((one, 1), else_=0) for one in (out_came, in_came)]
    went = func.sum(case((TransferHalf.import_id == import_id, 1), else_=0))
    return (
        select(went, func.sum(counted[0] + counted[1]))
        .join(Transaction, Transaction.id == TransferHalf.transaction_id)
        .where(or_(mine, TransferHalf.import_id == import_id))
    )


def _take_apart(work: Import, by: Trace, *, keep_edited: bool) -> Iterator[int]:
    """Take the transfers of an import's rows apart; returns the ids of those halves that go."""
    going: dict[int, list[int]] = {}
    halves = transfer_halves.of_import(work.id)
    versions = transfer_halves.versions([half.transaction_id for half in halves])
    for half in halves:
        as_joined = versions[half.transaction_id] == half.in_row[transfer_halves.VERSION]
        sides = ((half.out_row, half.transaction_id), (half.in_row, half.row_id))
        ids = [
            row_id
            for row, row_id in sides
            if row["import_id"] == work.id
            and (not keep_edited or (as_joined and row["version"] == 1))
        ]
        if ids:
            going[half.id] = ids
    apart = iter([half for half in halves if half.id in going])
    gone = {row_id for ids in going.values() for row_id in ids}
    while batch := list(islice(apart, _BATCH)):
        steps = transfers.take_apart(work.ledger_id, batch, by)
        _note(work.ledger_id, {id_: steps[id_] for id_ in steps if id_ not in gone}, by)
    return iter(gone)


def _note(ledger_id: int, steps: Steps, by: Trace) -> None:
    activities.record_many(by, transfer_halves.TAKEN_APART, ledger_id, steps)


def _remove(which: ColumnElement[bool]) -> None:
    totals.apply(totals.of_rows(which, times=-1))
    gone = delete(Transaction).where(which)
    session.execute(gone.execution_options(synchronize_session=False))
