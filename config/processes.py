"""The processes of one Outlay on one machine, kept together: all run, or none does."""

import os
import signal
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from multiprocessing import Queue
from pathlib import Path
from typing import Any

from honcho.environ import parse_procfile
from honcho.manager import Manager
from honcho.printer import Printer
from honcho.process import Process

# A worker asked twice drops its job instead of finishing it (RQ ignores a second request within a
# second); what has not ended when the third number is reached is killed.
ASK_AGAIN_SECONDS = 3.0
KILL_SECONDS = 6.0


def read_procfile(path: Path) -> dict[str, str]:
    """The commands of a Procfile by process type, in their order."""
    return dict(parse_procfile(path.read_text(encoding="utf-8")).processes)


class Services(Manager):  # type: ignore[misc]  # honcho has no types
    """Runs commands side by side until one ends or a signal asks all of them to."""

    def __init__(self, on_start: Callable[[], None]) -> None:
        """``on_start`` runs in a thread once every command is on its way."""
        super().__init__(Printer(sys.stdout))
        self._process_ctor = _TetheredProcess
        self._on_start = on_start
        #: The first command that ended without being asked to; None while there is none.
        self.died: str | None = None

    def add_commands(self, commands: Mapping[str, str], environ: Mapping[str, str]) -> None:
        """Add ``commands`` by name, each with the whole environment ``environ``."""
        for name, command in commands.items():
            # exec: without a shell in between, the exit status is the command's own.
            self.add_process(name, f"exec {command}", env=dict(environ))

    def terminate(self) -> None:
        """Ask every command to end, once more after a while, and then no longer ask."""
        if self._terminating:
            return
        if not self._all_started():  # their process ids are not known yet
            _later(0.1, self.terminate)
            return
        self.died = next((name for name, it in self._processes.items() if "returncode" in it), None)
        _later(ASK_AGAIN_SECONDS, self._killall)
        _later(KILL_SECONDS, self.kill)
        super().terminate()

    def _start(self) -> None:
        super()._start()
        # Only now: a thread that runs during a fork can leave a lock held in the child.
        threading.Thread(target=self._on_start, daemon=True).start()


class _TetheredProcess(Process):  # type: ignore[misc]  # honcho has no types
    """A command that ends when the program that started it is gone, even by ``kill -9``."""

    def run(self, events: "Queue[Any] | None" = None, ignore_signals: bool = False) -> None:
        threading.Thread(target=self._follow, args=(os.getppid(),), daemon=True).start()
        super().run(events, ignore_signals)

    def _follow(self, parent: int) -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        for signum in (signal.SIGTERM, signal.SIGKILL):
            if self._child is not None and self._child.poll() is None:
                os.killpg(self._child.pid, signum)
                self._wait(KILL_SECONDS)
        # Not sys.exit: it would wait for somebody to read the last lines, and nobody will.
        os._exit(1)

    def _wait(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while self._child.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)


def wait_for_health(base_url: str, seconds: float) -> bool:
    """Whether ``base_url``/health answers 2xx within ``seconds``."""
    deadline = time.monotonic() + seconds
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while time.monotonic() < deadline:
        try:
            with opener.open(f"{base_url}/health", timeout=5):
                return True
        except (OSError, urllib.error.HTTPError):
            time.sleep(0.1)
    return False


def _later(seconds: float, action: Callable[[], None]) -> None:
    timer = threading.Timer(seconds, action)
    timer.daemon = True
    timer.start()
