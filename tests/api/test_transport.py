"""Who reaches the API, and how: hosts, proxies, scripts of other origins, what is too large."""

import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.models.base import db
from app.models.users import SignIn
from app.transport import Hosts
from config import Settings
from tests.factories.apps import AppWith, app_with
from tests.factories.callers import Api, expect, problem, refused
from tests.factories.people import PASSWORD

__all__ = ["app_with"]

# Hosts


def _hosts(**settings: str) -> Hosts:
    environ = {"OUTLAY_BASE_URL": "https://books.example:8443", **settings}
    return Hosts(Settings.parse(environ, lambda *_: "k" * 40))


@pytest.mark.parametrize(
    "host",
    ["books.example", "books.example:8443", "BOOKS.Example", "localhost", "localhost:5000",
     "127.0.0.1:5000", "[::1]:5000"],
)  # fmt: skip
def test_names_that_are_ours(host: str) -> None:
    assert _hosts().knows(host)


@pytest.mark.parametrize(
    "host",
    ["", "evil.example", "books.example.evil.example", "evilbooks.example", "books.example@evil",
     "evil.example/books.example", "books.example:port", "books.example:99999999", " ", "\x00",
     "books.example evil.example", "books.example,evil.example", "192.0.2.1", "[", "[::2]",
     "localhost.evil.example", "127.0.0.1.evil.example", "sub.books.example", "books.example.",
     "bооks.example", "books.example\r\nX: y", "2130706433", "0x7f.1"],
    ids=ascii,
)  # fmt: skip
def test_names_that_are_not_ours(host: str) -> None:
    assert not _hosts().knows(host)


def test_names_that_were_given() -> None:
    hosts = _hosts(OUTLAY_TRUSTED_HOSTS="Money.example .home.example")
    assert all(map(hosts.knows, ("money.example", "a.home.example:80", "books.example")))
    assert not any(map(hosts.knows, ("a.money.example", "home.example", "awayhome.example")))


def test_who_listens_everywhere_answers_to_addresses_unless_told_names() -> None:
    assert _hosts(OUTLAY_HOST="0.0.0.0").knows("192.0.2.7:5000")  # noqa: S104
    assert not _hosts(OUTLAY_HOST="0.0.0.0").knows("evil.example")  # noqa: S104
    told = _hosts(OUTLAY_HOST="0.0.0.0", OUTLAY_TRUSTED_HOSTS="books.example")  # noqa: S104
    assert not told.knows("192.0.2.7:5000")
    assert _hosts(OUTLAY_HOST="192.0.2.7").knows("192.0.2.7:5000")


@pytest.mark.parametrize("path", ["/accounts", "/nothing", "/auth/login", "/openapi.json"])
def test_a_poisoned_host_is_refused_as_a_problem(api: Api, path: str) -> None:
    answer = api.get(path, headers={"Host": "evil.example"})
    assert "evil.example" not in answer.text
    assert "OUTLAY_TRUSTED_HOSTS" in problem(400, answer)["detail"]


# Proxies


def _address_after_login(app: Flask, api: Api, **headers: str) -> str:
    """Sign in from 192.0.2.1, the way a proxy would pass it on; returns the address noted."""
    caller = Api(app, api.person)
    caller.token = None
    body = {"email": api.person.email, "password": PASSWORD}
    answer = caller.post(
        "/auth/login", body, headers=headers, environ_overrides={"REMOTE_ADDR": "192.0.2.1"}
    )
    expect(200, answer)
    with app.app_context():
        noted = db.session.scalars(select(SignIn.address).order_by(SignIn.id.desc())).first()
    return str(noted)


FORGED = {
    "X-Forwarded-For": "203.0.113.9",
    "X-Real-IP": "203.0.113.9",
    "Forwarded": "for=203.0.113.9",
    "Client-IP": "203.0.113.9",
}


def test_nobody_invents_their_address(app: Flask, api: Api) -> None:
    assert _address_after_login(app, api, **FORGED) == "192.0.2.1"


@pytest.mark.parametrize(
    ("hops", "chain", "noted"),
    [
        (1, "203.0.113.9, 198.51.100.4", "198.51.100.4"),
        (2, "203.0.113.9, 198.51.100.4, 10.0.0.2", "198.51.100.4"),
        (2, "198.51.100.4", "192.0.2.1"),
        (1, "", "192.0.2.1"),
        (1, "x" * 5000, "x" * 45),
    ],
    ids=["one", "two", "too few", "none", "nonsense"],
)
def test_a_proxy_is_believed_for_exactly_its_hops(
    app_with: AppWith, api: Api, hops: int, chain: str, noted: str
) -> None:
    app = app_with(trusted_proxies=hops)
    assert _address_after_login(app, api, **{"X-Forwarded-For": chain}) == noted


def test_a_proxy_names_no_other_host(app_with: AppWith, api: Api) -> None:
    caller = Api(app_with(trusted_proxies=1), api.person)
    caller.read("/accounts")
    answer = caller.get("/accounts", headers={"X-Forwarded-Host": "evil.example"})
    assert answer.status_code == 200
    forged = {"Host": "evil.example", "X-Forwarded-Host": "localhost"}
    problem(400, caller.get("/accounts", headers=forged))


# Scripts of other origins

ORIGIN = "https://app.example"


def _asked(api: Api, origin: str, path: str = "/accounts") -> TestResponse:
    return api.get(path, headers={"Origin": origin})


def _preflight(api: Api, origin: str) -> TestResponse:
    api.token = None
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "authorization, if-match",
    }
    return api.request("OPTIONS", "/transactions/1", headers=asked)


def _cors(answer: TestResponse) -> set[str]:
    return {name for name in answer.headers.keys() if name.startswith("Access-Control")}  # noqa: SIM118


def test_no_other_origin_is_let_in_by_itself(api: Api) -> None:
    assert _cors(_asked(api, ORIGIN)) == set()
    assert _cors(_preflight(api, ORIGIN)) == set()


def test_a_named_origin_is_let_in_with_tokens_and_without_cookies(
    app_with: AppWith, api: Api
) -> None:
    caller = Api(app_with(cors_origins=(ORIGIN,)), api.person)
    answer = _asked(caller, ORIGIN)
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "Origin" in answer.headers["Vary"]
    assert "ETag" in answer.headers["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Credentials" not in answer.headers
    asked = _preflight(caller, ORIGIN)
    assert asked.status_code == 200
    assert asked.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "PATCH" in asked.headers["Access-Control-Allow-Methods"]
    allowed = asked.headers["Access-Control-Allow-Headers"].lower()
    assert {one.strip() for one in allowed.split(",")} == {"authorization", "if-match"}


def test_errors_can_be_read_by_a_named_origin(app_with: AppWith, api: Api) -> None:
    caller = Api(app_with(cors_origins=(ORIGIN,)), api.person)
    caller.token = None
    answer = _asked(caller, ORIGIN)
    problem(401, answer)
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "http://app.example", "https://app.example.evil.example",
     "https://appXexample", "https://app.example:444", "null", "https://xapp.example", "*"],
    ids=ascii,
)  # fmt: skip
def test_every_other_origin_stays_out(app_with: AppWith, api: Api, origin: str) -> None:
    caller = Api(app_with(cors_origins=(ORIGIN,)), api.person)
    assert _cors(_asked(caller, origin)) == set()
    assert "Access-Control-Allow-Origin" not in _preflight(caller, origin).headers


def test_pages_let_no_origin_in(app_with: AppWith) -> None:
    pages = app_with(cors_origins=(ORIGIN,)).test_client()
    for path in ("/sign-in", "/accounts", "/apiary"):
        assert _cors(pages.get(path, headers={"Origin": ORIGIN})) == set()


# What is too large


@pytest.mark.parametrize("length", [129, 10_000, 900_000])
def test_a_long_password_is_refused_before_it_is_hashed(
    api: Api, length: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: Any) -> None:
        raise AssertionError("hashed")

    monkeypatch.setattr("app.services.users._matches", never)
    body = {"email": api.person.email, "password": "x" * length}
    refused(api.post("/auth/login", body), "password")


def test_a_password_of_a_megabyte(api: Api) -> None:
    body = json.dumps({"email": api.person.email, "password": "x" * 1024 * 1024})
    assert problem(413, api.post("/auth/login", raw=body))["code"] == "too_large"


def test_many_and_large_headers(api: Api) -> None:
    cookie = "; ".join(f"c{number}=x" for number in range(5000))
    assert api.get("/accounts", headers={"Cookie": cookie}).status_code == 200
    problem(404, api.get("/nothing", headers={"Cookie": "outlay=" + "x" * 100_000}))


# Headers


def test_headers_of_every_answer(api: Api) -> None:
    for path in ("/accounts", "/nothing", "/openapi.json"):
        headers = api.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "Strict-Transport-Security" not in headers
        assert "Server" not in headers


def test_tls_is_asked_for_where_people_use_it(app_with: AppWith, api: Api) -> None:
    caller = Api(app_with(base_url="https://localhost"), api.person)
    assert caller.get("/accounts").headers["Strict-Transport-Security"] == "max-age=31536000"
