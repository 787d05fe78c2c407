"""Everything Outlay can be told from outside, read once from the environment.

``Settings.from_env`` is the only reader of environment variables in the program. Parsing is pure
and collects every fault before it complains; only then is the data folder touched, to keep
generated keys.
"""

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote, urlsplit

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from config.errors import SettingsError
from config.secrets import keep_secret

ROOT = Path(__file__).resolve().parent.parent

MEGABYTE = 1024 * 1024
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
_WILDCARD_HOSTS = frozenset({"0.0.0.0", "::"})  # noqa: S104 - recognised, never bound by default

# (data folder, name of the key) -> the key
SecretKeeper = Callable[[Path, str], str]


class _Reader:
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

    def endpoint(self, name: str, value: str) -> str:
        """The address of a server that speaks S3."""
        value = value.rstrip("/")
        if not _is_origin(value):
            self.faults.append(
                f"{name} must be http:// or https:// and a host name, with nothing behind"
                f" it but a port, not {value!r}."
            )
        return value

    def own_database(self) -> str:
        """The SQLite database in the data folder."""
        return _sqlite_url(self.values["data_dir"] / "outlay.db")

    def own_redis(self) -> str:
        """The Valkey that Outlay starts itself."""
        return _unix_url(embedded_socket(self.values["data_dir"]))

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

    def base_url(self, name: str, value: str) -> str:
        """The address people type, without a slash at its end."""
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


# (reader, name of the variable, its value) -> value of the attribute
_Read = Callable[[_Reader, str, str], object]


def _written(value: object) -> str:
    """A value as its variable spells it."""
    match value:
        case None:
            return ""
        case bool():
            return "on" if value else "off"
        case tuple():
            return " ".join(value)
    return str(value)


def _setting(
    *names: str,
    read: _Read = lambda _reader, _name, value: value,
    unset: Callable[[_Reader], object] | None = None,
    write: Callable[[Any], str] = _written,
    default: Any = MISSING,
    shown: bool = True,
) -> Any:
    """An attribute of Settings, how it is read from its variables and written to the first."""
    metadata = {"names": names, "read": read, "unset": unset, "write": write}
    return field(default=default, repr=shown, metadata=metadata)


def _number(highest: int, lowest: int = 1, unit: int = 1) -> _Read:
    return lambda reader, *given: unit * reader.number(*given, range(lowest, highest + 1))


def _choice(*choices: str) -> _Read:
    return lambda reader, *given: reader.choice(*given, choices)


def _secret(name: str) -> Any:
    return _setting(name, read=_Reader.secret, unset=lambda _: "", shown=False)


def _old_secrets(name: str) -> Any:
    return _setting(name, read=_Reader.old_secrets, default=(), shown=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The whole configuration of one Outlay process; immutable.

    Each attribute names its variable; they are read from top to bottom. Values that may hold a
    password or a key are left out of ``repr``, so that logging the settings gives nothing away.
    """

    data_dir: Path = _setting(  # noqa: RUF009 - a field, not a value
        "OUTLAY_DATA_DIR", read=_Reader.folder, unset=lambda _: ROOT / "instance"
    )
    database_url: str = _setting(
        "DATABASE_URL", read=_Reader.database_url, unset=_Reader.own_database, shown=False
    )
    redis_url: str = _setting(
        "REDIS_URL", read=_Reader.redis_url, unset=_Reader.own_redis, shown=False
    )
    secret_key: str = _secret("OUTLAY_SECRET_KEY")
    jwt_secret_key: str = _secret("OUTLAY_JWT_SECRET_KEY")
    data_key: str = _secret("OUTLAY_DATA_KEY")
    host: str = _setting("OUTLAY_HOST", default="127.0.0.1")
    port: int = _setting("OUTLAY_PORT", "PORT", read=_number(65535), default=5000)
    base_url: str = _setting("OUTLAY_BASE_URL", read=_Reader.base_url, unset=lambda _: "")
    web_threads: int = _setting("OUTLAY_WEB_THREADS", read=_number(256), default=8)
    web_workers: int = _setting("OUTLAY_WEB_WORKERS", read=_number(64), default=2)
    max_upload_bytes: int = _setting(
        "OUTLAY_MAX_UPLOAD_MB",
        read=_number(1024, unit=MEGABYTE),
        write=lambda size: str(size // MEGABYTE),
        default=32 * MEGABYTE,
    )
    receipt_bytes: int = _setting(
        "OUTLAY_RECEIPT_BYTES", read=_number(1024 * MEGABYTE), default=10 * MEGABYTE
    )
    receipt_quota: int = _setting(
        "OUTLAY_RECEIPT_QUOTA", read=_number(MEGABYTE**2 * 1024), default=1024 * MEGABYTE
    )
    storage_url: str = _setting(
        "OUTLAY_STORAGE_URL", read=_Reader.storage_url, unset=lambda _: "", default=""
    )
    s3_endpoint: str | None = _setting("OUTLAY_S3_ENDPOINT", read=_Reader.endpoint, default=None)
    s3_access_key_id: str | None = _setting("OUTLAY_S3_ACCESS_KEY_ID", default=None, shown=False)
    s3_secret_access_key: str | None = _setting(
        "OUTLAY_S3_SECRET_ACCESS_KEY", default=None, shown=False
    )
    s3_region: str = _setting("OUTLAY_S3_REGION", default="us-east-1")
    access_token_minutes: int = _setting(
        "OUTLAY_ACCESS_TOKEN_MINUTES", read=_number(24 * 60), default=15
    )
    refresh_token_days: int = _setting("OUTLAY_REFRESH_TOKEN_DAYS", read=_number(365), default=30)
    session_days: int = _setting("OUTLAY_SESSION_DAYS", read=_number(365), default=30)
    session_idle_days: int = _setting("OUTLAY_SESSION_IDLE_DAYS", read=_number(365), default=14)
    activity_days: int = _setting(
        "OUTLAY_ACTIVITY_DAYS", read=_number(36500, lowest=0), default=730
    )
    log_level: str = _setting("OUTLAY_LOG_LEVEL", read=_Reader.log_level, default="INFO")
    registration: str = _setting(
        "OUTLAY_REGISTRATION", read=_choice("open", "invite", "closed"), default="open"
    )
    rate_limits: bool = _setting("OUTLAY_RATE_LIMITS", read=_Reader.switch, default=True)
    mail_url: str | None = _setting(
        "OUTLAY_MAIL_URL", read=_Reader.mail_url, default=None, shown=False
    )
    mail_from: str = _setting("OUTLAY_MAIL_FROM", default="Outlay <outlay@localhost>")
    oidc_issuer: str | None = _setting("OUTLAY_OIDC_ISSUER", default=None)
    oidc_client_id: str | None = _setting("OUTLAY_OIDC_CLIENT_ID", default=None)
    oidc_client_secret: str | None = _setting(
        "OUTLAY_OIDC_CLIENT_SECRET", default=None, shown=False
    )
    oidc_name: str = _setting("OUTLAY_OIDC_NAME", default="single sign-on")
    cors_origins: tuple[str, ...] = _setting(
        "OUTLAY_CORS_ORIGINS", read=_Reader.origins, default=()
    )
    trusted_hosts: tuple[str, ...] = _setting(
        "OUTLAY_TRUSTED_HOSTS", read=_Reader.words, default=()
    )
    trusted_proxies: int = _setting("OUTLAY_TRUSTED_PROXIES", read=_number(9, lowest=0), default=0)
    secret_key_fallbacks: tuple[str, ...] = _old_secrets("OUTLAY_SECRET_KEY_FALLBACKS")
    jwt_secret_key_fallbacks: tuple[str, ...] = _old_secrets("OUTLAY_JWT_SECRET_KEY_FALLBACKS")
    data_key_fallbacks: tuple[str, ...] = _old_secrets("OUTLAY_DATA_KEY_FALLBACKS")

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Self:
        """Read the settings from ``environ`` (default: the process's own environment).

        Creates the data folder when a key has to be generated and kept there.
        Raises SettingsError naming every fault at once.
        """
        return cls.parse(os.environ if environ is None else environ, keep_secret)

    @classmethod
    def parse(cls, environ: Mapping[str, str], secret_keeper: SecretKeeper) -> Self:
        """Turn ``environ`` into settings without touching the disk.

        ``secret_keeper(data_dir, name)`` supplies a key that the environment does not give; it is
        called only when nothing is wrong. Raises SettingsError naming every fault at once.
        """
        reader = _Reader(environ)
        for attribute in fields(cls):
            reader.take(attribute)
        settings = cls(**reader.values)
        if faults := [*reader.faults, *settings._faults()]:
            raise SettingsError(faults)
        return settings._completed(secret_keeper)

    def _faults(self) -> Iterator[str]:
        """What does not go together."""
        oidc = (self.oidc_issuer, self.oidc_client_id, self.oidc_client_secret)
        if any(oidc) and not all(oidc):
            yield (
                "OUTLAY_OIDC_ISSUER, OUTLAY_OIDC_CLIENT_ID and OUTLAY_OIDC_CLIENT_SECRET go"
                " together: set all three or none."
            )
        if bool(self.s3_access_key_id) != bool(self.s3_secret_access_key):
            yield (
                "OUTLAY_S3_ACCESS_KEY_ID and OUTLAY_S3_SECRET_ACCESS_KEY go together: set both"
                " or none."
            )
        # One key leaking would give away the other.
        if self.secret_key and self.secret_key == self.jwt_secret_key:
            yield "OUTLAY_SECRET_KEY and OUTLAY_JWT_SECRET_KEY must differ."

    def _completed(self, keep: SecretKeeper) -> Self:
        """The same settings with the address and each key that the environment does not give."""
        return replace(
            self,
            base_url=self.base_url or self.local_url,
            secret_key=self.secret_key or keep(self.data_dir, "secret_key"),
            jwt_secret_key=self.jwt_secret_key or keep(self.data_dir, "jwt_secret_key"),
            data_key=self.data_key or keep(self.data_dir, "data_key"),
        )

    def as_environ(self) -> dict[str, str]:
        """The environment that makes another process read the same settings."""
        return {
            attribute.metadata["names"][0]: attribute.metadata["write"](
                getattr(self, attribute.name)
            )
            for attribute in fields(self)
        }

    @property
    def embedded_valkey(self) -> bool:
        """Whether Redis is the Valkey that Outlay starts itself, in its own data folder."""
        return self.redis_url == _unix_url(self.valkey_socket)

    @property
    def valkey_socket(self) -> Path:
        """Where the embedded Valkey listens; short enough for a socket address."""
        return embedded_socket(self.data_dir)

    @property
    def files_url(self) -> str:
        """Where files are kept: what was set, or a folder of the data folder."""
        return self.storage_url or f"file://{self.data_dir / 'files'}"

    @property
    def limiter_storage_url(self) -> str:
        """The Redis address in the spelling Flask-Limiter expects (``redis+unix`` for sockets)."""
        return re.sub(r"\Aunix:", "redis+unix:", self.redis_url)

    @property
    def local_url(self) -> str:
        """Where the web server answers on this machine, whatever name people use."""
        return f"http://{_reachable(self.host)}:{self.port}"

    @property
    def secure_cookies(self) -> bool:
        """Whether people reach Outlay over https, so that cookies may demand it."""
        return self.base_url.startswith("https://")

    @property
    def is_unencrypted(self) -> bool:
        """Whether other machines may reach Outlay, and nothing is known of TLS in front of it."""
        names = (self.host, urlsplit(self.base_url).hostname or "")
        return not self.secure_cookies and not all(map(_is_this_machine, names))


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


def _unix_url(socket: Path) -> str:
    return f"unix://{quote(str(socket))}"


def _reachable(host: str) -> str:
    name = "127.0.0.1" if host in _WILDCARD_HOSTS else host
    return f"[{name}]" if ":" in name else name


def _is_this_machine(host: str) -> bool:
    return host == "localhost" or bool(re.fullmatch(r"127(\.\d+){3}|::1", host))


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
