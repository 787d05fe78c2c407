"""Files are kept alike in a folder and in a bucket; what is away says so soon."""

import http.client
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from moto.server import ThreadedMotoServer

from app.core import storage
from app.core.errors import Unavailable
from app.core.storage import Missing, Place


def bucket(port: int) -> Place:
    """A bucket on a server of this machine."""
    return Place(
        "s3://files/outlay", 1, 1, f"http://127.0.0.1:{port}", "key-id", "secret", "us-east-1"
    )


@pytest.fixture
def before() -> Iterator[None]:
    """What was configured is so again in the end."""
    kept = list(storage._places)
    yield
    storage._places[:] = kept


@pytest.fixture(scope="module")
def server() -> Iterator[int]:
    """A server that speaks S3, with a bucket; its port."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with closing(http.client.HTTPConnection(host, port)) as connection:
        connection.request("PUT", "/files")
        assert connection.getresponse().status == 200
    yield port
    server.stop()


@pytest.mark.parametrize("kind", ["folder", "bucket"])
@pytest.mark.usefixtures("before")
def test_files_come_and_go(kind: str, server: int, tmp_path: Path) -> None:
    places = {"folder": Place(f"file://{tmp_path}/a b", 1, 1), "bucket": bucket(server)}
    storage.configure(places[kind])
    assert list(storage.names("home")) == []
    storage.write("home/1/one.jpg", b"one" * 100_000)
    storage.write("home/2/two.pdf", b"two")
    storage.write("elsewhere/1/one.jpg", b"other")
    assert storage.read("home/1/one.jpg") == b"one" * 100_000
    assert sorted(storage.names("home")) == ["home/1/one.jpg", "home/2/two.pdf"]
    storage.remove("home/1/one.jpg")
    storage.remove("home/1/one.jpg")
    assert list(storage.names("home")) == ["home/2/two.pdf"]
    with pytest.raises(Missing):
        storage.read("home/1/one.jpg")
    storage.probe()


@pytest.mark.usefixtures("before")
def test_a_file_is_whole_or_not_there_and_only_for_its_owner(tmp_path: Path) -> None:
    storage.configure(Place(f"file://{tmp_path}/files", 1, 1))
    storage.write("home/1/one.jpg", b"one")
    assert [path.name for path in tmp_path.rglob("*.*")] == ["one.jpg"]
    assert (tmp_path / "files" / "home" / "1").stat().st_mode & 0o077 == 0


@pytest.mark.usefixtures("before")
def test_what_is_away_or_silent_or_full_is_unavailable_within_five_seconds(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("no folder")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        away, port = 1, silent.getsockname()[1]
        for place in (bucket(away), bucket(port), Place(f"file://{tmp_path}/taken/files", 1, 1)):
            storage.configure(place)
            started = time.monotonic()
            with pytest.raises(Unavailable):
                storage.write("home/1/one.jpg", b"one")
            assert time.monotonic() - started < 5
