"""Staging: from an uploaded file to rows that wait for a person's consent.

Each row gets the account and category it belongs to and a fingerprint by which it is known again:
a digest of its account and of the text the bank gave it. The n-th twin in a file is the n-th twin
that is stored, so two equal purchases stay two and a file read twice adds nothing.
"""

import datetime as dt
import hashlib
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Table, delete, func, select

from app.core.bulk import insert_rows
from app.core.money import decimal_string, digits
from app.models.accounts import Account
from app.models.base import session
from app.models.imports import Import, ImportRow
from app.models.tags import in_order, tag_key
from app.models.transactions import month_number, searchable
from app.services import accounts, category_paths, own_rows, rules
from app.services.own_rows import Misread, Target, Way
from app.services.rulesets import Outcome, Ruleset
from app.services.statements import Batch, RejectedRow, StatementRow

ACCOUNTS_QUESTION = "accounts"
OPEN_ACCOUNTS, ONE_ACCOUNT = "open", "one"

# Each kind of row with what it has: values that are missing cost drivers as much as others.
WAITING = (
    "import_id",
    "line",
    "status",
    "possible_duplicate",
    "account_id",
    "category_id",
    "kind",
    "date",
    "month",
    "amount",
    "currency",
    "description",
    "payee",
    "notes",
    "search_text",
    "category",
    "tags",
    "lines",
    "fingerprint",
    "occurrence",
)
TRANSFERS = (*WAITING, "to_account_id", "to_amount", "to_currency")
_TEXTS = ("description", "payee", "notes", "search_text", "category")
REJECTED = ("import_id", "line", "status", "possible_duplicate", *_TEXTS, "reason", "raw")
_NO_TEXTS = ("",) * len(_TEXTS)
_ROWS: Table = ImportRow.__table__  # type: ignore[assignment]


@dataclass
class Stager:
    """Stages one import's rows, batch by batch, in file order.

    A row of an account that the ledger does not have goes to the import's own account, or with
    ``open_accounts`` to one that is opened for it; ``unknown_accounts`` collects their names, and
    ``knows_some`` says that other rows found theirs.
    """

    work: Import
    account: Target
    others: dict[str, Target]
    paths: dict[tuple[str, str], int]
    rules: Ruleset
    today: dt.date
    open_accounts: bool = False
    unknown_accounts: set[str] = field(default_factory=set)
    knows_some: bool = False
    _twins: dict[bytes, int] = field(default_factory=dict)

    @classmethod
    def of(cls, work: Import, account: Account, today: dt.date) -> "Stager":
        """Return a stager that knows the ledger's accounts and categories, and which day it is."""
        known = accounts.find_all(work.ledger_id, archived=False)
        found = {one.name.casefold(): Target.of(one) for one in known}
        paths = category_paths.ids_by_name(work.ledger_id)
        wanted = work.answers.get(ACCOUNTS_QUESTION) == OPEN_ACCOUNTS
        known_rules = rules.in_use(work.ledger_id)
        target = Target.of(account)
        return cls(work, target, found, paths, known_rules, today, open_accounts=wanted)

    def stage(self, batch: Batch) -> int:
        """Store a batch as waiting and rejected rows; returns how many there were."""
        import_id = self.work.id
        waiting, transfers, rejected = [], [], list(batch.rejected)
        for row in batch.rows:
            try:
                values, way = self._waiting(import_id, row)
            except Misread as reason:
                rejected.append(RejectedRow(row.line, str(reason), _raw(row)))
                continue
            if way.kind == "transfer":
                transfers.append((*values, *way[1:]))
            else:
                waiting.append(values)
        insert_rows(session, _ROWS, WAITING, waiting)
        insert_rows(session, _ROWS, TRANSFERS, transfers)
        insert_rows(session, _ROWS, REJECTED, [_rejected(import_id, row) for row in rejected])
        return len(waiting) + len(transfers) + len(rejected)

    def _waiting(self, import_id: int, row: StatementRow) -> tuple[tuple[Any, ...], Way]:
        """Return a row that waits, and which way its money went.

        Misread when it says what cannot be stored.
        """
        account = self._account(row) if row.account else self.account
        self._require_storable(row, account)
        way = own_rows.way(row, account, self._other)
        kind, category = way.kind, row.category or ""
        lines = own_rows.lines(row, kind, self.paths) if row.lines else ""
        if lines or kind == "transfer":
            category = ""
        category_id = self.paths.get((kind, category.casefold())) if category else None
        payee, notes = row.payee, row.notes
        names = own_rows.tag_names(row.tags) if row.tags else []
        if self.rules:
            outcome = self._ruled(row, kind, account.id)
            if not lines and kind != "transfer":
                category_id = category_id or outcome.category_id
            payee = row.payee if outcome.payee is None else outcome.payee
            notes = row.notes if outcome.notes is None else outcome.notes
            names += outcome.tags
        tags = _one_each(names) if names else ""
        fingerprint = _fingerprint(account.id, row.identity)
        occurrence = self._twins[fingerprint] = self._twins.get(fingerprint, 0) + 1
        values = (
            import_id,
            row.line,
            "new",
            False,
            account.id,
            category_id,
            kind,
            row.date.isoformat(),  # as text: a third of the time that drivers need for dates
            month_number(row.date),
            abs(row.amount),
            row.currency,
            row.description,
            payee,
            notes,
            searchable(row.description, payee, notes, tags),
            category,
            tags,
            lines,
            fingerprint,
            occurrence,
        )
        return values, way

    def _require_storable(self, row: StatementRow, account: Target) -> None:
        if row.currency != account.currency:
            raise Misread(
                f"This row is in {row.currency}; the account {account.name}"
                f" is in {account.currency}."
            )
        if row.date > self.today:
            day = row.date.isoformat()
            raise Misread(f"{day} has not come yet. Bring this row once it is booked.")

    def _ruled(self, row: StatementRow, kind: str, account_id: int) -> Outcome:
        return self.rules.look_at(
            {
                "kind": kind,
                "date": row.date,
                "amount": abs(row.amount),
                "currency": row.currency,
                "account_id": account_id,
                "description": row.description,
                "payee": row.payee,
                "notes": row.notes,
            }
        )

    def _account(self, row: StatementRow) -> Target:
        name = str(row.account)[:100]
        found = self.others.get(name.casefold())
        if found is None and self.open_accounts:
            found = self.others[name.casefold()] = self._opened(name, row.currency)
        if found is None:
            self.unknown_accounts.add(name)
            return self.account
        self.knows_some = True
        return found

    def _other(self, row: StatementRow, name: str) -> Target | None:
        """Return the account that a transfer went to; opened where that was asked for.

        One of another currency cannot be opened: the file does not say of which.
        """
        found = self.others.get(name.casefold())
        if found is None and self.open_accounts and not _differ(row):
            found = self.others[name.casefold()] = self._opened(name, row.currency)
        return found

    def _opened(self, name: str, currency: str) -> Target:
        opened = accounts.record(self.work.ledger_id, name=name, type="checking", currency=currency)
        return Target.of(opened)


def _differ(row: StatementRow) -> bool:
    """Whether something else arrived than what left."""
    left = decimal_string(-row.amount, digits(row.currency))
    return row.to_amount not in {"", left}


def _one_each(names: list[str]) -> str:
    """Return the tags of a row with a line each, those that differ only in case once."""
    return "\n".join(in_order({tag_key(name): name for name in names}.values()))


def _rejected(import_id: int, row: RejectedRow) -> tuple[Any, ...]:
    return (import_id, row.line, "rejected", False, *_NO_TEXTS, row.reason, row.raw)


def clear(import_id: int) -> None:
    """Drop what an earlier reading staged."""
    session.execute(delete(ImportRow).where(ImportRow.import_id == import_id))


def drop_stored(import_id: int) -> None:
    """Drop the waiting rows that are transactions by now; what a person may ask about is kept."""
    session.execute(
        delete(ImportRow).where(
            ImportRow.import_id == import_id,
            ImportRow.status == "new",
            ImportRow.possible_duplicate.is_(False),
        )
    )


def counts(import_id: int) -> dict[str, int]:
    """Return how many rows are new, duplicate and rejected."""
    query = (
        select(ImportRow.status, func.count())
        .where(ImportRow.import_id == import_id)
        .group_by(ImportRow.status)
    )
    found = dict(session.execute(query).all())
    return {status: found.get(status, 0) for status in ("new", "duplicate", "rejected")}


def _fingerprint(account_id: int, identity: str) -> bytes:
    text = f"{account_id}|{identity}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=16).digest()


def _raw(row: StatementRow) -> str:
    return f"{row.date.isoformat()} {row.description or row.payee}"[:500]
