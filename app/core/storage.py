"""Files: kept in a folder, or in a bucket that speaks S3, by names that Outlay makes up.

Whoever keeps a file writes it before the row that names it is committed, and removes it after the
row is gone. So no row is ever without its file; a file without a row is in nobody's way until it
is swept. What is away answers within five seconds, as Unavailable.
"""

import datetime as dt
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import fsspec
from obstore.exceptions import BaseError
from obstore.fsspec import FsspecStore

from app.core.errors import Unavailable

SECONDS = 4
"""How long a bucket may take for one file."""
_CONNECT_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Place:
    """Where files are, and how much: ``url`` is ``s3://bucket/prefix`` or ``file:///folder``.

    A file has at most ``file_bytes``, those of one owner together ``owner_bytes``.
    """

    url: str
    file_bytes: int
    owner_bytes: int
    endpoint: str | None = None
    access_key_id: str | None = None
    secret_access_key: str | None = None
    region: str = "us-east-1"

    @property
    def is_remote(self) -> bool:
        """Whether it is a bucket."""
        return self.url.startswith("s3://")

    @property
    def root(self) -> str:
        """The folder, or the bucket with its prefix; without a slash at its end."""
        parts = urlsplit(self.url)
        return f"{parts.netloc}{parts.path}".rstrip("/")


class Missing(Exception):
    """There is no file of this name."""


_places: list[Place] = []
_systems: dict[tuple[int, Place], Any] = {}


def configure(place: Place) -> None:
    """Say where files are; nothing is opened before it is needed."""
    _places[:] = [place]


def place() -> Place:
    """Return where files are."""
    return _places[0]


def write(name: str, content: bytes) -> None:
    """Keep ``content`` under a name that nothing else has; it is on the disk when this returns."""
    with _present():
        if place().is_remote:
            _system().pipe_file(_path(name), content)
        else:
            _write_through(_path(name), content)


def read(name: str) -> bytes:
    """Return what was kept under a name. Missing without such a file."""
    with _present():
        try:
            content: bytes = _system().cat_file(_path(name))
        except FileNotFoundError as error:
            raise Missing(name) from error
    return content


def remove(name: str) -> None:
    """Remove a file; one that is not there is no fault."""
    with _present():
        try:
            _system().rm_file(_path(name))
        except FileNotFoundError:
            return


def names(folder: str) -> Iterator[str]:
    """Yield the names of all files in a folder and below it."""
    with _present():
        found = _system().find(_path(folder))
    below = len(_path("")) if found else 0
    yield from (path[below:] for path in map(_plain, found))


def probe() -> None:
    """Write a small file and remove it. Unavailable where that does not work."""
    name = f"probe-{secrets.token_hex(8)}"
    write(name, b"Outlay")
    remove(name)


def _write_through(path: str, content: bytes) -> None:
    """Write a file so that it is there whole or not at all, also after a power cut."""
    target = Path(path)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    half = target.with_name(f"{target.name}.half")
    with _system().open(str(half), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    half.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _path(name: str) -> str:
    return f"{place().root}/{name}"


def _plain(path: str) -> str:
    return path.removeprefix("file://").removeprefix("s3://")


def _system() -> Any:
    """Return the file system of this process: after a fork, a client of one's own."""
    key = (os.getpid(), place())
    if key not in _systems:
        _systems[key] = _bucket(place()) if place().is_remote else fsspec.filesystem("file")
    return _systems[key]


def _bucket(place: Place) -> Any:
    known: dict[str, Any] = {
        "region": place.region,
        "endpoint": place.endpoint,
        "access_key_id": place.access_key_id,
        "secret_access_key": place.secret_access_key,
    }
    return FsspecStore(
        "s3",
        client_options={
            "allow_http": (place.endpoint or "").startswith("http://"),
            "connect_timeout": f"{_CONNECT_SECONDS}s",
            "timeout": f"{SECONDS}s",
        },
        retry_config={"max_retries": 0, "retry_timeout": dt.timedelta(seconds=SECONDS)},
        **{name: value for name, value in known.items() if value},
    )


@contextmanager
def _present() -> Iterator[None]:
    try:
        yield
    except (OSError, BaseError) as error:
        raise Unavailable(
            "The files are away. What is in the books is safe; try again in a moment."
        ) from error
