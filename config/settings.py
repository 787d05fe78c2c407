"""Everything Outlay can be told from outside, read once from the environment.

``Settings.from_env`` is the only reader of environment variables in the program. Parsing is pure
and collects every fault before it complains; only then is the data folder touched, to keep
generated keys.
"""

import hashlib
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self
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


@dataclass(frozen=True, slots=True)
class Settings:
    """The whole configuration of one Outlay process; immutable.

    Values that may hold a password or a key are left out of ``repr``, so that logging the settings
    gives nothing away.
    """

    data_dir: Path
    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    jwt_secret_key: str = field(repr=False)
    data_key: str = field(repr=False)
    base_url: str
    host: str = "127.0.0.1"
    port: int = 5000
    web_threads: int = 8
    web_workers: int = 2
    max_upload_bytes: int = 32 * MEGABYTE
    access_token_minutes: int = 15
    refresh_token_days: int = 30
    session_days: int = 30
    session_idle_days: int = 14
    log_level: str = "INFO"
    registration: str = "open"
    rate_limits: bool = True
    mail_url: str | None = field(default=None, repr=False)
    mail_from: str = "Outlay <outlay@localhost>"
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: str | None = field(default=None, repr=False)
    oidc_name: str = "single sign-on"
    cors_origins: tuple[str, ...] = ()
    trusted_hosts: tuple[str, ...] = ()
    trusted_proxies: int = 0
    secret_key_fallbacks: tuple[str, ...] = field(default=(), repr=False)
    jwt_secret_key_fallbacks: tuple[str, ...] = field(default=(), repr=False)
    data_key_fallbacks: tuple[str, ...] = field(default=(), repr=False)

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
        data_dir = reader.data_dir()
        host = reader.text("OUTLAY_HOST") or "127.0.0.1"
        port = reader.number("OUTLAY_PORT", "PORT", default=5000, highest=65535)
        settings = cls(
            data_dir=data_dir,
            database_url=reader.database_url(data_dir),
            redis_url=reader.redis_url(data_dir),
            secret_key=reader.secret("OUTLAY_SECRET_KEY"),
            jwt_secret_key=reader.secret("OUTLAY_JWT_SECRET_KEY"),
            data_key=reader.secret("OUTLAY_DATA_KEY"),
            base_url=reader.base_url(host, port),
            host=host,
            port=port,
            web_threads=reader.number("OUTLAY_WEB_THREADS", default=8, highest=256),
            web_workers=reader.number("OUTLAY_WEB_WORKERS", default=2, highest=64),
            max_upload_bytes=MEGABYTE
            * reader.number("OUTLAY_MAX_UPLOAD_MB", default=32, highest=1024),
            access_token_minutes=reader.number(
                "OUTLAY_ACCESS_TOKEN_MINUTES", default=15, highest=24 * 60
            ),
            refresh_token_days=reader.number("OUTLAY_REFRESH_TOKEN_DAYS", default=30, highest=365),
            session_days=reader.number("OUTLAY_SESSION_DAYS", default=30, highest=365),
            session_idle_days=reader.number("OUTLAY_SESSION_IDLE_DAYS", default=14, highest=365),
            log_level=reader.log_level(),
            registration=reader.choice("OUTLAY_REGISTRATION", ("open", "invite", "closed")),
            rate_limits=reader.choice("OUTLAY_RATE_LIMITS", ("on", "off")) == "on",
            mail_url=reader.mail_url(),
            mail_from=reader.text("OUTLAY_MAIL_FROM") or "Outlay <outlay@localhost>",
            oidc_issuer=reader.text("OUTLAY_OIDC_ISSUER"),
            oidc_client_id=reader.text("OUTLAY_OIDC_CLIENT_ID"),
            oidc_client_secret=reader.text("OUTLAY_OIDC_CLIENT_SECRET"),
            oidc_name=reader.text("OUTLAY_OIDC_NAME") or "single sign-on",
            cors_origins=reader.origins("OUTLAY_CORS_ORIGINS"),
            trusted_hosts=reader.words("OUTLAY_TRUSTED_HOSTS"),
            trusted_proxies=reader.number("OUTLAY_TRUSTED_PROXIES", default=0, lowest=0, highest=9),
            secret_key_fallbacks=reader.old_secrets("OUTLAY_SECRET_KEY_FALLBACKS"),
            jwt_secret_key_fallbacks=reader.old_secrets("OUTLAY_JWT_SECRET_KEY_FALLBACKS"),
            data_key_fallbacks=reader.old_secrets("OUTLAY_DATA_KEY_FALLBACKS"),
        )
        reader.check_oidc(settings)
        reader.check_keys_differ(settings)
        if reader.faults:
            raise SettingsError(reader.faults)
        return settings._with_kept_secrets(secret_keeper)

    def _with_kept_secrets(self, secret_keeper: SecretKeeper) -> Self:
        """The same settings with each key that the environment does not give."""
        return replace(
            self,
            secret_key=self.secret_key or secret_keeper(self.data_dir, "secret_key"),
            jwt_secret_key=self.jwt_secret_key or secret_keeper(self.data_dir, "jwt_secret_key"),
            data_key=self.data_key or secret_keeper(self.data_dir, "data_key"),
        )

    def as_environ(self) -> dict[str, str]:
        """The environment that makes another process read the same settings."""
        return {
            "OUTLAY_DATA_DIR": str(self.data_dir),
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "OUTLAY_SECRET_KEY": self.secret_key,
            "OUTLAY_JWT_SECRET_KEY": self.jwt_secret_key,
            "OUTLAY_BASE_URL": self.base_url,
            "OUTLAY_HOST": self.host,
            "OUTLAY_PORT": str(self.port),
            "OUTLAY_WEB_THREADS": str(self.web_threads),
            "OUTLAY_WEB_WORKERS": str(self.web_workers),
            "OUTLAY_MAX_UPLOAD_MB": str(self.max_upload_bytes // MEGABYTE),
            "OUTLAY_ACCESS_TOKEN_MINUTES": str(self.access_token_minutes),
            "OUTLAY_REFRESH_TOKEN_DAYS": str(self.refresh_token_days),
            "OUTLAY_SESSION_DAYS": str(self.session_days),
            "OUTLAY_SESSION_IDLE_DAYS": str(self.session_idle_days),
            "OUTLAY_LOG_LEVEL": self.log_level,
            "OUTLAY_REGISTRATION": self.registration,
            "OUTLAY_RATE_LIMITS": "on" if self.rate_limits else "off",
            "OUTLAY_MAIL_URL": self.mail_url or "",
            "OUTLAY_MAIL_FROM": self.mail_from,
            "OUTLAY_OIDC_ISSUER": self.oidc_issuer or "",
            "OUTLAY_OIDC_CLIENT_ID": self.oidc_client_id or "",
            "OUTLAY_OIDC_CLIENT_SECRET": self.oidc_client_secret or "",
            "OUTLAY_OIDC_NAME": self.oidc_name,
            "OUTLAY_CORS_ORIGINS": " ".join(self.cors_origins),
            "OUTLAY_TRUSTED_HOSTS": " ".join(self.trusted_hosts),
            "OUTLAY_TRUSTED_PROXIES": str(self.trusted_proxies),
            "OUTLAY_DATA_KEY": self.data_key,
            "OUTLAY_SECRET_KEY_FALLBACKS": " ".join(self.secret_key_fallbacks),
            "OUTLAY_JWT_SECRET_KEY_FALLBACKS": " ".join(self.jwt_secret_key_fallbacks),
            "OUTLAY_DATA_KEY_FALLBACKS": " ".join(self.data_key_fallbacks),
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


class _Reader:
    """Reads single variables and remembers what is wrong with them as sentences.

    A variable set to nothing but blanks counts as not set, as in a compose file's ``NAME=``.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.faults: list[str] = []

    def text(self, name: str) -> str | None:
        """The value of ``name`` without surrounding blanks, None when unset or blank."""
        return self._environ.get(name, "").strip() or None

    def number(self, *names: str, default: int, highest: int, lowest: int = 1) -> int:
        """A whole number from ``lowest`` to ``highest``: the first of ``names`` that is set."""
        for name in names:
            value = self.text(name)
            if value is not None:
                return self._checked_number(name, value, default, range(lowest, highest + 1))
        return default

    def _checked_number(self, name: str, value: str, default: int, span: range) -> int:
        if re.fullmatch(r"[0-9]{1,9}", value) and int(value) in span:
            return int(value)
        self.faults.append(
            f"{name} must be a whole number from {span.start} to {span.stop - 1}, not {value!r}."
        )
        return default

    def choice(self, name: str, choices: tuple[str, ...]) -> str:
        """One of ``choices``, by default the first."""
        value = (self.text(name) or choices[0]).lower()
        if value not in choices:
            self.faults.append(f"{name} must be one of {', '.join(choices)}, not {value!r}.")
        return value

    def words(self, name: str) -> tuple[str, ...]:
        """The words of a list with spaces or commas between them."""
        return tuple((self.text(name) or "").replace(",", " ").split())

    def origins(self, name: str) -> tuple[str, ...]:
        """A list of origins such as https://app.example.com."""
        found = self.words(name)
        self.faults += [
            f"{name} holds {origin!r}, which is no origin such as https://app.example.com."
            for origin in found
            if not _is_origin(origin)
        ]
        return found

    def old_secrets(self, name: str) -> tuple[str, ...]:
        """Keys that were in use before: they open, and sign nothing new."""
        found = self.words(name)
        if any(len(key) < MINIMUM_SECRET_LENGTH for key in found):
            self.faults.append(
                f"{name} holds a key with fewer than {MINIMUM_SECRET_LENGTH} characters."
            )
        return found

    def mail_url(self) -> str | None:
        """The mail server's address; None where mails go to files."""
        value = self.text("OUTLAY_MAIL_URL")
        if value and not _is_mail_server(value):
            self.faults.append(
                "OUTLAY_MAIL_URL must look like smtp://user:password@host:587,"
                " smtp+starttls://… or smtps://…."
            )
        return value

    def check_oidc(self, settings: Settings) -> None:
        """An OpenID provider needs an issuer, a client id and a secret, or none of them."""
        given = (settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret)
        if any(given) and not all(given):
            self.faults.append(
                "OUTLAY_OIDC_ISSUER, OUTLAY_OIDC_CLIENT_ID and OUTLAY_OIDC_CLIENT_SECRET go"
                " together: set all three or none."
            )

    def data_dir(self) -> Path:
        """The data folder as an absolute path; relative ones count from the current folder."""
        value = self.text("OUTLAY_DATA_DIR")
        return Path(value).expanduser().absolute() if value else ROOT / "instance"

    def database_url(self, data_dir: Path) -> str:
        """The database's address with the driver Outlay uses; SQLite files as absolute paths."""
        value = self.text("DATABASE_URL")
        if value is None:
            return _sqlite_url(data_dir / "outlay.db")
        try:
            url = make_url(value)
        except (ArgumentError, ValueError):
            self.faults.append(
                "DATABASE_URL is not an address; it should look like postgresql://user@host/name."
            )
            return value
        return self._normalised_database_url(url, data_dir)

    def _normalised_database_url(self, url: URL, data_dir: Path) -> str:
        if url.drivername in _POSTGRES_DRIVERS:
            return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
        if url.drivername != "sqlite":
            self.faults.append(
                f"DATABASE_URL must start with postgresql:// or sqlite:///, not {url.drivername}://."
            )
        elif url.database in (None, "", ":memory:") or "mode" in url.query:
            self.faults.append(
                "DATABASE_URL must name a file: the web server and the worker cannot share a"
                " SQLite database in memory."
            )
        else:
            return _sqlite_url(data_dir / str(url.database))
        return url.render_as_string(hide_password=False)

    def redis_url(self, data_dir: Path) -> str:
        """The address of Redis as redis-py reads it; the embedded Valkey's when none is given."""
        value = self.text("REDIS_URL")
        if value is None:
            return _unix_url(embedded_socket(data_dir))
        value = value.removeprefix("redis+") if value.startswith("redis+unix:") else value
        scheme, separator, rest = value.partition("://")
        if scheme not in _REDIS_SCHEMES or not separator or not rest.strip("/"):
            self.faults.append(
                "REDIS_URL must look like redis://host:6379/0, rediss://host:6379/0 or"
                " unix:///path/to/socket."
            )
        return value

    def base_url(self, host: str, port: int) -> str:
        """The address people type, without a slash at its end."""
        value = self.text("OUTLAY_BASE_URL")
        if value is None:
            return f"http://{_reachable(host)}:{port}"
        value = value.rstrip("/")
        if not _is_origin(value):
            self.faults.append(
                "OUTLAY_BASE_URL must be http:// or https:// and a host name, with nothing behind"
                f" it but a port, not {value!r}."
            )
        return value

    def log_level(self) -> str:
        """One of the names of the standard library's logging levels, in capitals."""
        value = (self.text("OUTLAY_LOG_LEVEL") or "INFO").upper()
        if value not in _LOG_LEVELS:
            self.faults.append(f"OUTLAY_LOG_LEVEL must be one of {', '.join(_LOG_LEVELS)}.")
        return value

    def secret(self, name: str) -> str:
        """A key that is long and hard to guess; empty when one has to be generated."""
        value = self.text(name)
        if value is None:
            return ""
        if len(value) < MINIMUM_SECRET_LENGTH:
            self.faults.append(f"{name} must have at least {MINIMUM_SECRET_LENGTH} characters.")
        elif _WELL_KNOWN_SECRETS.match(value) or len(set(value)) < MINIMUM_SECRET_LENGTH // 4:
            self.faults.append(
                f"{name} can be guessed; leave it unset and Outlay generates one, or use the"
                " output of: openssl rand -base64 48."
            )
        return value

    def check_keys_differ(self, settings: Settings) -> None:
        """Two given keys must not be the same, or one leaking would give away the other."""
        if settings.secret_key and settings.secret_key == settings.jwt_secret_key:
            self.faults.append("OUTLAY_SECRET_KEY and OUTLAY_JWT_SECRET_KEY must differ.")


def _sqlite_url(path: Path) -> str:
    return URL.create("sqlite", database=str(path)).render_as_string()


def _unix_url(socket: Path) -> str:
    return f"unix://{quote(str(socket))}"


def _reachable(host: str) -> str:
    name = "127.0.0.1" if host in _WILDCARD_HOSTS else host
    return f"[{name}]" if ":" in name else name


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
