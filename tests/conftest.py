"""What every test can ask for.

A test that uses ``settings``, ``app``, ``db_session``, ``client``, ``redis`` or ``live_server``
(directly or through another fixture) runs once on each database; all others run once. Nothing a
test writes, committed or not, is there for the next one.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import redis as redis_client
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from flask_sqlalchemy.session import Session
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy.orm import scoped_session

from config import Settings
from config.processes import wait_for_health
from tests.cleaning import Cleaner
from tests.servers import Servers

ROOT = Path(__file__).resolve().parent.parent
BACKENDS = ("sqlite", "postgres")
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
HEALTH_SECONDS = 60.0
# The first answers of a new server, with a browser and other tests on the same two cores, took more
# than 15 seconds once. An answer slower than this is a fault in itself.
BROWSER_MILLISECONDS = 30_000

SERVERS: pytest.StashKey[Servers] = pytest.StashKey()

# The first call of anything imports and compiles; its time says nothing.
hypothesis.settings.register_profile("outlay", deadline=None)
hypothesis.settings.load_profile("outlay")


# The run


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--database``."""
    choices = (*BACKENDS, "all")
    parser.addoption("--database", choices=choices, default="all", help="which databases to test")


def pytest_configure(config: pytest.Config) -> None:
    """Make the folder that all processes of this run share, or learn where it is."""
    shared = getattr(config, "workerinput", {}).get("servers")
    config.stash[SERVERS] = Servers(Path(shared)) if shared else Servers.new()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell an xdist worker where the shared folder is."""
    node.workerinput["servers"] = str(node.config.stash[SERVERS].folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the servers, once, in the process that made their folder."""
    if not hasattr(config, "workerinput"):
        config.stash[SERVERS].stop()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run whatever reaches a database on each of them."""
    if "database" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--database")
        alike = metafunc.definition.get_closest_marker("any_database")
        own = metafunc.definition.get_closest_marker("only_postgres")
        backends: tuple[str, ...] = (
            (BACKENDS[:1] if alike else BACKENDS) if chosen == "all" else (chosen,)
        )
        if own:
            backends = tuple(one for one in backends if one == "postgres")
        metafunc.parametrize("database", backends, indirect=True, scope="session")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the browser tests of one database on one worker: each web server serves them all."""
    for item in items:
        if "live_server" in getattr(item, "fixturenames", ()):
            backend = item.callspec.params["database"]  # type: ignore[attr-defined]
            item.add_marker(pytest.mark.xdist_group(f"live-{backend}"))
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


# Servers, settings, application


@pytest.fixture(scope="session")
def servers(request: pytest.FixtureRequest) -> Servers:
    """The servers of this run; each starts when it is first needed."""
    return request.config.stash[SERVERS]


@pytest.fixture(scope="session")
def worker_number() -> int:
    """Which xdist worker this is, from 0."""
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


@pytest.fixture(scope="session")
def database(request: pytest.FixtureRequest) -> str:
    """The kind of database a test runs on: ``sqlite`` or ``postgres``."""
    return str(request.param)


@pytest.fixture(scope="session")
def settings(
    database: str, servers: Servers, worker_number: int, tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    """Settings of an application with a migrated, empty database and a Valkey of its own."""
    folder = tmp_path_factory.mktemp(f"data-{database}")
    redis_url = servers.redis_url(worker_number)

    def migrate(url: str) -> None:
        _migrate(make_settings(folder, database_url=url, redis_url=redis_url))

    url = servers.database_url(database, worker_number, migrate)
    return make_settings(folder, database_url=url, redis_url=redis_url)


def make_settings(folder: Path, *, database_url: str, redis_url: str) -> Settings:
    """Settings for a test, with keys of its own and a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    return Settings(
        data_dir=folder,
        database_url=database_url,
        redis_url=redis_url,
        secret_key="signs-the-cookies-of-the-tests-0123456789",
        jwt_secret_key="signs-the-tokens-of-the-tests-9876543210",
        data_key="seals-the-secrets-of-the-tests-0246813579",
        base_url=f"http://127.0.0.1:{port}",
        port=port,
        web_workers=1,
        rate_limits=False,
        log_level="WARNING",
    )


@contextmanager
def running_app(settings: Settings) -> Iterator[Flask]:
    """An application made from ``settings`` whose connections are closed in the end."""
    from app import create_app
    from app.models.base import db

    app = create_app(settings)
    app.testing = True
    yield app
    with app.app_context():
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


def _migrate(settings: Settings) -> None:
    import flask_migrate

    with running_app(settings) as app, app.app_context():
        flask_migrate.upgrade(directory=str(ROOT / "migrations"))


@pytest.fixture(scope="session", autouse=True)
def slow_hasher() -> Iterator[PasswordHasher]:
    """Let passwords be hashed quickly, and give the hasher that is used outside of tests."""
    from app.services import users
    from tests.factories.people import QUICK

    slow = users._hasher
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(users, "_hasher", QUICK)
        patch.setattr(users, "_NOBODY", QUICK.hash("nobody has this password"))
        yield slow


@pytest.fixture(scope="session")
def app(settings: Settings) -> Iterator[Flask]:
    """The application; the same one for all tests of one database in one process."""
    with running_app(settings) as app:
        yield app


@pytest.fixture(scope="session")
def cleaner(settings: Settings) -> Iterator[Cleaner]:
    """Empties the database and Redis between tests."""
    with closing(Cleaner(settings)) as cleaner:
        yield cleaner


@pytest.fixture(autouse=True)
def _leave_nothing_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    """Set up first and so torn down last, when nothing holds a transaction any more."""
    if "database" not in request.fixturenames:
        yield
        return
    cleaner: Cleaner = request.getfixturevalue("cleaner")
    yield
    cleaner.clean()


# One test


@pytest.fixture
def db_session(app: Flask) -> Iterator[scoped_session[Session]]:
    """The application's session, in an application context that lasts as long as the test."""
    from app.models.base import db

    with app.app_context():
        yield db.session
        db.session.rollback()
        db.session.remove()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A caller with cookies of its own; every request gets its own context and session."""
    return app.test_client()


@pytest.fixture
def redis(settings: Settings) -> Iterator[redis_client.Redis]:
    """The test's own, empty Redis database."""
    with closing(redis_client.Redis.from_url(settings.redis_url)) as client:
        yield client


# Real processes


StartWorker = Callable[..., "subprocess.Popen[bytes]"]


@contextmanager
def _process(settings: Settings, name: str, *command: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a module of this Python with ``settings``; its output goes to a file beside the data."""
    environ = {**os.environ, **settings.as_environ()}
    with (settings.data_dir / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *command], cwd=ROOT, env=environ, stdout=log, stderr=log
        )
    try:
        yield process
    finally:
        _end(process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@pytest.fixture
def start_worker(settings: Settings) -> Iterator[StartWorker]:
    """Starts job workers as real processes, which end with the test at the latest.

    What is passed takes the place of the test's settings of that name.
    """
    with ExitStack() as stack:
        yield lambda **changes: stack.enter_context(
            _process(replace(settings, **changes), "worker", "app.jobs.worker")
        )


@pytest.fixture
def worker(start_worker: StartWorker) -> "subprocess.Popen[bytes]":
    """A job worker on the test's database: for who reads statements or waits for mails."""
    return start_worker()


@contextmanager
def web_server(settings: Settings) -> Iterator[str]:
    """Outlay's real web server; yields the address it is reached at."""
    arguments = ("--config", "config/gunicorn.py", "--no-control-socket", "app:create_app()")
    with _process(settings, "web", "gunicorn", *arguments) as process:
        started = time.monotonic()
        while not wait_for_health(settings.base_url, 0.5):
            if process.poll() is not None or time.monotonic() - started > HEALTH_SECONDS:
                log = (settings.data_dir / "web.log").read_text(encoding="utf-8")
                pytest.fail(f"The web server did not start:\n{log}")
        yield settings.base_url


@pytest.fixture(scope="session")
def live_server(settings: Settings) -> Iterator[str]:
    """The address of Outlay's real web server on the test's database, the same one for all tests.

    Jobs wait in the queue, unless a test asks for the ``worker``, which takes a while to start.
    """
    with web_server(settings) as url:
        yield url


# Browser


def _chromium() -> str | None:
    given = os.environ.get("OUTLAY_CHROMIUM")
    return given or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """An installed Chromium; without one the test is skipped, or fails if one is required."""
    executable = _chromium()
    if executable is None:
        reason = "no Chromium: install it, or name it in OUTLAY_CHROMIUM"
        if os.environ.get("OUTLAY_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    # Chromium refuses its sandbox to root.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=arguments)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, live_server: str) -> Iterator[Page]:
    """A fresh page without cookies; relative addresses are Outlay's."""
    context = browser.new_context(base_url=live_server)
    context.set_default_timeout(BROWSER_MILLISECONDS)
    yield context.new_page()
    context.close()
