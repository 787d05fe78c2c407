"""Whether all of Outlay works, for those who run it."""

import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from app.core import queue
from app.models.base import session
from app.models.users import Actor
from app.policies import administers, require_administrator
from app.services import health
from app.services.health import Health

_PACKAGES = ("Flask", "SQLAlchemy", "rq", "redis")


@dataclass(frozen=True, slots=True)
class Report:
    """The health of an instance, with the versions of what it is made of."""

    health: Health
    versions: Mapping[str, str]


def note_beat() -> None:
    """Leave word that the scheduler is alive."""
    queue.note_beat()


def may_see(actor: Actor | None) -> bool:
    """Whether somebody may see how the parts are."""
    return actor is not None and administers(actor)


def check(folder: Path, mail: Callable[[], bool]) -> Health:
    """Ask every part; see :func:`app.services.health.check`. Who asks was admitted before."""
    return health.check(folder, mail)


def report(actor: Actor, folder: Path, mail: Callable[[], bool]) -> Report:
    """Return how all parts are, and their versions. NotFound for all but administrators."""
    require_administrator(actor)
    return Report(health.check(folder, mail), _versions())


def _versions() -> dict[str, str]:
    database = session.get_bind().dialect
    info = ".".join(str(part) for part in getattr(database, "server_version_info", None) or ())
    return {
        "Python": platform.python_version(),
        **{name: version(name) for name in _PACKAGES},
        {"postgresql": "PostgreSQL", "sqlite": "SQLite"}[database.name]: info,
    }
