"""Starts everything Outlay needs on this machine, and stops all of it again.

The processes come from the same Procfile that a cloud platform reads. On top of that this program
starts the embedded Valkey when no Redis is configured, and brings the database up to date.
Exit status: 0 after Ctrl-C or SIGTERM, 2 for faulty settings, 1 for everything else.
"""

import contextlib
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.exc import SQLAlchemyError

from config import Settings, SettingsError
from config.locks import exclusive
from config.processes import Patience, Services, read_procfile, wait_for_health
from config.valkey import EmbeddedValkey, ValkeyError

ROOT = Path(__file__).resolve().parent
HEALTH_SECONDS = 60.0
# As long as the processes of a killed run may need until they have noticed it and ended.
LOCK_SECONDS = 8.0


class StartError(Exception):
    """Outlay cannot start; the message is a sentence for the operator."""


def main() -> int:
    """Run Outlay until it is asked to stop; returns the exit status."""
    os.umask(0o077)
    os.chdir(ROOT)
    # A closed terminal ends Outlay as Ctrl-C does.
    signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
    # Until the processes run, and with them their own handler, SIGTERM acts like Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        settings = Settings.from_env()
        return _run(settings)
    except SettingsError as error:
        print("Outlay's settings are faulty:", *error.faults, sep="\n  ", file=sys.stderr)
        return 2
    except (StartError, ValkeyError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0


def _run(settings: Settings) -> int:
    _require_free_port(settings.host, settings.port)
    with _sole_user_of(settings.data_dir), _valkey(settings) as valkey:
        commands = read_procfile(ROOT / "Procfile")
        environ = _environment(settings)
        release = commands.pop("release")
        if not _schema_is_current(settings.database_url):
            _migrate(release, environ)
        return _serve(settings, commands, environ, valkey)


def _require_free_port(host: str, port: int) -> None:
    """Raise StartError when nothing can listen on ``host`` and ``port``."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise StartError(
            f"Outlay cannot listen on port {port} of {host} ({error.strerror}): end the program"
            " that does, or choose another port with OUTLAY_PORT."
        ) from error


@contextlib.contextmanager
def _sole_user_of(data_dir: Path) -> Iterator[None]:
    """Keep a second Outlay away from the same data folder; SQLite and Valkey would suffer.

    The lock passes on to the processes started meanwhile, so what a killed run left behind is
    waited for.
    """
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    deadline = time.monotonic() + LOCK_SECONDS
    with contextlib.ExitStack() as stack:
        while True:
            try:
                stack.enter_context(exclusive(data_dir / ".run.lock", wait=False))
                break
            except BlockingIOError as error:
                if time.monotonic() > deadline:
                    raise StartError(f"Another Outlay runs in the folder {data_dir}.") from error
                time.sleep(0.2)
        yield


@contextlib.contextmanager
def _valkey(settings: Settings) -> Iterator[EmbeddedValkey | None]:
    """The embedded Valkey while it is needed; None when Redis is somebody else's."""
    if not settings.embedded_valkey:
        yield None
        return
    server = EmbeddedValkey(settings.valkey_socket, settings.data_dir / "valkey")
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _environment(settings: Settings) -> dict[str, str]:
    """The environment of every process: the settings, and this Python first in PATH."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    port = str(settings.port)
    given = {"PATH": path, "PORT": port, "PYTHONUNBUFFERED": "1"}
    return {**os.environ, **settings.as_environ(), **given}


def _schema_is_current(database_url: str) -> bool:
    """Whether the newest migration has run; False when that cannot be found out.

    Takes a tenth of the time of the command that migrates, which loads the whole application.
    """
    newest = set(ScriptDirectory(str(ROOT / "migrations")).get_heads())
    engine = create_engine(database_url)
    try:
        with engine.connect() as connection:
            return set(MigrationContext.configure(connection).get_current_heads()) == newest
    except SQLAlchemyError:
        return False  # migrating will say what is wrong
    finally:
        engine.dispose()


def _migrate(command: str, environ: dict[str, str]) -> None:
    """Bring the database's schema up to date."""
    finished = subprocess.run(shlex.split(command), env=environ, check=False)
    if finished.returncode != 0:
        raise StartError("The database could not be brought up to date; the reason is above.")


def _serve(
    settings: Settings,
    commands: dict[str, str],
    environ: dict[str, str],
    valkey: EmbeddedValkey | None,
) -> int:
    """Run ``commands`` until one keeps ending or a signal comes; returns the exit status."""

    def watch() -> None:
        _say_where(settings)
        if valkey is not None and not _keep_alive(valkey):
            services.died = "valkey"
            os.kill(os.getpid(), signal.SIGTERM)

    services = Services(on_start=watch)
    services.add_commands(commands, environ)
    services.loop()
    if services.died is None:
        print("Outlay has stopped.")
        return 0
    print(f"Outlay has stopped because its process {services.died!r} ended.", file=sys.stderr)
    return 1


def _say_where(settings: Settings) -> None:
    """Tell people where Outlay is, once it answers."""
    if wait_for_health(settings.local_url, HEALTH_SECONDS):
        print(f"\nOutlay is running at {settings.base_url} — press Ctrl-C to stop\n", flush=True)
    else:
        print(f"Outlay does not answer on port {settings.port} yet.", file=sys.stderr)


def _keep_alive(valkey: EmbeddedValkey) -> bool:
    """Start Valkey again whenever it ends; returns False when that is no use any more."""
    patience = Patience()
    while True:
        time.sleep(0.5)
        if not valkey.has_died:
            continue
        if not patience.allows_another():
            return False
        print("The embedded Valkey ended; it is started again.", file=sys.stderr, flush=True)
        try:
            valkey.revive()
        except ValkeyError as error:
            print(error, file=sys.stderr)
            return False


if __name__ == "__main__":
    sys.exit(main())
