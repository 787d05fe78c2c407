"""Many who write at the same time: how many rows a second are stored, and whether all are there."""

import http.client
import threading
import time
from collections.abc import Callable
from contextlib import closing

from sqlalchemy import func, select

from bench import books, processes
from bench.books import Owner
from bench.latency import new_row
from bench.results import WritingCase
from config import Settings
from tests.servers import Servers

CLIENTS = 16
ROWS_A_CONNECTION = 20
WORKERS = 2
"""Of the web server: as many as there are where nothing is set."""


def measure(servers: Servers, backend: str, seconds: float) -> WritingCase:
    """Let clients add rows to one account for ``seconds``, by the bare program and by Outlay."""
    bare_rate, _ = _written(servers, backend, 5, processes.BARE, seconds)
    rate, errors = _written(servers, backend, 6, processes.OUTLAY, seconds)
    return WritingCase(CLIENTS, seconds, bare_rate, rate, errors)


def _written(
    servers: Servers, backend: str, number: int, program: str, seconds: float
) -> tuple[float, int]:
    """Return the rows a second that were stored, and how many answers were errors."""
    settings = processes.new_settings(servers, backend, number, workers=WORKERS)
    with processes.app_of(settings) as app:
        owner = books.register(app, "owner")
    with processes.web_server(settings, program) as port:
        path, secret = _way(program, owner)
        started = time.monotonic()
        until = started + seconds
        answers = _at_once(lambda: _write(port, path, secret, new_row(owner), until))
        took = time.monotonic() - started
    stored = sum(good for good, _ in answers)
    if program == processes.OUTLAY:
        _require(settings, owner, stored)
    return stored / took, sum(bad for _, bad in answers)


def _way(program: str, owner: Owner) -> tuple[str, str]:
    if program == processes.BARE:
        return "/transactions", owner.secret
    return "/api/transactions", owner.access_token


def _at_once(write: Callable[[], tuple[int, int]]) -> list[tuple[int, int]]:
    answers: list[tuple[int, int]] = []
    threads = [threading.Thread(target=lambda: answers.append(write())) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def _write(port: int, path: str, secret: str, body: bytes, until: float) -> tuple[int, int]:
    """Add rows until then; returns how many were stored, and how many answers were errors.

    A connection stays with the worker that took it, and one worker may take most of them; so
    everybody hangs up now and then.
    """
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
    good = bad = 0
    while time.monotonic() < until:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
            for _ in range(ROWS_A_CONNECTION):
                connection.request("POST", path, body, headers)
                answer = connection.getresponse()
                answer.read()
                good, bad = good + (answer.status == 201), bad + (answer.status != 201)
    return good, bad


def _require(settings: Settings, owner: Owner, stored: int) -> None:
    """Hold the rows that were acknowledged against those that are there, and verify the books."""
    from app.models.base import session
    from app.models.transactions import Transaction

    mine = select(func.count()).where(Transaction.ledger_id == owner.ledger_id)
    with processes.app_of(settings) as app, app.app_context():
        there = session.scalar(mine)
    if there != stored:
        raise RuntimeError(f"{stored} rows were acknowledged, {there} are there")
    processes.verify(settings)
