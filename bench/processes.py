"""The processes that are measured: web servers, a worker, and the servers they need."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import flask_migrate
from flask import Flask

from app import create_app
from app.models.base import db
from config import Settings
from tests.servers import Servers

ROOT: Final = Path(__file__).resolve().parent.parent
OUTLAY: Final = "app:create_app()"
BARE: Final = "bench.bare:create_app()"
START_SECONDS: Final = 30.0

Process = subprocess.Popen[bytes]


class DurableServers(Servers):
    """The servers of the tests, but PostgreSQL keeps what it acknowledged, as it does on duty."""

    postgres_options = "-c listen_addresses='' -c unix_socket_directories="


def new_settings(servers: Servers, backend: str, number: int, *, workers: int = 1) -> Settings:
    """Return settings of an Outlay on a fresh, migrated database of its own."""
    folder = servers.folder / f"{backend}-{number}"
    folder.mkdir()
    given = {
        "OUTLAY_DATA_DIR": str(folder),
        "REDIS_URL": servers.redis_url(number),
        "OUTLAY_PORT": str(_free_port()),
        "OUTLAY_WEB_WORKERS": str(workers),
        "OUTLAY_ACCESS_TOKEN_MINUTES": "120",
        "OUTLAY_LOG_LEVEL": "WARNING",
        "OUTLAY_RATE_LIMITS": "off",  # a benchmark asks more often than any person
    }

    def migrate(url: str) -> None:
        with app_of(Settings.from_env({**given, "DATABASE_URL": url})) as app, app.app_context():
            flask_migrate.upgrade(directory=str(ROOT / "migrations"))

    url = servers.database_url(backend, number, migrate)
    return Settings.from_env({**given, "DATABASE_URL": url})


@contextmanager
def app_of(settings: Settings) -> Iterator[Flask]:
    """Outlay in this process; its connections are closed in the end."""
    app = create_app(settings)
    yield app
    with app.app_context():
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


@contextmanager
def web_server(settings: Settings, program: str) -> Iterator[int]:
    """Serve ``program`` the way Outlay is served; yields the port it listens on."""
    port = _free_port()
    environ = {"OUTLAY_PORT": str(port)}
    config = ("--config", "config/gunicorn.py", "--no-control-socket")
    with _process(settings, environ, "gunicorn", *config, program) as process:
        _wait_for_answer(port, process, settings)
        yield port


@contextmanager
def worker(settings: Settings) -> Iterator[Process]:
    """A worker that takes jobs."""
    with _process(settings, {}, "app.jobs.worker") as process:
        yield process


def verify(settings: Settings) -> None:
    """Run ``flask ledger verify``; it has to find the books in order."""
    environ = {**os.environ, **settings.as_environ()}
    command = [sys.executable, "-m", "flask", "--app", "app", "ledger", "verify"]
    subprocess.run(command, cwd=ROOT, env=environ, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def _process(settings: Settings, environ: dict[str, str], *module: str) -> Iterator[Process]:
    """Run a module of this Python; its output goes to a file beside the data."""
    whole = {**os.environ, **settings.as_environ(), **environ}
    with (settings.data_dir / "output.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *module], cwd=ROOT, env=whole, stdout=log, stderr=log
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for_answer(port: int, process: Process, settings: Settings) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/")
            connection.getresponse()
            return
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    log = (settings.data_dir / "output.log").read_text(encoding="utf-8", errors="replace")
    raise RuntimeError(f"A web server did not start:\n{log}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
