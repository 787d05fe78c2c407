"""What was measured, as a table for people and as JSON."""

import datetime as dt
import json
import os
import platform
import sqlite3
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Protocol

RESULTS = Path(__file__).resolve().parent / "results"
HEADER = ("case", "rows", "bare", "Outlay", "ratio", "target", "met")
METHOD = """\
How it is measured: the bare program (`bench/bare.py`) and Outlay are served alike, by gunicorn
with one worker, on the same database and with the same durability. One caller on kept-open
loopback connections asks the bare program and Outlay, with few rows and with many, in turns; the
figures are medians in milliseconds (the 95th percentile in brackets). Both look up who asks. The
bare program counts no pages, keeps no totals and checks no input. The import is uploaded through
the API and done by a real worker; its bare counterpart is `csv` and `executemany` into the same
table in one transaction. Rows per second count the time of both jobs, reading and committing.
Those who write at the same time add rows to one account of one ledger, as fast as they are
answered, and both programs have two workers then, as Outlay has where nothing is set; after that
every row has to be there and `flask ledger verify` finds nothing. The bulk change gives all rows
notes and a tag, each with a line in its history; its bare counterpart is one `UPDATE`.
"""


class Measured(Protocol):
    """What was measured and can say so as lines of the table."""

    def lines(self) -> list[tuple[str, ...]]:
        """Return its lines."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds of many requests."""

    median: float
    p95: float

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.p95:.2f})"


@dataclass(frozen=True, slots=True)
class Case:
    """One case with one number of rows; ``growth`` compares Outlay with itself on few rows."""

    name: str
    rows: int
    bare: Timing
    outlay: Timing
    target: float | None
    growth: float | None = None
    growth_target: float | None = None

    @property
    def ratio(self) -> float:
        """How many times the bare program's latency Outlay takes."""
        return self.outlay.median / self.bare.median

    def lines(self) -> list[tuple[str, ...]]:
        """Return the case as lines of the table."""
        times = (str(self.bare), str(self.outlay))
        compared = (f"{self.ratio:.2f}", *_held(self.ratio, self.target))
        lines: list[tuple[str, ...]] = [(self.name, f"{self.rows:,}", *times, *compared)]
        if self.growth is not None:
            held = _held(self.growth, self.growth_target)
            lines.append(("… against itself on few rows", "", "", "", f"{self.growth:.2f}", *held))
        return lines


@dataclass(frozen=True, slots=True)
class ImportCase:
    """The import of one file; seconds, and the most memory that worker and job held together."""

    rows: int
    bare_seconds: float
    job_seconds: float
    wall_seconds: float
    peak_megabytes: float | None
    rate_target: float = 40_000
    memory_target: float = 250

    @property
    def rate(self) -> float:
        """Rows a second through both jobs."""
        return self.rows / self.job_seconds

    def lines(self) -> list[tuple[str, ...]]:
        """Return the import as lines of the table."""
        rows = f"{self.rows:,}"
        bare_rate = self.rows / self.bare_seconds
        met = "yes" if self.rate >= self.rate_target else "no"
        lines: list[tuple[str, ...]] = [
            (
                "import, rows/s through the job", rows, f"{bare_rate:,.0f}", f"{self.rate:,.0f}",
                f"{self.job_seconds / self.bare_seconds:.2f}", f"≥ {self.rate_target:,.0f}", met,
            ),
            (
                "import, seconds from upload to done", rows, f"{self.bare_seconds:.2f}",
                f"{self.wall_seconds:.2f}", f"{self.wall_seconds / self.bare_seconds:.2f}", "", "",
            ),
        ]  # fmt: skip
        if self.peak_megabytes is not None:
            held = "yes" if self.peak_megabytes < self.memory_target else "no"
            peak = f"{self.peak_megabytes:.0f}"
            target = f"< {self.memory_target:.0f}"
            lines.append(("import, peak MB of worker and job", rows, "", peak, "", target, held))
        return lines


@dataclass(frozen=True, slots=True)
class WritingCase:
    """Many clients that write at the same time; rows a second, and how many answers were wrong."""

    clients: int
    seconds: float
    bare_rate: float
    rate: float
    errors: int
    target: float = 0.5

    @property
    def share(self) -> float:
        """How much of the bare program's throughput Outlay reaches."""
        return self.rate / self.bare_rate

    def lines(self) -> list[tuple[str, ...]]:
        """Return the case as lines of the table."""
        held = "yes" if self.share >= self.target and not self.errors else "no"
        name = f"{self.clients} clients write for {self.seconds:.0f} s, rows/s"
        rates = (f"{self.bare_rate:.0f}", f"{self.rate:.0f}", f"{self.share:.2f}")
        return [
            (name, "", *rates, f"≥ {self.target:g}", held),
            ("… answers that were errors", "", "", str(self.errors), "", "0", ""),
        ]


@dataclass(frozen=True, slots=True)
class BulkCase:
    """Many rows changed in one step, and that step undone; seconds."""

    rows: int
    bare_seconds: float
    seconds: float
    undo_seconds: float
    target: float = 5.0

    def lines(self) -> list[tuple[str, ...]]:
        """Return the case as lines of the table."""
        held = _held(self.seconds, self.target)
        ratio = f"{self.seconds / self.bare_seconds:.0f}"
        bare, ours, undone = self.bare_seconds, self.seconds, self.undo_seconds
        return [
            ("one bulk change, s", f"{self.rows:,}", f"{bare:.2f}", f"{ours:.2f}", ratio, *held),
            ("… and its undoing, s", f"{self.rows:,}", "", f"{undone:.2f}", "", "", ""),
        ]


@dataclass(slots=True)
class Report:
    """Everything measured on one backend."""

    backend: str
    database: str
    cases: list[Case] = field(default_factory=list)
    imports: list[ImportCase] = field(default_factory=list)
    writing: list[WritingCase] = field(default_factory=list)
    bulk: list[BulkCase] = field(default_factory=list)

    def text(self) -> str:
        """Return the report as Markdown."""
        facts = "\n".join(f"- {name}: {value}" for name, value in machine(self.database).items())
        measured: tuple[Measured, ...] = (*self.cases, *self.writing, *self.bulk, *self.imports)
        lines = [line for case in measured for line in case.lines()]
        return f"# Outlay on {self.backend}\n\n{_table(lines)}\n{METHOD}\n{facts}\n"

    def write(self) -> None:
        """Write the report to ``bench/results/``, as Markdown and as JSON."""
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / f"{self.backend}.md").write_text(self.text(), encoding="utf-8")
        figures = {
            "machine": machine(self.database),
            "requests": [asdict(case) | {"ratio": case.ratio} for case in self.cases],
            "writing": [asdict(case) | {"share": case.share} for case in self.writing],
            "bulk": [asdict(case) for case in self.bulk],
            "imports": [asdict(case) | {"rate": case.rate} for case in self.imports],
        }
        text = json.dumps(figures, indent=2) + "\n"
        (RESULTS / f"{self.backend}.json").write_text(text, encoding="utf-8")


def machine(database: str) -> dict[str, str]:
    """Return what the figures depend on beside the program."""
    return {
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "machine": f"{os.cpu_count()} cores, {_processor()}, {platform.system()}",
        "Python": platform.python_version(),
        "database": database,
    }


def sqlite_version() -> str:
    """Return which SQLite this Python brings."""
    return f"SQLite {sqlite3.sqlite_version}"


def _held(value: float, target: float | None) -> tuple[str, str]:
    if target is None:
        return "", ""
    return f"≤ {target:g}", "yes" if value <= target else "no"


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _table(lines: list[tuple[str, ...]]) -> str:
    rows = [HEADER, *lines]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADER))]
    ruled = [HEADER, tuple("-" * width for width in widths), *lines]
    return "".join(
        "| " + " | ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) + " |\n"
        for row in ruled
    )
