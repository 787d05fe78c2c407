"""Bulk edits: what becomes of each of many rows when somebody changes them all alike."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from app.core.errors import Invalid
from app.models.accounts import Account
from app.models.base import session
from app.models.categories import Category
from app.models.tags import in_order, tag_key
from app.models.transactions import Transaction
from app.services import accounts, activities, categories, scoping
from app.services.bulk_changes import MOST
from app.services.row_sets import BATCH, Snapshot, Steps

TEXTS = ("description", "payee", "notes", "state")

Skipped = Counter[str]
"""How many rows are left out, by the reason: a key of :data:`REASONS`."""

REASONS = {
    "reconciled": "reconciled",
    "transfer": "a transfer, which has no category",
    "split": "split, so its lines have the categories",
    "category_type": "money the other way than the category",
    "currency": "in another currency than the account",
    "unchanged": "like that already",
}


def find(ledger_id: int, row_ids: Sequence[int]) -> dict[int, Snapshot]:
    """Return the rows that somebody chose. Invalid when one is not in the ledger, or too many."""
    ids = list(dict.fromkeys(row_ids))
    if len(ids) > MOST:
        raise Invalid(errors={"ids": [f"At most {MOST:,} rows at once. Choose fewer."]})
    rows: dict[int, Snapshot] = {}
    for some in _batches(ids):
        mine = select(Transaction.id).where(
            Transaction.ledger_id == ledger_id, Transaction.id.in_(some)
        )
        rows |= activities.snapshots(session.scalars(mine).all())
    if len(rows) != len(ids):
        raise Invalid(errors={"ids": ["There is no such one in this ledger."]})
    return rows


def plan(
    ledger_id: int, rows: Mapping[int, Snapshot], said: Mapping[str, Any], *, reconciled: bool
) -> tuple[Steps, Skipped]:
    """Return what becomes of rows when all are given what is ``said``, and what is left out.

    Reconciled rows only change when ``reconciled`` says so. Invalid where a field fits nothing.
    """
    planner = _Planner(ledger_id, said, reconciled)
    steps: Steps = {}
    skipped: Skipped = Counter()
    for row_id, before in rows.items():
        reason, after = planner.become(before)
        if reason:
            skipped[reason] += 1
        else:
            steps[row_id] = (before, after)
    return steps, skipped


def plan_removal(
    rows: Mapping[int, Snapshot], *, reconciled: bool
) -> tuple[dict[int, Snapshot], Skipped]:
    """Return which rows go, and what is left out."""
    going = {id_: row for id_, row in rows.items() if reconciled or not is_reconciled(row)}
    return going, Counter({"reconciled": len(rows) - len(going)} if going != rows else {})


def is_reconciled(row: Snapshot) -> bool:
    """Whether a settled statement counts on a row."""
    return "reconciled" in {row["state"], row["to_state"]}


class _Planner:
    def __init__(self, ledger_id: int, said: Mapping[str, Any], reconciled: bool) -> None:
        self._said = said
        self._reconciled = reconciled
        self._category = self._find(Category, ledger_id, "category_id")
        self._account = self._find(Account, ledger_id, "account_id")
        if self._category and self._category.archived:
            categories.require_for(self._category, self._category.type)
        if self._account:
            accounts.require_open(self._account)

    def _find(self, model: type[Any], ledger_id: int, field: str) -> Any:
        row_id = self._said.get(field)
        return scoping.find_in_ledger(model, ledger_id, row_id, field) if row_id else None

    def become(self, before: Snapshot) -> tuple[str | None, Snapshot]:
        """Return why a row is left out, None where it is not, and what becomes of it."""
        if is_reconciled(before) and not self._reconciled:
            return "reconciled", before
        reason = self._misfit(before)
        after = before | {name: self._said[name] for name in TEXTS if name in self._said}
        if "category_id" in self._said:
            after["category_id"] = self._said["category_id"]
        if self._account and self._account.id != before["account_id"]:
            # No statement of the other account has shown it yet.
            after |= {"account_id": self._account.id, "state": self._said.get("state", "open")}
        if "date" in self._said:
            after["date"] = self._said["date"].isoformat()
        after["tags"] = self._tags(before["tags"])
        return reason or ("unchanged" if after == before else None), after

    def _misfit(self, row: Snapshot) -> str | None:
        if "category_id" in self._said:
            if row["kind"] == "transfer":
                return "transfer"
            if row["splits"]:
                return "split"
            if self._category and self._category.type != row["kind"]:
                return "category_type"
        if self._account and self._account.currency != row["currency"]:
            return "currency"
        if self._account and self._account.id == row["to_account_id"]:
            return "transfer"
        return None

    def _tags(self, names: Sequence[str]) -> list[str]:
        gone = {tag_key(name) for name in self._said.get("remove_tags", ())}
        kept = {tag_key(name): name for name in names if tag_key(name) not in gone}
        added = {tag_key(name): name for name in self._said.get("add_tags", ())}
        return in_order((added | kept).values())


def require_past(said: Mapping[str, Any], today: dt.date) -> None:
    """Refuse a day that has not come yet."""
    if "date" in said and said["date"] > today:
        raise Invalid(errors={"date": ["This day has not come yet."]})


def _batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]
