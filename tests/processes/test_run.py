"""``run.py`` starts everything, says where, and stops everything, however it ends."""

import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import redis

from config.locks import exclusive
from config.processes import ATTEMPTS, wait_for_health
from config.reading import embedded_socket
from config.settings import ROOT

START_SECONDS = 60.0
STOP_SECONDS = 60.0


class Outlay:
    """One run of ``run.py`` in a data folder and on a port of its own."""

    def __init__(self, folder: Path, **environ: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        self.folder = folder
        self._output = folder.with_name(f"{folder.name}-{self.port}.log")
        outside = ("DATABASE_URL", "REDIS_URL", "PORT")
        inherited = {
            name: value
            for name, value in os.environ.items()
            if name not in outside and not name.startswith("OUTLAY_")
        }
        given = {"OUTLAY_DATA_DIR": str(folder), "OUTLAY_PORT": str(self.port), **environ}
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "run.py"],
                cwd=ROOT,
                env={**inherited, **given},
                stdout=output,
                stderr=output,
            )

    @property
    def said(self) -> str:
        return self._output.read_text(encoding="utf-8")

    def wait_until_running(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while "Outlay is running at" not in self.said:
            assert self.process.poll() is None, self.said
            assert time.monotonic() < deadline, self.said
            time.sleep(0.1)

    def stop(self, signum: signal.Signals) -> int:
        self.process.send_signal(signum)
        return self.process.wait(STOP_SECONDS)

    def process_id_of(self, name: str) -> int:
        """Of the newest process with this name."""
        found = re.findall(rf"{name} started \(pid=(\d+)\)", self.said)
        assert found, self.said
        return int(found[-1])

    def kill(self, name: str) -> None:
        """Kill a process, and wait until its successor is on its way or Outlay has ended."""
        killed = self.process_id_of(name)
        os.kill(killed, signal.SIGKILL)
        deadline = time.monotonic() + STOP_SECONDS
        while self.process_id_of(name) == killed and self.process.poll() is None:
            assert time.monotonic() < deadline, self.said
            time.sleep(0.05)

    def has_ended_entirely(self) -> bool:
        """Whether none of its processes is left: each holds the folder's lock."""
        try:
            with exclusive(self.folder / ".run.lock", wait=False):
                return True
        except BlockingIOError:
            return False


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@contextmanager
def running(folder: Path) -> Iterator[Outlay]:
    """Outlay in ``folder``, answering; ended in any case."""
    outlay = Outlay(folder)
    try:
        outlay.wait_until_running()
        yield outlay
    finally:
        if outlay.process.poll() is None:
            outlay.stop(signal.SIGTERM)


@pytest.fixture
def outlay(folder: Path) -> Iterator[Outlay]:
    with running(folder) as outlay:
        yield outlay


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_runs_until_asked_to_stop(outlay: Outlay, signum: signal.Signals) -> None:
    assert f"Outlay is running at http://127.0.0.1:{outlay.port} — press Ctrl-C" in outlay.said
    assert wait_for_health(f"http://127.0.0.1:{outlay.port}", seconds=5)
    for name in ("secret_key", "jwt_secret_key", "outlay.db"):
        assert stat.S_IMODE((outlay.folder / name).stat().st_mode) == 0o600

    assert outlay.stop(signum) == 0
    assert "Traceback" not in outlay.said
    assert outlay.has_ended_entirely()
    assert not embedded_socket(outlay.folder).exists()


def test_what_is_killed_is_started_again(outlay: Outlay) -> None:
    for name in ("web", "worker", "scheduler"):
        outlay.kill(name)
        assert outlay.process.poll() is None, outlay.said
        assert re.search(rf"{name} +\| ended with -9; it is started again", outlay.said)
    assert wait_for_health(f"http://127.0.0.1:{outlay.port}", START_SECONDS)
    assert outlay.stop(signal.SIGINT) == 0
    assert outlay.has_ended_entirely()


def test_a_killed_valkey_is_back_with_what_it_held(outlay: Outlay) -> None:
    socket_path = str(embedded_socket(outlay.folder))
    with closing(redis.Redis(unix_socket_path=socket_path)) as client:
        client.set("kept", "1")
        killed = client.info("server")["process_id"]
        os.kill(killed, signal.SIGKILL)
        deadline = time.monotonic() + STOP_SECONDS
        while _process_id(client) in {None, killed}:
            assert time.monotonic() < deadline, outlay.said
            time.sleep(0.05)
        assert client.get("kept") == b"1"
    assert wait_for_health(f"http://127.0.0.1:{outlay.port}", seconds=5)
    assert outlay.stop(signal.SIGINT) == 0
    assert outlay.has_ended_entirely()
    assert not Path(socket_path).exists()


def _process_id(client: "redis.Redis") -> int | None:
    try:
        return int(client.info("server")["process_id"])
    except redis.RedisError:
        return None


def test_one_keeps_ending_all_end(outlay: Outlay) -> None:
    for _ in range(ATTEMPTS):
        outlay.kill("scheduler")
    assert outlay.process.wait(STOP_SECONDS) == 1
    assert "Outlay has stopped because its process 'scheduler' ended." in outlay.said
    assert outlay.has_ended_entirely()


def test_what_a_killed_run_left_is_cleared_away(outlay: Outlay) -> None:
    outlay.stop(signal.SIGKILL)
    with running(outlay.folder) as successor:
        assert successor.stop(signal.SIGINT) == 0
    assert successor.has_ended_entirely()
    assert not embedded_socket(outlay.folder).exists()


def test_faulty_settings_are_told_all_at_once(folder: Path) -> None:
    outlay = Outlay(folder, OUTLAY_LOG_LEVEL="loud", DATABASE_URL="mysql://db/books")
    assert outlay.process.wait(START_SECONDS) == 2
    assert "DATABASE_URL must start with postgresql://" in outlay.said
    assert "OUTLAY_LOG_LEVEL must be one of" in outlay.said
    assert not folder.exists()


def test_a_taken_port_is_told_before_anything_starts(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        outlay = Outlay(folder, OUTLAY_PORT=str(port))
        assert outlay.process.wait(START_SECONDS) == 1
    assert outlay.said.startswith(f"Outlay cannot listen on port {port} of 127.0.0.1")
    assert outlay.said.count("\n") == 1
    assert not (folder / "outlay.db").exists()
