"""Reading: what the text of a variable means, and what is wrong with it, in a sentence."""

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import Field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

MINIMUM_SECRET_LENGTH = 32
# sun_path holds 108 bytes on Linux and 104 on macOS; Valkey appends a suffix while it binds.
SOCKET_PATH_LIMIT = 96

_LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
_POSTGRES_DRIVERS = ("postgres", "postgresql", "postgresql+psycopg")
_REDIS_SCHEMES = ("redis", "rediss", "unix")
_WELL_KNOWN_SECRETS = re.compile(
    r"(your[-_ ]?)?(secret|change[-_ ]?(me|this)|password|insecure|example|default|test|dev)",
    re.IGNORECASE,
)


class Reader:
    """Reads one variable after the other; remembers the values and, as sentences, the faults.

    A variable set to nothing but blanks counts as not set, as in a compose file's ``NAME=``.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.values: dict[str, Any] = {}
        self.faults: list[str] = []

    def take(self, attribute: Field[Any]) -> None:
        """Read an attribute from the first of its variables that is set.

        Without any, what ``unset`` makes of the values so far counts, or the class's own default.
        """
        variable = attribute.metadata
        for name in variable["names"]:
            if value := self._environ.get(name, "").strip():
                self.values[attribute.name] = variable["read"](self, name, value)
                return
        if variable["unset"]:
            self.values[attribute.name] = variable["unset"](self)

    def number(self, name: str, value: str, span: range) -> int:
        """A whole number within ``span``."""
        if re.fullmatch(r"[0-9]{1,18}", value) and int(value) in span:
            return int(value)
        self.faults.append(
            f"{name} must be a whole number from {span.start} to {span.stop - 1}, not {value!r}."
        )
        return span.start

    def choice(self, name: str, value: str, choices: tuple[str, ...]) -> str:
        """One of ``choices``, in small letters."""
        value = value.lower()
        if value not in choices:
            self.faults.append(f"{name} must be one of {', '.join(choices)}, not {value!r}.")
        return value

    def switch(self, name: str, value: str) -> bool:
        """Whether something is on."""
        return self.choice(name, value, ("on", "off")) == "on"

    def words(self, name: str, value: str) -> tuple[str, ...]:
        """The words of a list with spaces or commas between them."""
        return tuple(value.replace(",", " ").split())

    def origins(self, name: str, value: str) -> tuple[str, ...]:
        """A list of origins such as https://app.example.com."""
        found = self.words(name, value)
        self.faults += [
            f"{name} holds {origin!r}, which is no origin such as https://app.example.com."
            for origin in found
            if not _is_origin(origin)
        ]
        return found

    def old_secrets(self, name: str, value: str) -> tuple[str, ...]:
        """Keys that were in use before: they open, and sign nothing new."""
        found = self.words(name, value)
        if any(len(key) < MINIMUM_SECRET_LENGTH for key in found):
            self.faults.append(
                f"{name} holds a key with fewer than {MINIMUM_SECRET_LENGTH} characters."
            )
        return found

    def mail_url(self, name: str, value: str) -> str:
        """The mail server's address."""
        if not _is_mail_server(value):
            self.faults.append(
                f"{name} must look like smtp://user:password@host:587,"
                " smtp+starttls://… or smtps://…."
            )
        return value

    def folder(self, name: str, value: str) -> Path:
        """An absolute path; relative ones count from the current folder."""
        return Path(value).expanduser().absolute()

    def storage_url(self, name: str, value: str) -> str:
        """A bucket or a folder, without a slash at its end."""
        value = value.rstrip("/")
        if not re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[\w.=-]+)*", value, re.ASCII):
            folder = value.removeprefix("file://")
            if not value.startswith("file:///") or "/.." in folder:
                self.faults.append(
                    f"{name} must look like s3://bucket/prefix or file:///folder, not {value!r}."
                )
        return value

    def own_database(self) -> str:
        """The SQLite database in the data folder."""
        return _sqlite_url(self.values["data_dir"] / "outlay.db")

    def own_redis(self) -> str:
        """The Valkey that Outlay starts itself."""
        return unix_url(embedded_socket(self.values["data_dir"]))

    def database_url(self, name: str, value: str) -> str:
        """The database's address with the driver Outlay uses; SQLite files as absolute paths."""
        try:
            url = make_url(value)
        except (ArgumentError, ValueError):
            self.faults.append(
                f"{name} is not an address; it should look like postgresql://user@host/name."
            )
            return value
        return self._normalised_database_url(name, url)

    def _normalised_database_url(self, name: str, url: URL) -> str:
        if url.drivername in _POSTGRES_DRIVERS:
            return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
        if url.drivername != "sqlite":
            self.faults.append(
                f"{name} must start with postgresql:// or sqlite:///, not {url.drivername}://."
            )
        elif url.database in (None, "", ":memory:") or "mode" in url.query:
            self.faults.append(
                f"{name} must name a file: the web server and the worker cannot share a"
                " SQLite database in memory."
            )
        else:
            return _sqlite_url(self.values["data_dir"] / str(url.database))
        return url.render_as_string(hide_password=False)

    def redis_url(self, name: str, value: str) -> str:
        """The address of Redis as redis-py reads it."""
        value = value.removeprefix("redis+") if value.startswith("redis+unix:") else value
        scheme, separator, rest = value.partition("://")
        if scheme not in _REDIS_SCHEMES or not separator or not rest.strip("/"):
            self.faults.append(
                f"{name} must look like redis://host:6379/0, rediss://host:6379/0 or"
                " unix:///path/to/socket."
            )
        return value

    def origin(self, name: str, value: str) -> str:
        """The address of a server, without a slash at its end."""
        value = value.rstrip("/")
        if not _is_origin(value):
            self.faults.append(
                f"{name} must be http:// or https:// and a host name, with nothing behind"
                f" it but a port, not {value!r}."
            )
        return value

    def log_level(self, name: str, value: str) -> str:
        """One of the names of the standard library's logging levels, in capitals."""
        if value.upper() not in _LOG_LEVELS:
            self.faults.append(f"{name} must be one of {', '.join(_LOG_LEVELS)}.")
        return value.upper()

    def secret(self, name: str, value: str) -> str:
        """A key that is long and hard to guess."""
        if len(value) < MINIMUM_SECRET_LENGTH:
            self.faults.append(f"{name} must have at least {MINIMUM_SECRET_LENGTH} characters.")
        elif _WELL_KNOWN_SECRETS.match(value) or len(set(value)) < MINIMUM_SECRET_LENGTH // 4:
            self.faults.append(
                f"{name} can be guessed; leave it unset and Outlay generates one, or use the"
                " output of: openssl rand -base64 48."
            )
        return value


def embedded_socket(data_dir: Path) -> Path:
    """The socket of the embedded Valkey of ``data_dir``.

    It lives in the data folder unless that path is too long for a socket address; then in a folder
    of the temporary directory that is named after the user and the data folder.
    """
    inside = data_dir / "valkey" / "valkey.sock"
    if len(os.fsencode(inside)) <= SOCKET_PATH_LIMIT:
        return inside
    digest = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]
    return Path("/tmp") / f"outlay-{os.getuid()}-{digest}" / "valkey.sock"  # noqa: S108 - folder is made 0700


def _sqlite_url(path: Path) -> str:
    return URL.create("sqlite", database=str(path)).render_as_string()


def unix_url(socket: Path) -> str:
    """The address of a Redis at a socket."""
    return f"unix://{quote(str(socket))}"


def _is_mail_server(value: str) -> bool:
    try:
        parts = urlsplit(value)
        port_is_valid = parts.port != 0
    except ValueError:
        return False
    shape = re.fullmatch(r"smtp(s|\+starttls)?://[^/\s?#]+", value) is not None
    return shape and bool(parts.hostname) and port_is_valid


def _is_origin(value: str) -> bool:
    try:
        parts = urlsplit(value)
        port_is_valid = parts.port != 0
    except ValueError:
        return False
    shape = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
    return shape and port_is_valid and value == f"{parts.scheme}://{parts.netloc}"
