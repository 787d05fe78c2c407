"""Everything Outlay can be told from outside, read once from the environment.

``Settings.from_env`` is the only reader of environment variables in the program. Parsing is pure
and collects every fault before it complains; only then is the data folder touched, to keep
generated keys.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from config.errors import SettingsError
from config.reading import Reader, embedded_socket, unix_url
from config.secrets import keep_secret

ROOT = Path(__file__).resolve().parent.parent

MEGABYTE = 1024 * 1024
_WILDCARD_HOSTS = frozenset({"0.0.0.0", "::"})  # noqa: S104 - recognised, never bound by default

# (data folder, name of the key) -> the key
SecretKeeper = Callable[[Path, str], str]

# (reader, name of the variable, its value) -> value of the attribute
_Read = Callable[[Reader, str, str], object]


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
    unset: Callable[[Reader], object] | None = None,
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
    return _setting(name, read=Reader.secret, unset=lambda _: "", shown=False)


def _old_secrets(name: str) -> Any:
    return _setting(name, read=Reader.old_secrets, default=(), shown=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The whole configuration of one Outlay process; immutable.

    Each attribute names its variable; they are read from top to bottom. Values that may hold a
    password or a key are left out of ``repr``, so that logging the settings gives nothing away.
    """

    data_dir: Path = _setting(  # noqa: RUF009 - a field, not a value
        "OUTLAY_DATA_DIR", read=Reader.folder, unset=lambda _: ROOT / "instance"
    )
    database_url: str = _setting(
        "DATABASE_URL", read=Reader.database_url, unset=Reader.own_database, shown=False
    )
    redis_url: str = _setting(
        "REDIS_URL", read=Reader.redis_url, unset=Reader.own_redis, shown=False
    )
    secret_key: str = _secret("OUTLAY_SECRET_KEY")
    jwt_secret_key: str = _secret("OUTLAY_JWT_SECRET_KEY")
    data_key: str = _secret("OUTLAY_DATA_KEY")
    host: str = _setting("OUTLAY_HOST", default="127.0.0.1")
    port: int = _setting("OUTLAY_PORT", "PORT", read=_number(65535), default=5000)
    base_url: str = _setting("OUTLAY_BASE_URL", read=Reader.origin, unset=lambda _: "")
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
        "OUTLAY_STORAGE_URL", read=Reader.storage_url, unset=lambda _: "", default=""
    )
    s3_endpoint: str | None = _setting("OUTLAY_S3_ENDPOINT", read=Reader.origin, default=None)
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
    log_level: str = _setting("OUTLAY_LOG_LEVEL", read=Reader.log_level, default="INFO")
    registration: str = _setting(
        "OUTLAY_REGISTRATION", read=_choice("open", "invite", "closed"), default="open"
    )
    rate_limits: bool = _setting("OUTLAY_RATE_LIMITS", read=Reader.switch, default=True)
    mail_url: str | None = _setting(
        "OUTLAY_MAIL_URL", read=Reader.mail_url, default=None, shown=False
    )
    mail_from: str = _setting("OUTLAY_MAIL_FROM", default="Outlay <outlay@localhost>")
    oidc_issuer: str | None = _setting("OUTLAY_OIDC_ISSUER", default=None)
    oidc_client_id: str | None = _setting("OUTLAY_OIDC_CLIENT_ID", default=None)
    oidc_client_secret: str | None = _setting(
        "OUTLAY_OIDC_CLIENT_SECRET", default=None, shown=False
    )
    oidc_name: str = _setting("OUTLAY_OIDC_NAME", default="single sign-on")
    cors_origins: tuple[str, ...] = _setting("OUTLAY_CORS_ORIGINS", read=Reader.origins, default=())
    trusted_hosts: tuple[str, ...] = _setting("OUTLAY_TRUSTED_HOSTS", read=Reader.words, default=())
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
        reader = Reader(environ)
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
        return self.redis_url == unix_url(self.valkey_socket)

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


def _reachable(host: str) -> str:
    name = "127.0.0.1" if host in _WILDCARD_HOSTS else host
    return f"[{name}]" if ":" in name else name


def _is_this_machine(host: str) -> bool:
    return host == "localhost" or bool(re.fullmatch(r"127(\.\d+){3}|::1", host))
