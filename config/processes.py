"""The processes of one Outlay on one machine, kept together: all run, or none does.

One that ends by itself, killed for the memory it took perhaps, is started again; only when it keeps
ending do all end.
"""

import os
import signal
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from ctypes import c_bool
from functools import partial
from multiprocessing import Queue, RawValue
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
# What ends this soon, so often in a row, will not run the next time either.
SOON_SECONDS = 10.0
ATTEMPTS = 3


def read_procfile(path: Path) -> dict[str, str]:
    """The commands of a Procfile by process type, in their order."""
    return dict(parse_procfile(path.read_text(encoding="utf-8")).processes)


class Patience:
    """Whether something that ended is worth another start."""

    def __init__(self) -> None:
        self._since = time.monotonic()
        self._soon = 0

    def allows_another(self) -> bool:
        """Note that it ended; False when it has been ending soon after its start."""
        now = time.monotonic()
        self._soon = self._soon + 1 if now - self._since < SOON_SECONDS else 0
        self._since = now
        return self._soon < ATTEMPTS


class Services(Manager):  # type: ignore[misc]  # honcho has no types
    """Runs commands side by side until one keeps ending or a signal asks all of them to."""

    def __init__(self, on_start: Callable[[], None]) -> None:
        """``on_start`` runs in a thread once every command is on its way."""
        super().__init__(Printer(sys.stdout))
        # Shared with the processes, and without a lock: a signal may come while it is written.
        self._are_ending = RawValue(c_bool, False)
        self._process_ctor = partial(_TetheredProcess, are_ending=self._are_ending)
        self._on_start = on_start
        #: What ended for good without being asked to; None while there is nothing.
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
        self._are_ending.value = True
        ended = (name for name, it in self._processes.items() if "returncode" in it)
        self.died = self.died or next(ended, None)
        _later(ASK_AGAIN_SECONDS, self._killall)
        _later(KILL_SECONDS, self.kill)
        super().terminate()

    def _start(self) -> None:
        super()._start()
        # Only now: a thread that runs during a fork can leave a lock held in the child.
        threading.Thread(target=self._on_start, daemon=True).start()


class _TetheredProcess(Process):  # type: ignore[misc]  # honcho has no types
    """A command that runs until all are to end, or the program that started it is gone.

    It ends with that program even by ``kill -9``. Ending earlier, it is started again.
    """

    def __init__(self, *args: Any, are_ending: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._are_ending = are_ending
        self._is_left_behind = False
        self._last_words: dict[str, int] = {}

    def run(self, events: "Queue[Any] | None" = None, ignore_signals: bool = False) -> None:
        threading.Thread(target=self._follow, args=(os.getppid(),), daemon=True).start()
        patience = Patience()
        super().run(events, ignore_signals)
        while self._is_wanted() and patience.allows_another():
            self._send_message(
                f"ended with {self._last_words['returncode']}; it is started again\n".encode()
            )
            super().run(events, ignore_signals)
        super()._send_message(self._last_words, type="stop")

    def _send_message(self, data: Any, type: str = "line") -> None:
        """Tell honcho; that a command has stopped only when it is not started again."""
        if type == "stop":
            self._last_words = data
        else:
            super()._send_message(data, type=type)

    def _is_wanted(self) -> bool:
        return not (self._are_ending.value or self._is_left_behind)

    def _follow(self, parent: int) -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        self._is_left_behind = True
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
