"""Everything Outlay knows about one person, as files (GDPR, articles 15 and 20).

Each file is a name and its content in chunks, so that decades of rows pass through without ever
being held at once.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import ColumnElement, func, select

from app.core import clock
from app.core.errors import NotFound
from app.core.money import decimal_string, digits
from app.core.rows import AnyRow
from app.models.accounts import Account
from app.models.activities import Activity
from app.models.api_tokens import ApiToken
from app.models.base import session
from app.models.bulk_changes import BulkChange
from app.models.categories import Category
from app.models.identities import Identity
from app.models.imports import Import, ImportFile
from app.models.ledgers import LedgerScope
from app.models.mails import Mail
from app.models.members import Member
from app.models.payees import Payee
from app.models.pictures import Picture
from app.models.receipts import Receipt
from app.models.reconciliations import Reconciliation
from app.models.rules import Rule
from app.models.saved_filters import SavedFilter
from app.models.second_factors import OneTimePassword, Passkey, RecoveryCode
from app.models.tags import Tag
from app.models.totals import ARRIVAL, MonthlyTotal
from app.models.transaction_lists import Filters
from app.models.users import SignIn, User
from app.services import exports, ledgers, receipts, transaction_lists

SCHEMA_VERSION = 2
"""Grows when the shape of a file changes; ``manifest.json`` says which one a zip has."""

_CHUNK = 1000

ABOUT_USER = (
    User.id, User.email, User.first_name, User.last_name, User.bio, User.location, User.website,
    User.currency, User.timezone, User.locale, User.role, User.email_verified_at,
    User.pending_email, User.created_at, User.updated_at,
)  # fmt: skip
ABOUT_SIGN_INS = (
    SignIn.kind, SignIn.user_agent, SignIn.address, SignIn.strength, SignIn.created_at,
    SignIn.last_seen_at, SignIn.expires_at, SignIn.revoked_at,
)  # fmt: skip
ABOUT_TOKENS = (
    ApiToken.name, ApiToken.scopes, ApiToken.created_at, ApiToken.expires_at, ApiToken.last_used_at,
    ApiToken.revoked_at,
)  # fmt: skip
ABOUT_MAILS = (Mail.kind, Mail.recipient, Mail.status, Mail.created_at, Mail.sent_at)
ABOUT_ACTIVITIES = (
    Activity.id, Activity.at, Activity.kind, Activity.ledger_id, Activity.subject_type,
    Activity.subject_id, Activity.before, Activity.after, Activity.details, Activity.address,
    Activity.user_agent,
)  # fmt: skip
ABOUT_ACCOUNTS = (
    Account.id, Account.name, Account.type, Account.currency, Account.opening_balance,
    Account.opening_date, Account.balance, Account.group, Account.position, Account.archived_at,
    Account.created_at,
)  # fmt: skip
ABOUT_CATEGORIES = (
    Category.id, Category.parent_id, Category.name, Category.type, Category.color, Category.icon,
    Category.archived_at,
)  # fmt: skip
ABOUT_MEMBERS = (Member.id, Member.user_id, Member.name, Member.role, Member.joined_at)
ABOUT_IMPORTS = (
    Import.id, Import.account_id, Import.created_by_id, Import.filename, Import.status,
    Import.read_as, Import.rows_total, Import.rows_new, Import.rows_duplicate,
    Import.rows_rejected, Import.created_at, Import.finished_at,
)  # fmt: skip
ABOUT_RECONCILIATIONS = (
    Reconciliation.id, Reconciliation.account_id, Reconciliation.date, Reconciliation.balance,
    Account.currency, Reconciliation.rows, Reconciliation.created_by_id, Reconciliation.created_at,
)  # fmt: skip
_LISTED: dict[str, tuple[Any, ...]] = {
    "imports": ABOUT_IMPORTS,
    "payees": (Payee.id, Payee.name, Payee.suggests),
    "tags": (Tag.id, Tag.name),
    "rules": (
        Rule.id, Rule.name, Rule.position, Rule.active, Rule.match, Rule.conditions, Rule.actions,
    ),
    "bulk_changes": (
        BulkChange.id, BulkChange.kind, BulkChange.rows, BulkChange.created_by_id,
        BulkChange.created_at, BulkChange.undone_at,
    ),
    "receipts": (
        Receipt.id, Receipt.transaction_id, Receipt.filename, Receipt.content_type, Receipt.size,
        Receipt.created_by_id, Receipt.created_at, Receipt.orphaned_at,
    ),
}  # fmt: skip
"""Files of a ledger that are lists of rows, by their names."""
_MONEY = {
    "amount": "currency", "to_amount": "to_currency", "balance": "currency",
    "opening_balance": "currency",
}  # fmt: skip
"""What is in minor units, and the column that says of which currency."""


@dataclass(frozen=True, slots=True)
class File:
    """A file of the zip. ``chunks`` are read once; each says how many rows of money are in it."""

    name: str
    chunks: Iterable[tuple[bytes, int]]


def count_rows(user_id: int) -> int:
    """Return how many rows of money there are to take along; the kept totals know."""
    mine = [ledger.id for ledger in ledgers.find_all(user_id)]
    counted = select(func.sum(MonthlyTotal.count)).where(
        MonthlyTotal.ledger_id.in_(mine), MonthlyTotal.kind != ARRIVAL
    )
    return int(session.scalar(counted) or 0)


def files(user: User) -> Iterator[File]:
    """Yield every file about a person: of themselves, then of each ledger they may see."""
    seen = ledgers.find_all(user.id)
    yield _json("manifest.json", _manifest(user, seen))
    yield _json("person.json", _person(user))
    yield File("activity.json", _array(_pages(ABOUT_ACTIVITIES, _noted(user.id, seen))))
    picture = session.scalar(select(Picture.content).where(Picture.user_id == user.id))
    if picture is not None:
        yield File("picture.webp", [(picture, 0)])
    for scope in seen:
        yield from _files_of_ledger(scope)


def _manifest(user: User, seen: Sequence[LedgerScope]) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "program": "Outlay",
        "made_at": clock.now(),
        "person": user.email,
        "ledgers": [{"id": one.id, "name": one.name, "folder": _folder(one)} for one in seen],
        "amounts": "decimal strings in the currency beside them; times are UTC",
    }


def _person(user: User) -> dict[str, Any]:
    otp = session.scalar(
        select(OneTimePassword.confirmed_at).where(OneTimePassword.user_id == user.id)
    )
    left = select(func.count()).where(
        RecoveryCode.user_id == user.id, RecoveryCode.used_at.is_(None)
    )
    return {
        "profile": _rows(ABOUT_USER, User.id == user.id)[0],
        "sign_ins": _rows(ABOUT_SIGN_INS, SignIn.user_id == user.id),
        "api_tokens": _rows(ABOUT_TOKENS, ApiToken.user_id == user.id),
        "passkeys": _rows(
            (Passkey.name, Passkey.created_at, Passkey.last_used_at), Passkey.user_id == user.id
        ),
        "identities": _rows(
            (Identity.issuer, Identity.subject, Identity.created_at), Identity.user_id == user.id
        ),
        "one_time_password_since": otp,
        "recovery_codes_left": session.scalar(left),
        "saved_filters": _rows(
            (SavedFilter.ledger_id, SavedFilter.name, SavedFilter.query),
            SavedFilter.user_id == user.id,
        ),
        "mails": _rows(ABOUT_MAILS, Mail.user_id == user.id),
    }


def _files_of_ledger(scope: LedgerScope) -> Iterator[File]:
    folder = _folder(scope)
    yield _json(f"{folder}/ledger.json", {
        "id": scope.id, "name": scope.name, "kind": scope.kind, "currency": scope.currency,
        "your_role": scope.role, "members": _rows(ABOUT_MEMBERS, Member.ledger_id == scope.id),
    })  # fmt: skip
    yield _json(f"{folder}/accounts.json", _rows(ABOUT_ACCOUNTS, Account.ledger_id == scope.id))
    yield _json(
        f"{folder}/categories.json", _rows(ABOUT_CATEGORIES, Category.ledger_id == scope.id)
    )
    rows = transaction_lists.stream_listed(scope.id, Filters())
    yield File(f"{folder}/transactions.json", _array(rows))
    lines = exports.csv_lines(scope.id, Filters())
    yield File(f"{folder}/transactions.csv", ((text.encode(), 0) for text in lines))
    reconciled = (Account.ledger_id == scope.id) & (Account.id == Reconciliation.account_id)
    yield _json(f"{folder}/reconciliations.json", _rows(ABOUT_RECONCILIATIONS, reconciled))
    for name, columns in _LISTED.items():
        model = columns[0].class_
        yield _json(f"{folder}/{name}.json", _rows(columns, model.ledger_id == scope.id))
    yield from _uploads(scope, folder)
    yield from _receipts(scope, folder)


def _uploads(scope: LedgerScope, folder: str) -> Iterator[File]:
    """Yield the statements that are still kept: those that were not stored to the end."""
    kept = select(Import.id, Import.filename).join(ImportFile).where(Import.ledger_id == scope.id)
    for import_id, filename in session.execute(kept.order_by(Import.id)).all():
        content = session.scalar(
            select(ImportFile.content).where(ImportFile.import_id == import_id)
        )
        if content is not None:
            yield File(f"{folder}/statements/{import_id}-{_slug(filename)}", [(content, 0)])


def _receipts(scope: LedgerScope, folder: str) -> Iterator[File]:
    """Yield the files of receipts, one of them in memory at a time."""
    query = select(Receipt).where(Receipt.ledger_id == scope.id).order_by(Receipt.id)
    for receipt in session.scalars(query).all():
        name = f"{folder}/receipts/{receipt.id}-{_slug(receipt.filename)}"
        try:
            yield File(name, [(receipts.content(receipt), 0)])
        except NotFound:
            continue  # lost outside of Outlay, as receipts.json shows


def _noted(user_id: int, seen: Sequence[LedgerScope]) -> ColumnElement[bool]:
    """Match what the log says of a person, but nothing of books that they may not read."""
    is_theirs = (Activity.actor_id == user_id) | (Activity.user_id == user_id)
    may_read = Activity.ledger_id.in_([one.id for one in seen])
    return is_theirs & (Activity.ledger_id.is_(None) | may_read)


def _pages(columns: tuple[Any, ...], condition: ColumnElement[bool]) -> Iterator[AnyRow]:
    """Yield rows by their ids, so many of them in memory; ``columns`` begin with the id."""
    query = select(*columns).where(condition).order_by(columns[0]).limit(_CHUNK)
    rows = session.execute(query).all()
    while rows:
        yield from rows
        rows = session.execute(query.where(columns[0] > rows[-1][0])).all()


def _rows(columns: tuple[Any, ...], condition: ColumnElement[bool]) -> list[dict[str, Any]]:
    return [_plain(row) for row in session.execute(select(*columns).where(condition)).all()]


def _json(name: str, content: Any) -> File:
    return File(name, [(orjson.dumps(content, option=orjson.OPT_INDENT_2 | _INSTANTS), 0)])


def _array(rows: Iterable[Any]) -> Iterator[tuple[bytes, int]]:
    """Yield rows as one JSON array, a chunk of lines at a time."""
    separator = b"[\n"
    for row in rows:
        counts = int("amount" in row._fields)
        yield separator + orjson.dumps(_plain(row), option=_INSTANTS), counts
        separator = b",\n"
    yield (b"\n]\n" if separator == b",\n" else b"[]\n"), 0


def _plain(row: Any) -> dict[str, Any]:
    """Return a row of columns as JSON has it: amounts as decimal strings of their currency."""
    values = dict(zip(row._fields, row, strict=True))
    for name in _MONEY.keys() & values.keys():
        if values[name] is not None:
            values[name] = decimal_string(values[name], digits(values[_MONEY[name]]))
    if values.get("splits"):
        values["splits"] = [_plain(line) for line in values["splits"]]
    return values


def _folder(scope: LedgerScope) -> str:
    return f"ledgers/{scope.id}-{_slug(scope.name)}"


def _slug(text: str) -> str:
    """Return a name that every file system takes; never empty, never one that leads elsewhere."""
    kept = re.sub(r"[^A-Za-z0-9.]+", "-", text).strip("-.")
    return kept[:60] or "unnamed"


_INSTANTS = orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS
