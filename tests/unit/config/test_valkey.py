"""The embedded Valkey keeps its data, its privacy and nobody waiting."""

import stat
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import redis

from config.reading import embedded_socket
from config.valkey import EmbeddedValkey, ValkeyError


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedValkey]:
    server = EmbeddedValkey(embedded_socket(tmp_path), tmp_path / "valkey")
    server.start()
    yield server
    server.stop()


def client(server: EmbeddedValkey) -> "closing[redis.Redis]":
    return closing(redis.Redis(unix_socket_path=str(server.socket)))


def test_what_was_acknowledged_survives_a_stop(server: EmbeddedValkey) -> None:
    with client(server) as connection:
        connection.set("kept", "yes")
    server.stop()
    assert not server.socket.exists()
    server.start()
    with client(server) as connection:
        assert connection.get("kept") == b"yes"


def test_only_the_owner_may_connect(server: EmbeddedValkey) -> None:
    assert stat.S_IMODE(server.socket.stat().st_mode) == 0o700
    assert stat.S_IMODE(server.socket.parent.stat().st_mode) == 0o700
    with client(server) as connection:
        assert connection.config_get("port") == {"port": "0"}


def test_a_leftover_server_is_replaced_and_its_data_kept(server: EmbeddedValkey) -> None:
    with client(server) as connection:
        connection.set("kept", "yes")
        old = connection.info("server")["process_id"]
    successor = EmbeddedValkey(server.socket, server.socket.parent)
    successor.start()
    try:
        with client(successor) as connection:
            assert connection.get("kept") == b"yes"
            assert connection.info("server")["process_id"] != old
        assert server.has_died
    finally:
        successor.stop()


def test_a_stale_socket_is_no_obstacle(tmp_path: Path) -> None:
    server = EmbeddedValkey(embedded_socket(tmp_path), tmp_path / "valkey")
    server.socket.parent.mkdir(parents=True)
    server.socket.touch()
    server.start()
    server.stop()


def test_stopping_is_quick_and_may_be_repeated(server: EmbeddedValkey) -> None:
    started = time.monotonic()
    server.stop()
    server.stop()
    assert time.monotonic() - started < 2


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    folder = tmp_path / "valkey"
    folder.mkdir()
    (folder / "appendonlydir").write_text("in the way", encoding="ascii")
    with pytest.raises(ValkeyError, match=r"did not start: .*appendonlydir"):
        EmbeddedValkey(embedded_socket(tmp_path), folder).start()


def test_a_folder_behind_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "valkey").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ValkeyError, match="belongs to somebody else"):
        EmbeddedValkey(tmp_path / "valkey" / "valkey.sock", tmp_path / "valkey").start()
