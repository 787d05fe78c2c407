"""The environment is read as written, every fault is named, and nothing secret is shown."""

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

import pytest

from config import Settings, SettingsError
from config.reading import embedded_socket
from config.settings import MEGABYTE, ROOT

LONG_KEY = "kR7vQm2pXw9sTz4bNc6hJd8fLg1yAe3u"
OTHER_KEY = "pXw9sTz4bNc6hJd8fLg1yAe3ukR7vQm2"
DATA_KEY = "c6hJd8fLg1yAe3ukR7vQm2pXw9sTz4bN"
OLD_KEY = "g1yAe3ukR7vQm2pXw9sTz4bNc6hJd8fL"

EVERYTHING = {
    "OUTLAY_DATA_DIR": "/srv/outlay",
    "DATABASE_URL": "postgresql://books:p%40ss@db.example/outlay?sslmode=require",
    "REDIS_URL": "rediss://cache.example:6380/1",
    "OUTLAY_SECRET_KEY": LONG_KEY,
    "OUTLAY_JWT_SECRET_KEY": OTHER_KEY,
    "OUTLAY_BASE_URL": "https://money.example/",
    "OUTLAY_HOST": "0.0.0.0",  # noqa: S104 - only parsed
    "OUTLAY_PORT": "8443",
    "OUTLAY_WEB_THREADS": "12",
    "OUTLAY_WEB_WORKERS": "3",
    "OUTLAY_MAX_UPLOAD_MB": "5",
    "OUTLAY_RECEIPT_BYTES": "5000000",
    "OUTLAY_RECEIPT_QUOTA": "5000000000",
    "OUTLAY_STORAGE_URL": "s3://books/receipts",
    "OUTLAY_S3_ENDPOINT": "https://s3.example:9000",
    "OUTLAY_S3_ACCESS_KEY_ID": "known to one",
    "OUTLAY_S3_SECRET_ACCESS_KEY": "known to none",
    "OUTLAY_S3_REGION": "eu-central-1",
    "OUTLAY_ACCESS_TOKEN_MINUTES": "10",
    "OUTLAY_REFRESH_TOKEN_DAYS": "20",
    "OUTLAY_SESSION_DAYS": "7",
    "OUTLAY_ACTIVITY_DAYS": "400",
    "OUTLAY_LOG_LEVEL": "debug",
    "OUTLAY_DATA_KEY": DATA_KEY,
    "OUTLAY_SESSION_IDLE_DAYS": "3",
    "OUTLAY_REGISTRATION": "invite",
    "OUTLAY_RATE_LIMITS": "off",
    "OUTLAY_MAIL_URL": "smtp://books:secret@mail.example:587",
    "OUTLAY_MAIL_FROM": "Books <books@money.example>",
    "OUTLAY_OIDC_ISSUER": "https://id.example",
    "OUTLAY_OIDC_CLIENT_ID": "outlay",
    "OUTLAY_OIDC_CLIENT_SECRET": "known to two",
    "OUTLAY_OIDC_NAME": "The House",
    "OUTLAY_CORS_ORIGINS": "https://app.example, https://other.example:8443",
    "OUTLAY_TRUSTED_HOSTS": "money.example books.example",
    "OUTLAY_TRUSTED_PROXIES": "1",
    "OUTLAY_SECRET_KEY_FALLBACKS": OLD_KEY,
    "OUTLAY_JWT_SECRET_KEY_FALLBACKS": f"{OTHER_KEY[::-1]} {OLD_KEY[::-1]}",
    "OUTLAY_DATA_KEY_FALLBACKS": DATA_KEY[::-1],
}
"""Each variable, set to something else than its default."""


def parse(**environ: str) -> Settings:
    return Settings.parse(environ, lambda folder, name: f"generated for {folder.name}: {name}")


def faults(**environ: str) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        parse(**environ)
    return caught.value.faults


def test_nothing_configured_means_this_machine_only() -> None:
    settings = parse()
    assert settings.data_dir == ROOT / "instance"
    assert settings.database_url == f"sqlite:///{ROOT}/instance/outlay.db"
    assert settings.base_url == "http://127.0.0.1:5000"
    assert (settings.host, settings.port) == ("127.0.0.1", 5000)
    assert settings.max_upload_bytes == 32 * MEGABYTE
    assert settings.embedded_valkey
    assert not settings.secure_cookies


def test_blank_counts_as_unset() -> None:
    assert parse(DATABASE_URL="", OUTLAY_PORT="  ", REDIS_URL=" ") == parse()


def test_every_variable_reaches_its_attribute() -> None:
    settings = parse(**EVERYTHING)
    assert settings == Settings(
        data_dir=Path("/srv/outlay"),
        database_url="postgresql+psycopg://books:p%40ss@db.example/outlay?sslmode=require",
        redis_url="rediss://cache.example:6380/1",
        secret_key=LONG_KEY,
        jwt_secret_key=OTHER_KEY,
        base_url="https://money.example",
        host="0.0.0.0",  # noqa: S104 - only parsed
        port=8443,
        web_threads=12,
        web_workers=3,
        max_upload_bytes=5 * MEGABYTE,
        receipt_bytes=5_000_000,
        receipt_quota=5_000_000_000,
        storage_url="s3://books/receipts",
        s3_endpoint="https://s3.example:9000",
        s3_access_key_id="known to one",
        s3_secret_access_key="known to none",
        s3_region="eu-central-1",
        access_token_minutes=10,
        refresh_token_days=20,
        session_days=7,
        log_level="DEBUG",
        data_key=DATA_KEY,
        session_idle_days=3,
        activity_days=400,
        registration="invite",
        rate_limits=False,
        mail_url="smtp://books:secret@mail.example:587",
        mail_from="Books <books@money.example>",
        oidc_issuer="https://id.example",
        oidc_client_id="outlay",
        oidc_client_secret="known to two",
        oidc_name="The House",
        cors_origins=("https://app.example", "https://other.example:8443"),
        trusted_hosts=("money.example", "books.example"),
        trusted_proxies=1,
        secret_key_fallbacks=(OLD_KEY,),
        jwt_secret_key_fallbacks=(OTHER_KEY[::-1], OLD_KEY[::-1]),
        data_key_fallbacks=(DATA_KEY[::-1],),
    )
    assert settings.secure_cookies
    assert not settings.embedded_valkey
    assert settings.local_url == "http://127.0.0.1:8443"


def test_another_process_reads_the_same_settings() -> None:
    settings = parse(OUTLAY_SECRET_KEY=LONG_KEY, OUTLAY_JWT_SECRET_KEY=OTHER_KEY, PORT="8000")
    assert parse(**settings.as_environ()) == settings


def test_each_attribute_reaches_the_other_process() -> None:
    settings = parse(**EVERYTHING)
    names = [field.name for field in fields(settings)]
    assert [name for name in names if getattr(settings, name) == getattr(parse(), name)] == []
    assert parse(**settings.as_environ()) == settings


def test_own_port_wins_over_the_platforms() -> None:
    assert parse(PORT="8000").port == 8000
    assert parse(PORT="8000", OUTLAY_PORT="9000").port == 9000


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_gets_the_same_driver(scheme: str) -> None:
    url = parse(DATABASE_URL=f"{scheme}://me@db/books").database_url
    assert url == "postgresql+psycopg://me@db/books"


def test_relative_sqlite_file_lies_in_the_data_folder() -> None:
    settings = parse(OUTLAY_DATA_DIR="/srv/outlay", DATABASE_URL="sqlite:///books.db")
    assert settings.database_url == "sqlite:////srv/outlay/books.db"


@pytest.mark.parametrize(
    ("environ", "fault"),
    [
        ({"DATABASE_URL": "mysql://db/books"}, "DATABASE_URL must start with"),
        ({"DATABASE_URL": "books.db"}, "DATABASE_URL is not an address"),
        ({"DATABASE_URL": "sqlite://"}, "DATABASE_URL must name a file"),
        ({"DATABASE_URL": "sqlite:///:memory:"}, "DATABASE_URL must name a file"),
        ({"REDIS_URL": "localhost:6379"}, "REDIS_URL must look like"),
        ({"REDIS_URL": "redis://"}, "REDIS_URL must look like"),
        ({"OUTLAY_PORT": "0"}, "OUTLAY_PORT must be a whole number from 1 to 65535, not '0'"),
        ({"OUTLAY_PORT": "65536"}, "OUTLAY_PORT must be a whole number"),
        ({"PORT": "5_000"}, "PORT must be a whole number"),
        ({"PORT": "５０００"}, "PORT must be a whole number"),
        ({"OUTLAY_SESSION_DAYS": "-1"}, "OUTLAY_SESSION_DAYS must be a whole number"),
        ({"OUTLAY_BASE_URL": "money.example"}, "OUTLAY_BASE_URL must be http"),
        ({"OUTLAY_BASE_URL": "https://money.example/books"}, "OUTLAY_BASE_URL must be http"),
        ({"OUTLAY_BASE_URL": "https://money.example:x"}, "OUTLAY_BASE_URL must be http"),
        ({"OUTLAY_BASE_URL": "https://me@money.example"}, "OUTLAY_BASE_URL must be http"),
        ({"OUTLAY_LOG_LEVEL": "loud"}, "OUTLAY_LOG_LEVEL must be one of DEBUG"),
        ({"OUTLAY_SECRET_KEY": LONG_KEY[:31]}, "OUTLAY_SECRET_KEY must have at least 32"),
        ({"OUTLAY_SECRET_KEY": "x" * 40}, "OUTLAY_SECRET_KEY can be guessed"),
        ({"OUTLAY_JWT_SECRET_KEY": "ChangeMe" + LONG_KEY}, "OUTLAY_JWT_SECRET_KEY can be guessed"),
        ({"OUTLAY_SECRET_KEY": "secret-" + LONG_KEY}, "OUTLAY_SECRET_KEY can be guessed"),
        (
            {"OUTLAY_SECRET_KEY": LONG_KEY, "OUTLAY_JWT_SECRET_KEY": LONG_KEY},
            "OUTLAY_SECRET_KEY and OUTLAY_JWT_SECRET_KEY must differ.",
        ),
    ],
)
def test_a_fault_is_one_sentence(environ: Mapping[str, str], fault: str) -> None:
    (sentence,) = faults(**environ)
    assert sentence.startswith(fault)
    assert sentence.endswith(".")


def test_all_faults_are_named_at_once_and_no_key_is_made() -> None:
    def refuse(folder: Path, name: str) -> str:
        raise AssertionError(f"{name} must not be generated")

    environ = {"OUTLAY_PORT": "x", "DATABASE_URL": "mysql://db/x", "OUTLAY_LOG_LEVEL": "loud"}
    with pytest.raises(SettingsError) as caught:
        Settings.parse(environ, refuse)
    assert len(caught.value.faults) == 3


def test_neither_repr_nor_faults_give_secrets_away() -> None:
    shown = repr(
        parse(
            DATABASE_URL="postgresql://me:hunter2@db/books",
            REDIS_URL="redis://:hunter2@cache:6379/0",
            OUTLAY_SECRET_KEY=LONG_KEY,
        )
    )
    told = faults(DATABASE_URL="mysql://me:hunter2@db/books", OUTLAY_SECRET_KEY="hunter2")
    for text in (shown, *told):
        assert "hunter2" not in text
        assert LONG_KEY not in text


def test_missing_keys_come_from_the_data_folder() -> None:
    settings = parse(OUTLAY_DATA_DIR="/srv/outlay", OUTLAY_SECRET_KEY=LONG_KEY)
    assert settings.secret_key == LONG_KEY
    assert settings.jwt_secret_key == "generated for outlay: jwt_secret_key"


@pytest.mark.parametrize("folder", ["/srv/outlay", f"/srv/{'deep/' * 40}outlay", "/srv/Größe %20"])
def test_socket_of_the_embedded_valkey_fits_and_is_recognised(folder: str) -> None:
    settings = parse(OUTLAY_DATA_DIR=folder)
    assert len(str(settings.valkey_socket).encode()) < 104
    assert settings.embedded_valkey
    assert parse(OUTLAY_DATA_DIR=folder, REDIS_URL=settings.redis_url).embedded_valkey
    assert settings.limiter_storage_url == f"redis+{settings.redis_url}"


@pytest.mark.parametrize(
    ("host", "base_url", "is_unencrypted"),
    [
        ("127.0.0.1", "", False),
        ("::1", "", False),
        ("127.0.0.1", "http://localhost:5000", False),
        ("127.0.0.1", "http://money.example", True),
        ("0.0.0.0", "http://localhost:5000", True),  # noqa: S104 - only parsed
        ("nas.lan", "", True),
        ("0.0.0.0", "https://money.example", False),  # noqa: S104 - only parsed
    ],
)
def test_what_goes_unencrypted_is_known(host: str, base_url: str, is_unencrypted: bool) -> None:
    settings = parse(OUTLAY_HOST=host, OUTLAY_BASE_URL=base_url)
    assert settings.is_unencrypted is is_unencrypted


def test_deep_data_folders_get_different_sockets() -> None:
    deep = Path("/srv") / ("deep/" * 40)
    assert embedded_socket(deep / "a") != embedded_socket(deep / "b")


@pytest.mark.parametrize(
    ("host", "url"),
    [("::1", "http://[::1]:5000"), ("::", "http://[::]:5000"), ("nas.lan", "http://nas.lan:5000")],
)
def test_address_follows_the_host(host: str, url: str) -> None:
    expected = "http://127.0.0.1:5000" if host == "::" else url
    assert parse(OUTLAY_HOST=host).base_url == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OUTLAY_REGISTRATION", "maybe"),
        ("OUTLAY_MAIL_URL", "mail.example"),
        ("OUTLAY_CORS_ORIGINS", "*"),
        ("OUTLAY_OIDC_ISSUER", "https://id.example"),
        ("OUTLAY_SECRET_KEY_FALLBACKS", "short"),
        ("OUTLAY_TRUSTED_PROXIES", "-1"),
        ("OUTLAY_RECEIPT_BYTES", "0"),
        ("OUTLAY_RECEIPT_QUOTA", "1 GB"),
        ("OUTLAY_STORAGE_URL", "/srv/files"),
        ("OUTLAY_STORAGE_URL", "s3://"),
        ("OUTLAY_STORAGE_URL", "file:///srv/../etc"),
        ("OUTLAY_S3_ENDPOINT", "minio:9000"),
        ("OUTLAY_S3_ACCESS_KEY_ID", "alone"),
    ],
)
def test_what_cannot_be_used_is_named(name: str, value: str) -> None:
    assert any(name in fault for fault in faults(**{name: value}))
