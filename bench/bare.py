"""The bare Flask program that Outlay is measured against: raw SQL, nothing around it.

It reads and writes Outlay's own database with the same durability, through one connection for each
thread, and answers with Flask's standard ``jsonify``. It knows who asks by one indexed SELECT of
Outlay's sign-ins, as both have to; it checks nothing else, keeps no totals, writes no trace,
counts no pages and tags no answers.
"""

import datetime as dt
import hashlib
import json
import os
import sqlite3
import threading
from collections.abc import Sequence
from typing import Any

import psycopg
from flask import Flask, Response, abort, jsonify, request

PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA busy_timeout = 15000",
    "PRAGMA cache_size = -16000",
    "PRAGMA temp_store = MEMORY",
)
FIELDS = (
    "id", "kind", "date", "amount", "currency", "description", "payee", "notes", "account_id",
    "category_id", "created_at", "updated_at",
)  # fmt: skip
INSERTED = (
    "ledger_id", "account_id", "category_id", "kind", "date", "amount", "currency", "description",
    "payee", "notes", "search_text", "version", "created_at", "updated_at",
)  # fmt: skip
PAGE = 50

_LIST = f"SELECT {', '.join(FIELDS)} FROM transactions WHERE ledger_id = ?"  # noqa: S608
_NEWEST = f" ORDER BY date DESC, id DESC LIMIT {PAGE}"
_INSERT = (
    f"INSERT INTO transactions ({', '.join(INSERTED)})"  # noqa: S608
    f" VALUES ({', '.join('?' * len(INSERTED))})"
)
_WHO = (
    "SELECT sign_ins.user_id, ledgers.id FROM sign_ins"
    " JOIN ledgers ON ledgers.personal_user_id = sign_ins.user_id"
    " WHERE sign_ins.token_hash = ? AND sign_ins.revoked_at IS NULL AND sign_ins.expires_at > ?"
)
_BY_CATEGORY = (
    "SELECT kind, category_id, SUM(amount), COUNT(*) FROM transactions"
    " WHERE ledger_id = ? AND date >= ? AND date < ? GROUP BY kind, category_id"
)
_KEPT_BY_CATEGORY = (
    "SELECT kind, category_id, SUM(amount), SUM(count) FROM monthly_totals"
    " WHERE ledger_id = ? AND month = ? GROUP BY kind, category_id"
)
_BELOW = (
    "WITH RECURSIVE below (id) AS (SELECT id FROM categories WHERE ledger_id = ? AND id = ?"  # noqa: S608
    " UNION SELECT categories.id FROM categories JOIN below ON categories.parent_id = below.id)"
    f" {_LIST} AND category_id IN (SELECT id FROM below){_NEWEST}"
)
_HAVING_ON_SQLITE = (
    f"{_LIST} AND id IN (SELECT rowid FROM transaction_search WHERE transaction_search MATCH ?)"  # noqa: S608
    f"{_NEWEST}"
)
_HAVING_ON_POSTGRES = (
    f"{_LIST} AND array_to_tsvector(string_to_array(ledger_id::text || chr(57344)"
    " || replace(search_text, ' ', ' ' || ledger_id::text || chr(57344)), ' '))"
    f" @@ CAST(? AS tsquery){_NEWEST}"
)
_BALANCE = (
    "SELECT opening_balance + (SELECT COALESCE(SUM(change), 0) FROM daily_totals"
    " WHERE account_id = accounts.id AND date <= ?) FROM accounts WHERE ledger_id = ? AND id = ?"
)
_CATEGORIES = "SELECT id, name, color FROM categories WHERE ledger_id = ?"


class Database:
    """One connection for each thread, to SQLite or PostgreSQL, behind the same few calls."""

    def __init__(self, url: str) -> None:
        """Connect to what Outlay's ``DATABASE_URL`` names, once it is needed."""
        self._url = url
        self._threads = threading.local()

    @property
    def is_sqlite(self) -> bool:
        """Whether this is SQLite."""
        return self._url.startswith("sqlite")

    @property
    def connection(self) -> Any:
        """This thread's connection; outside a transaction, every statement commits itself."""
        if not hasattr(self._threads, "connection"):
            self._threads.connection = self._connect()
        return self._threads.connection

    def rows(self, statement: str, *values: object) -> Sequence[Any]:
        """Return all rows of a query whose placeholders are question marks."""
        rows: Sequence[Any] = self.connection.execute(self._spelled(statement), values).fetchall()
        return rows

    def run(self, statement: str, *values: object) -> None:
        """Run a statement that commits itself."""
        self.connection.execute(self._spelled(statement), values)

    def insert(self, values: Sequence[object]) -> int:
        """Store one transaction, durably; returns its id."""
        statement = self._spelled(_INSERT) + " RETURNING id"
        found: tuple[int] = self.connection.execute(statement, values).fetchone()
        return found[0]

    def insert_many(self, rows: Sequence[Sequence[object]]) -> None:
        """Store many transactions in one transaction."""
        cursor = self.connection.cursor()
        cursor.execute("BEGIN")
        cursor.executemany(self._spelled(_INSERT), rows)
        cursor.execute("COMMIT")

    def close(self) -> None:
        """Close this thread's connection."""
        self.connection.close()

    def _connect(self) -> Any:
        if not self.is_sqlite:
            return psycopg.connect(self._url.replace("+psycopg", ""), autocommit=True)
        connection = sqlite3.connect(
            self._url.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False
        )
        for pragma in PRAGMAS:
            connection.execute(pragma)
        return connection

    def _spelled(self, statement: str) -> str:
        return statement if self.is_sqlite else statement.replace("?", "%s")


def create_app() -> Flask:
    """Make the program on the database that ``DATABASE_URL`` names."""
    app = Flask("bare")
    database = Database(os.environ["DATABASE_URL"])
    _add_rows(app, database)
    _add_lists(app, database)
    _add_figures(app, database)
    return app


def _ledger_id(database: Database) -> int:
    """Return the ledger of whoever asks."""
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    digest = hashlib.sha256(token.encode()).digest()
    found: Sequence[tuple[int, int]] = database.rows(_WHO, digest, now(database))
    return found[0][1] if found else abort(401)


def _add_rows(app: Flask, database: Database) -> None:
    @app.get("/transactions")
    def index() -> Response:
        ledger_id = _ledger_id(database)
        if "date" in request.args:
            edge = (request.args["date"], int(request.args["id"]))
            rows = database.rows(f"{_LIST} AND (date, id) < (?, ?){_NEWEST}", ledger_id, *edge)
        else:
            rows = database.rows(_LIST + _NEWEST, ledger_id)
        return jsonify(items=[_item(row) for row in rows])

    @app.post("/transactions")
    def create() -> tuple[Response, int]:
        ledger_id = _ledger_id(database)
        body = json.loads(request.data)
        row = new_row(ledger_id, body, now(database))
        return jsonify(id=database.insert(row), **body), 201


def _add_lists(app: Flask, database: Database) -> None:
    @app.get("/transactions/below")
    def below() -> Response:
        ledger_id = _ledger_id(database)
        rows = database.rows(_BELOW, ledger_id, int(request.args["id"]), ledger_id)
        return jsonify(items=[_item(row) for row in rows])

    @app.get("/transactions/having")
    def having() -> Response:
        ledger_id = _ledger_id(database)
        word = f"{ledger_id}{chr(57344)}{request.args['q']}"
        if database.is_sqlite:
            rows = database.rows(_HAVING_ON_SQLITE, ledger_id, f'"{word}" *')
        else:
            rows = database.rows(_HAVING_ON_POSTGRES, ledger_id, f"'{word}':*")
        return jsonify(items=[_item(row) for row in rows])


def _add_figures(app: Flask, database: Database) -> None:
    @app.get("/balance")
    def balance() -> Response:
        asked = (_ledger_id(database), int(request.args["account_id"]))
        ((minor,),) = database.rows(_BALANCE, request.args["date"], *asked)
        return jsonify(balance=f"{int(minor) / 100:.2f}")

    @app.get("/report")
    def report() -> Response:
        ledger_id = _ledger_id(database)
        months = [
            (_BY_CATEGORY, ledger_id, f"{first}-01", f"{after}-01")
            for first, after in _months(request.args["month"])
        ]
        return jsonify(_report(database, ledger_id, months))

    @app.get("/report/kept")
    def kept_report() -> Response:
        ledger_id = _ledger_id(database)
        months = [
            (_KEPT_BY_CATEGORY, ledger_id, int(first.replace("-", "")))
            for first, _ in _months(request.args["month"])
        ]
        return jsonify(_report(database, ledger_id, months))


def now(database: Database) -> object:
    """Return the present instant as the database keeps it."""
    moment = dt.datetime.now(dt.UTC)
    return f"{moment:%Y-%m-%d %H:%M:%S.%f}" if database.is_sqlite else moment


def new_row(ledger_id: int, body: dict[str, Any], moment: object) -> tuple[object, ...]:
    """Return the values of INSERTED for what was posted."""
    minor = round(float(body["amount"]) * 100)
    texts = (body["description"], body["payee"], "")
    return (
        ledger_id, body["account_id"], body.get("category_id"), body["type"], body["date"], minor,
        "EUR", *texts, "\n".join(filter(None, texts)).casefold(), 1, moment, moment,
    )  # fmt: skip


def _item(row: Sequence[Any]) -> dict[str, Any]:
    item = dict(zip(FIELDS, row, strict=True))
    item["amount"] = f"{item['amount'] / 100:.2f}"
    return item


def _months(month: str) -> list[tuple[str, str]]:
    """Return a month (2026-05) and the one before, each with the one behind it."""
    first = dt.date.fromisoformat(f"{month}-01")
    before = (first - dt.timedelta(days=1)).replace(day=1)
    after = (first + dt.timedelta(days=31)).replace(day=1)
    return [(f"{first:%Y-%m}", f"{after:%Y-%m}"), (f"{before:%Y-%m}", f"{first:%Y-%m}")]


def _report(database: Database, ledger_id: int, months: list[Any]) -> dict[str, Any]:
    """Return what this month and the one before come to, by kind and by category."""
    names = {row[0]: row[1:] for row in database.rows(_CATEGORIES, ledger_id)}
    this, before = ([*database.rows(*query)] for query in months)
    previous = {(kind, category): int(amount) for kind, category, amount, _ in before}
    lines = []
    totals: dict[str, int] = {"expense": 0, "income": 0}
    for kind, category, amount, count in this:
        name, color = names.get(category, ("No category", "#667382"))
        totals[kind] += int(amount)
        lines.append(
            {
                "category_id": category,
                "name": name,
                "color": color,
                "type": kind,
                "amount": f"{int(amount) / 100:.2f}",
                "previous": f"{previous.get((kind, category), 0) / 100:.2f}",
                "count": int(count),
            }
        )
    return {"totals": {kind: f"{sum_ / 100:.2f}" for kind, sum_ in totals.items()}, "lines": lines}
