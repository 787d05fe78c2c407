"""How long requests take: Outlay's and the bare program's, in turns.

Each case asks four servers one after the other, again and again: the bare program and Outlay, with
few rows and with many. So whatever else slows the machine down slows all four.
"""

import http.client
import json
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from bench import books, processes
from bench.books import Owner
from bench.results import Case, Timing
from config import Settings
from tests.servers import Servers

WARM_UP = 30
CURSORS = 20
LATENCY_TARGETS = {"report kept": None, "insert": 4.0}
"""How many times the bare program's time a case may take, where that is not 2.5."""
GROWTH_TARGETS = {"category": 1.3, "search": 1.3, "balance": 1.3}
"""How many times its own time with few rows a case may take with many, where that is not 1.2."""
CASES = {
    "list": "first page of 50",
    "cursor": "deep cursor page of 50",
    "category": "first page of a category and those below",
    "search": f"first page of {books.HITS} rows with a word",
    "balance": "balance of an account as of a day",
    "report": "monthly report",
    "report kept": "monthly report; bare reads kept totals too",
    "insert": "one insert",
}


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked: method, path and body, and the status that has to come back."""

    method: str
    path: str
    body: bytes | None = None
    status: int = 200


Plan = Callable[[int], Request]
"""Says what the request of a given number is."""


class Caller:
    """A person at one server, on a connection that is kept open."""

    def __init__(self, port: int, token: str, plans: dict[str, Plan]) -> None:
        """Connect to ``port``; ``plans`` says what each case asks."""
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._plans = plans

    def call(self, case: str, number: int) -> float:
        """Send request ``number`` of a case; returns the milliseconds until all of it is back."""
        asked = self._plans[case](number)
        try:
            return self._timed(asked)
        except http.client.RemoteDisconnected:  # the line had been silent for too long
            self._connection.close()
            return self._timed(asked)

    def _timed(self, asked: Request) -> float:
        started = time.perf_counter()
        self._connection.request(asked.method, asked.path, asked.body, self._headers)
        answer = self._connection.getresponse()
        body = answer.read()
        took = (time.perf_counter() - started) * 1000
        if answer.status != asked.status:
            raise RuntimeError(f"{asked.path} answered {answer.status}: {body[:500]!r}")
        return took

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


def measure(
    servers: Servers, backend: str, sizes: tuple[int, int], cases: list[str], times: int
) -> Iterator[Case]:
    """Yield how long each case takes with few and with many rows, asked ``times`` times."""
    with ExitStack() as stack:
        databases = [
            _filled(servers, backend, number, rows) for number, rows in enumerate(sizes, 1)
        ]
        callers = [stack.enter_context(_callers(*database)) for database in databases]
        for case in cases:
            yield from _measured(case, sizes, callers, times)
    for settings, *_ in databases:
        with processes.app_of(settings) as app:
            books.remove_bare_rows(app)
        processes.verify(settings)


def _filled(
    servers: Servers, backend: str, number: int, rows: int
) -> tuple[Settings, Owner, list[Any]]:
    """Make a database with one person's ``rows`` rows; returns it with deep places in it."""
    settings = processes.new_settings(servers, backend, number)
    with processes.app_of(settings) as app:
        owner = books.register(app, "owner")
        books.fill(app, owner, rows, seed=number)
        return settings, owner, books.deep_cursors(app, owner, rows, CURSORS)


@contextmanager
def _callers(settings: Settings, owner: Owner, cursors: list[Any]) -> Iterator[tuple[Caller, ...]]:
    """Serve a database by both programs; yields callers of the bare one and of Outlay."""
    with ExitStack() as stack:
        bare = stack.enter_context(processes.web_server(settings, processes.BARE))
        outlay = stack.enter_context(processes.web_server(settings, processes.OUTLAY))
        callers = (
            Caller(bare, owner.secret, _bare_plans(owner, cursors)),
            Caller(outlay, owner.access_token, _outlay_plans(owner, cursors)),
        )
        for caller in callers:
            stack.callback(caller.close)
        yield callers


def _measured(
    case: str, sizes: tuple[int, int], callers: list[tuple[Caller, ...]], times: int
) -> Iterator[Case]:
    four = [caller for pair in callers for caller in pair]
    for number in range(WARM_UP):
        for caller in four:
            caller.call(case, number)
    took: list[list[float]] = [[] for _ in four]
    for number in range(times):
        for caller, values in zip(four, took, strict=True):
            values.append(caller.call(case, number))
    few_bare, few_outlay, many_bare, many_outlay = map(_timing, took)
    target = LATENCY_TARGETS.get(case, 2.5)
    growth_target = GROWTH_TARGETS.get(case, 1.2)
    yield Case(CASES[case], sizes[0], few_bare, few_outlay, target)
    growth = many_outlay.median / few_outlay.median
    yield Case(CASES[case], sizes[1], many_bare, many_outlay, target, growth, growth_target)


def _timing(values: list[float]) -> Timing:
    return Timing(statistics.median(values), statistics.quantiles(values, n=20)[-1])


def _outlay_plans(owner: Owner, cursors: list[Any]) -> dict[str, Plan]:
    year, month = books.MONTH
    report = Request("GET", f"/api/reports/monthly?year={year}&month={month}")
    deep = [Request("GET", f"/api/transactions?cursor={place.encode()}") for place in cursors]
    created = Request("POST", "/api/transactions", new_row(owner), 201)
    category = f"/api/transactions?category_id={owner.category_id}"
    balance = f"/api/accounts/{owner.account_id}/balance?date={books.AS_OF}"
    return {
        "list": lambda _: Request("GET", "/api/transactions"),
        "cursor": lambda number: deep[number % CURSORS],
        "category": lambda _: Request("GET", category),
        "search": lambda _: Request("GET", f"/api/transactions?q={books.WORD}"),
        "balance": lambda _: Request("GET", balance),
        "report": lambda _: report,
        "report kept": lambda _: report,
        "insert": lambda _: created,
    }


def _bare_plans(owner: Owner, cursors: list[Any]) -> dict[str, Plan]:
    year, month = books.MONTH
    asked = f"month={year}-{month:02}"
    places = [urlencode(dict(zip(("date", "id"), place.key, strict=True))) for place in cursors]
    deep = [Request("GET", f"/transactions?{place}") for place in places]
    created = Request("POST", "/transactions", new_row(owner), 201)
    balance = f"/balance?account_id={owner.account_id}&date={books.AS_OF}"
    return {
        "list": lambda _: Request("GET", "/transactions"),
        "cursor": lambda number: deep[number % CURSORS],
        "category": lambda _: Request("GET", f"/transactions/below?id={owner.category_id}"),
        "search": lambda _: Request("GET", f"/transactions/having?q={books.WORD}"),
        "balance": lambda _: Request("GET", balance),
        "report": lambda _: Request("GET", f"/report?{asked}"),
        "report kept": lambda _: Request("GET", f"/report/kept?{asked}"),
        "insert": lambda _: created,
    }


def new_row(owner: Owner) -> bytes:
    """Return the body of a request that adds a row; both programs take the same."""
    return json.dumps(
        {
            "type": "expense",
            "amount": "12.34",
            "date": "2025-12-31",
            "description": "Two loaves and a cake",
            "payee": "Bakery Zoë",
            "account_id": owner.account_id,
        }
    ).encode()
