"""How long an import takes: through the API and a real worker, against csv and executemany."""

import csv
import http.client
import json
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from redis import Redis
from rq.job import Job
from rq.serializers import JSONSerializer

from bench import bare, books, memory, processes, statements
from bench.books import Owner
from bench.results import ImportCase
from config import Settings
from tests.servers import Servers

PATIENCE = 120.0
_BOUNDARY = "the-statement-ends-here"


def measure(servers: Servers, backend: str, rows: int, times: int) -> ImportCase:
    """Import one file ``times`` times each way, for somebody new each time; returns medians."""
    statement = servers.folder / "statement.csv"
    statements.write(statement, rows, seed=4711)
    ours = processes.new_settings(servers, backend, 3)
    theirs = processes.new_settings(servers, backend, 4)
    with ExitStack() as stack:
        port = stack.enter_context(processes.web_server(ours, processes.OUTLAY))
        worker = stack.enter_context(processes.worker(ours))
        watch = stack.enter_context(memory.Watch(worker.pid))
        bare_took, jobs_took, walls = [], [], []
        for number in range(times):
            bare_took.append(_bare_import(theirs, _owner(theirs, number), statement))
            job, wall = _import(ours, port, _owner(ours, number), statement, rows)
            jobs_took.append(job)
            walls.append(wall)
    processes.verify(ours)
    bare_seconds, job_seconds, wall_seconds = map(statistics.median, (bare_took, jobs_took, walls))
    return ImportCase(rows, bare_seconds, job_seconds, wall_seconds, watch.peak_megabytes)


def _owner(settings: Settings, number: int) -> Owner:
    with processes.app_of(settings) as app:
        return books.register(app, f"importer{number}")


def _import(
    settings: Settings, port: int, owner: Owner, statement: Path, rows: int
) -> tuple[float, float]:
    """Import the file; returns the seconds of its two jobs, and those until it was done."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        started = time.perf_counter()
        work = _upload(connection, owner, statement)
        while work["status"] not in {"done", "failed", "review"}:
            if time.perf_counter() - started > PATIENCE:
                raise RuntimeError(
                    f"The import did not end: {work['status']}, {work['progress']:.0%}"
                )
            time.sleep(0.1)
            work = _call(connection, owner, "GET", f"/api/imports/{work['id']}")
        wall = time.perf_counter() - started
    if work["status"] != "done" or work["rows_new"] != rows:
        raise RuntimeError(f"The import did not store every row: {work}")
    with closing(Redis.from_url(settings.redis_url)) as redis:
        took = [_seconds_of(redis, work["id"], stage) for stage in ("queued", "committing")]
    return sum(took), wall


def _seconds_of(redis: Redis, import_id: int, stage: str) -> float:
    """Return how long a job of an import took, from its start to its end as RQ noted them."""
    name = f"import-{import_id}-{stage}"
    deadline = time.monotonic() + 10
    while True:
        job = Job.fetch(name, connection=redis, serializer=JSONSerializer)
        if job.started_at and job.ended_at:
            return (job.ended_at - job.started_at).total_seconds()
        if time.monotonic() > deadline:
            raise RuntimeError(f"The job {name} did not end.")
        time.sleep(0.05)


def _upload(connection: http.client.HTTPConnection, owner: Owner, statement: Path) -> Any:
    parts = (
        b'name="commit"\r\n\r\ntrue',
        b'name="file"; filename="statement.csv"\r\nContent-Type: text/csv\r\n\r\n'
        + statement.read_bytes(),
    )
    edge = f"--{_BOUNDARY}".encode()
    body = b"".join(
        edge + b"\r\nContent-Disposition: form-data; " + part + b"\r\n" for part in parts
    )
    kind = f"multipart/form-data; boundary={_BOUNDARY}"
    return _call(connection, owner, "POST", "/api/imports", body + edge + b"--\r\n", kind)


def _call(
    connection: http.client.HTTPConnection,
    owner: Owner,
    method: str,
    path: str,
    body: bytes | None = None,
    kind: str = "application/json",
) -> Any:
    headers = {"Authorization": f"Bearer {owner.access_token}", "Content-Type": kind}
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    content = answer.read()
    if answer.status >= 300:
        raise RuntimeError(f"{path} answered {answer.status}: {content[:500]!r}")
    return json.loads(content)


def _bare_import(settings: Settings, owner: Owner, statement: Path) -> float:
    """Do the same with csv and executemany; returns the seconds."""
    with closing(bare.Database(settings.database_url)) as database:
        database.rows("SELECT 1")
        started = time.perf_counter()
        database.insert_many(list(_bare_rows(database, owner, statement)))
        return time.perf_counter() - started


def _bare_rows(
    database: bare.Database, owner: Owner, statement: Path
) -> Iterator[tuple[object, ...]]:
    moment = bare.now(database)
    with statement.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            body = {
                "type": "expense" if row["Amount (EUR)"].startswith("-") else "income",
                "amount": row["Amount (EUR)"].lstrip("-"),
                "date": row["Booking Date"],
                "description": row["Payment Reference"],
                "payee": row["Partner Name"],
                "account_id": owner.account_id,
            }
            yield bare.new_row(owner.ledger_id, body, moment)
