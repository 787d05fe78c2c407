"""Whether the parts answer that Outlay needs; each is asked at the same time and not for long."""

import datetime as dt
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, select

from app.core import bounded, clock, queue, storage
from app.core.bounded import Answer
from app.models.base import session
from app.models.instance_settings import InstanceSetting

SECONDS = 2.0
"""How long a part may take to answer."""
BEAT_LATE = dt.timedelta(seconds=60)
"""How long the scheduler may be silent before that is worth a word."""
LITTLE_SPACE = 500 * 1024 * 1024
"""Bytes in the data folder below which there is little room."""

OK, WARNING, AWAY = "ok", "warning", "away"
ESSENTIAL = frozenset({"database", "storage"})
"""What nothing works without."""


@dataclass(frozen=True, slots=True)
class Check:
    """One part: ``state`` is ok, warning or away; what that means and what to do about it.

    ``milliseconds`` is how long the part took to answer.
    """

    name: str
    state: str
    milliseconds: int
    said: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Health:
    """All parts; ``status`` is ok, degraded, or down when an essential one is away."""

    checks: Sequence[Check]

    @property
    def status(self) -> str:
        """What all of it comes to."""
        if any(check.state == AWAY and check.name in ESSENTIAL for check in self.checks):
            return "down"
        return "ok" if all(check.state == OK for check in self.checks) else "degraded"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a part that answered says of itself."""

    state: str
    said: str
    advice: str = ""


Probe = Callable[[], Finding]


def check(folder: Path, mail: Callable[[], bool]) -> Health:
    """Ask every part. ``mail`` says whether mails leave by a server, and raises when that is away.

    Never raises, and takes two seconds at the longest.
    """
    engine = session.get_bind()
    probes: dict[str, Probe] = {
        "database": lambda: _database(engine),  # type: ignore[arg-type]
        "redis": _redis,
        "queue": _queue,
        "mail": lambda: _mail(mail),
        "storage": lambda: _storage(folder),
        "files": _files,
    }
    answers = bounded.ask(probes, SECONDS)
    return Health([_checked(name, answer) for name, answer in answers.items()])


def _database(engine: Engine) -> Finding:
    with engine.connect() as connection:
        connection.execute(select(InstanceSetting.name).limit(1)).all()
    return Finding(OK, "The database answers.")


def _redis() -> Finding:
    queue.ping()
    return Finding(OK, "Redis answers.")


def _queue() -> Finding:
    state, beat = queue.state(), queue.last_beat()
    counted = f"{state.waiting} waiting, {state.running} running, {state.failed} failed."
    if not state.workers:
        return Finding(
            WARNING, f"No worker is alive: {counted}", "Start a worker, or look at its log."
        )
    if beat is None or clock.now() - beat > BEAT_LATE:
        said = "has said nothing for a week" if beat is None else f"was last heard at {_hour(beat)}"
        return Finding(
            WARNING, f"The scheduler {said}.", "Start the scheduler: it brings back what got lost."
        )
    alive = "One worker is" if state.workers == 1 else f"{state.workers} workers are"
    return Finding(OK, f"{alive} alive: {counted} The scheduler was heard at {_hour(beat)}.")


def _hour(instant: dt.datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC"


def _mail(leaves: Callable[[], bool]) -> Finding:
    if leaves():
        return Finding(OK, "The mail server answers.")
    return Finding(WARNING, "No mail server is set up: mails become files.", "Set OUTLAY_MAIL_URL.")


def _storage(folder: Path) -> Finding:
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        file.write(b"Outlay")
        file.flush()
        os.fsync(file.fileno())
    free = shutil.disk_usage(folder).free
    if free < LITTLE_SPACE:
        said = f"Only {free // 1024**2} MB are free in the data folder."
        return Finding(WARNING, said, "Make room, or move the data folder to a larger disk.")
    return Finding(OK, f"The data folder can be written; {free / 1024**3:,.1f} GB are free.")


def _files() -> Finding:
    storage.probe()
    where = "bucket" if storage.place().is_remote else "folder"
    return Finding(OK, f"Receipts can be stored: the {where} of files takes them.")


_AWAY = {
    "database": ("The database does not answer.", "Look whether it runs, and at DATABASE_URL."),
    "redis": (
        "Redis does not answer. Pages work; imports and mails wait.",
        "Look whether it runs, and at REDIS_URL.",
    ),
    "queue": (
        "The queue cannot be read while Redis is away. Nothing in it is lost.",
        "It comes back with Redis.",
    ),
    "mail": (
        "The mail server does not answer. Mails wait and are tried again.",
        "Look whether it can be reached from here, and at OUTLAY_MAIL_URL.",
    ),
    "storage": (
        "Nothing can be written to the data folder.",
        "Look at its owner, its rights, and whether the disk is full.",
    ),
    "files": (
        "Receipts cannot be stored. The books work without them.",
        "Look whether the place can be reached and written, and at OUTLAY_STORAGE_URL.",
    ),
}


def _checked(name: str, answer: Answer[Finding]) -> Check:
    found = answer.value
    if found is None:
        said, advice = _AWAY[name]
        return Check(name, AWAY, answer.milliseconds, said, advice)
    return Check(name, found.state, answer.milliseconds, found.said, found.advice)
