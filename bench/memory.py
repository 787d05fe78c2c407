"""How much memory a process and its children hold at most."""

import threading
from pathlib import Path
from types import TracebackType
from typing import Self

INTERVAL = 0.05


class Watch:
    """Watches a process and its children while the block runs, where there is a /proc.

    Counts proportional set sizes: a page that several processes share counts in equal parts, so
    the sum is what the family holds.
    """

    def __init__(self, pid: int) -> None:
        """Watch process ``pid``."""
        self._pid = pid
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._peak = 0

    @property
    def peak_megabytes(self) -> float | None:
        """The largest sum seen; None where it cannot be seen."""
        return self._peak / 1024 or None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(INTERVAL):
            family = [self._pid, *_children(self._pid)]
            self._peak = max(self._peak, sum(map(_held_by, family)))


def _children(pid: int) -> list[int]:
    try:
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _held_by(pid: int) -> int:
    """Return a process's proportional memory in KiB; 0 when it is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
