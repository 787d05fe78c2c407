"""What the real web server answers to requests that no browser sends."""

import json
import socket
from urllib.parse import urlsplit

import pytest


def _raw(server: str, request: bytes) -> bytes:
    """Send bytes as they are; returns everything that comes back."""
    address = urlsplit(server)
    with socket.create_connection((str(address.hostname), int(address.port or 80)), 10) as line:
        line.sendall(request)
        received = b""
        while part := line.recv(65536):
            received += part
    return received


def _ask(*lines: bytes, body: bytes = b"") -> bytes:
    head = [b"GET /health HTTP/1.1", b"Host: localhost", *lines, b"Connection: close"]
    return b"\r\n".join(head) + b"\r\n\r\n" + body


def _status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def test_a_plain_request_is_answered(live_server: str) -> None:
    assert _status(_raw(live_server, _ask())) == 200


@pytest.mark.parametrize("name", [b"Authorization: Bearer ", b"Cookie: outlay=", b"X-A: "])
def test_a_header_of_100_kb(live_server: str, name: bytes) -> None:
    answer = _raw(live_server, _ask(name + b"x" * 100_000))
    head, _, body = answer.partition(b"\r\n\r\n")
    problem = json.loads(body)
    assert (_status(answer), problem["status"]) == (431, 431)
    assert b"application/problem+json" in head
    assert problem["request_id"].encode() in head


def test_a_thousand_headers(live_server: str) -> None:
    assert _status(_raw(live_server, _ask(*[b"X-A: 1"] * 1000))) == 431


def test_an_address_of_100_kb(live_server: str) -> None:
    asked = b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n"
    assert _status(_raw(live_server, asked)) in {400, 414}


@pytest.mark.parametrize(
    "lines",
    [
        [b"Content-Length: 5", b"Transfer-Encoding: chunked"],
        [b"Content-Length: 5", b"Content-Length: 6"],
        [b"Content-Length: -1"],
        [b"Content-Length: +5"],
        [b"Transfer-Encoding: xchunked"],
        [b"Transfer-Encoding : chunked"],
        [b"X-A: 1\r\n folded: 2"],
        [b"X-A: a\x00b"],
    ],
    ids=lambda lines: lines[-1].decode("latin-1"),
)
def test_two_requests_passed_for_one(live_server: str, lines: list[bytes]) -> None:
    """Request smuggling and split headers: refused, and the rest of the line is not read."""
    hidden = b"0\r\n\r\nGET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n"
    answer = _raw(live_server, _ask(*lines, body=hidden))
    assert 400 <= _status(answer) < 500 or _status(answer) == 501
    assert answer.count(b"HTTP/1.1 ") == 1


def test_the_scheme_is_nothing_a_stranger_says(live_server: str) -> None:
    """With https believed, forms would demand a Referer, and links would say https."""
    answer = _raw(live_server, _ask(b"X-Forwarded-Proto: https", b"X-Forwarded-Ssl: on"))
    assert _status(answer) == 200
