"""How long it takes to change many rows in one step, and to take that back."""

import http.client
import json
import time
from contextlib import closing
from typing import Any

from bench import bare, books, processes
from bench.books import Owner
from bench.results import BulkCase
from config import Settings
from tests.servers import Servers


def measure(servers: Servers, backend: str, rows: int) -> BulkCase:
    """Give ``rows`` expenses another category, by the bare way and by Outlay, and undo that."""
    settings = processes.new_settings(servers, backend, 7)
    with processes.app_of(settings) as app:
        owner = books.register(app, "owner")
        books.fill(app, owner, rows, seed=7)
    bare_seconds = _bare_change(settings, owner)
    with (
        processes.web_server(settings, processes.OUTLAY) as port,
        closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection,
    ):
        said = {"filters": {}, "set": {"notes": "moved", "add_tags": ["seen"]}}
        done, seconds = _asked(connection, owner, "POST", "/api/bulk-changes", said)
        if done["rows"] != rows:
            raise RuntimeError(f"{done} instead of {rows} rows")
        path = f"/api/bulk-changes/{done['id']}"
        _, undo_seconds = _asked(connection, owner, "DELETE", path)
    processes.verify(settings)
    return BulkCase(rows, bare_seconds, seconds, undo_seconds)


def _asked(
    connection: http.client.HTTPConnection, owner: Owner, method: str, path: str, said: Any = None
) -> tuple[Any, float]:
    headers = {
        "Authorization": f"Bearer {owner.access_token}", "Content-Type": "application/json"
    }  # fmt: skip
    started = time.perf_counter()
    connection.request(method, path, json.dumps(said) if said else None, headers)
    answer = connection.getresponse()
    body = answer.read()
    took = time.perf_counter() - started
    if answer.status not in {200, 201}:
        raise RuntimeError(f"{path} answered {answer.status}: {body[:500]!r}")
    return json.loads(body), took


def _bare_change(settings: Settings, owner: Owner) -> float:
    database = bare.Database(settings.database_url)
    with closing(database):
        started = time.perf_counter()
        database.run("UPDATE transactions SET notes = 'moved' WHERE ledger_id = ?", owner.ledger_id)
        took = time.perf_counter() - started
        database.run("UPDATE transactions SET notes = '' WHERE ledger_id = ?", owner.ledger_id)
    return took
