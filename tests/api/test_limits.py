"""How often somebody may ask: with Redis, without it, and how failures slow an account down."""

import dataclasses
import itertools
import time
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app import limits
from app.core import counting, queue
from app.services import attempts
from config import Settings
from tests.conftest import running_app
from tests.factories.callers import Api, problem
from tests.factories.codes import code_of, turn_on
from tests.factories.mails import hanging_server
from tests.factories.people import PASSWORD, person
from tests.views.visitors import Visitor, words

NOWHERE = "redis://127.0.0.1:1/0"
_addresses = itertools.count(1)


@pytest.fixture(params=["redis", "memory"])
def limited(settings: Settings, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """An app that limits, once with Redis and once while it is away."""
    url = settings.redis_url if request.param == "redis" else NOWHERE
    yield from _limited(dataclasses.replace(settings, rate_limits=True, redis_url=url))
    queue.configure(settings.redis_url)


@pytest.fixture
def with_redis(settings: Settings) -> Iterator[Flask]:
    yield from _limited(dataclasses.replace(settings, rate_limits=True))


def _limited(settings: Settings) -> Iterator[Flask]:
    with running_app(settings) as app:
        _wait_for_a_fresh_minute()
        yield app
    counting.configure(None)


def _wait_for_a_fresh_minute() -> None:
    """Windows are fixed: one that ends during a test would forgive what the test counts."""
    left = 60 - time.time() % 60
    if left < 8:
        time.sleep(left)


def _somebody(app: Flask) -> Api:
    return Api(app, person(app))


def _from(address: str) -> dict[str, Any]:
    return {"environ_overrides": {"REMOTE_ADDR": address}}


def _elsewhere() -> dict[str, Any]:
    """Options for a request from an address that was not used before."""
    number = next(_addresses)
    return _from(f"198.51.{number // 250}.{number % 250 + 1}")


def _login(
    api: Api, password: str = PASSWORD, email: str = "", otp: str = "", **options: Any
) -> TestResponse:
    body = {"email": email or api.person.email, "password": password, "otp": otp}
    return api.post("/auth/login", body, **options)


def _refused(response: TestResponse) -> None:
    assert problem(429, response)["code"] == "too_many_requests"
    assert 1 <= int(response.headers["Retry-After"]) <= 3600


# How often


def test_a_person_has_a_hundred_a_minute(limited: Flask) -> None:
    api = _somebody(limited)
    first = api.get("/accounts", **_elsewhere())
    assert first.headers["RateLimit-Limit"] == "100"
    assert first.headers["RateLimit-Remaining"] == "99"
    assert first.headers["RateLimit-Policy"] == "100;w=60"
    assert 1 <= int(first.headers["RateLimit-Reset"]) <= 60
    assert "Retry-After" not in first.headers
    for _ in range(99):
        assert api.get("/ledgers", **_elsewhere()).status_code == 200
    over = api.get("/accounts", **_elsewhere())
    _refused(over)
    assert over.headers["RateLimit-Remaining"] == "0"
    assert _somebody(limited).get("/accounts").status_code == 200


def test_anybody_has_a_thousand_an_hour(limited: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "API_ANONYMOUS", "3/hour")
    api = _somebody(limited)
    api.token = "outlay_of_nobody"
    for _ in range(3):
        problem(401, api.get("/accounts", **_from("203.0.113.9")))
    _refused(api.get("/accounts", **_from("203.0.113.9")))
    problem(401, api.get("/accounts", **_from("203.0.113.10")))


def test_one_customer_is_one_address(limited: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "API_ANONYMOUS", "1/hour")
    api = _somebody(limited)
    api.token = None
    problem(401, api.get("/accounts", **_from("2001:db8:1:2::1")))
    _refused(api.get("/accounts", **_from("2001:db8:1:2:ffff::9")))
    problem(401, api.get("/accounts", **_from("2001:db8:1:3::1")))


def test_a_forged_address_changes_nothing(limited: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "API_ANONYMOUS", "1/hour")
    api = _somebody(limited)
    api.token = None
    here = _from("203.0.113.20")
    problem(401, api.get("/accounts", headers={"X-Forwarded-For": "1.1.1.1"}, **here))
    _refused(api.get("/accounts", headers={"X-Forwarded-For": "2.2.2.2"}, **here))


def test_sign_ins_from_one_address(limited: Flask) -> None:
    api = _somebody(limited)
    api.token = None
    here = _elsewhere()
    for number in range(10):
        body = {"email": f"nobody{number}@example.com"}  # refused without hashing
        assert api.post("/auth/login", body, **here).status_code == 422
    _refused(_login(api, **here))
    assert _login(api, **_elsewhere()).status_code == 200


def test_sign_ins_to_one_account(limited: Flask) -> None:
    api = _somebody(limited)
    api.token = None
    for case in itertools.islice(itertools.cycle((str.upper, str.lower)), 10):
        body = {"email": f" {case(api.person.email)} "}
        assert api.post("/auth/login", body, **_elsewhere()).status_code == 422
    _refused(_login(api, **_elsewhere()))


@pytest.mark.parametrize("path", ["/user", "/ledgers/1", "/admin/users/1"])
def test_deleting_by_a_password_is_tried_ten_times(with_redis: Flask, path: str) -> None:
    api = _somebody(with_redis)
    for _ in range(10):
        assert api.request("DELETE", path, {}, **_elsewhere()).status_code == 422
    _refused(api.request("DELETE", path, {"password": PASSWORD}, **_elsewhere()))


@pytest.mark.parametrize(
    "body", ["[" * 100_000, "[]", '{"email": {}}', '{"email": "\\ud800"}', "\xff"]
)
def test_what_cannot_be_read_is_counted_all_the_same(with_redis: Flask, body: str) -> None:
    api = _somebody(with_redis)
    api.token = None
    here = _elsewhere()
    for _ in range(10):
        assert api.post("/auth/login", raw=body, **here).status_code in {400, 422}
    _refused(api.post("/auth/login", raw=body, **here))


def test_pages_refuse_with_a_page(limited: Flask) -> None:
    visitor = Visitor(limited, "en-US")
    for _ in range(10):
        assert visitor.post("/sign-in", {"email": "a@example.com"}).status_code == 422
    refused = visitor.post("/sign-in", {"email": "a@example.com"})
    assert refused.status_code == 429
    assert refused.mimetype == "text/html"
    assert "Too many requests" in words(refused)
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert visitor.get("/sign-in").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/register", "/forgot-password", "/settings/security/password", "/settings/security/email",
        "/settings/security/one-time-password", "/settings/security/one-time-password/remove",
        "/settings/security/passkeys/options", "/settings/security/identities",
        "/settings/privacy/erase",
    ],
)  # fmt: skip
def test_whatever_takes_a_password_is_tried_ten_times(with_redis: Flask, path: str) -> None:
    visitor = Visitor(with_redis, "en-US")
    if path.startswith("/settings"):
        visitor.register()
    answers = [visitor.post(path).status_code for _ in range(11)]
    assert 429 not in answers[:9]  # registering took one
    assert answers[10] == 429


def test_health_is_never_refused(limited: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PAGES", "1/minute")
    client = limited.test_client()
    assert [client.get("/health").status_code for _ in range(3)] == [200] * 3


def test_limits_can_be_turned_off(app: Flask) -> None:
    api = _somebody(app)
    answers = [api.get("/accounts") for _ in range(105)]
    assert {answer.status_code for answer in answers} == {200}
    assert "RateLimit-Limit" not in answers[0].headers


def test_a_redis_that_says_nothing_keeps_nobody_waiting_for_long(settings: Settings) -> None:
    with hanging_server() as url:
        silent = url.replace("smtp:", "redis:")
        changed = dataclasses.replace(settings, rate_limits=True, redis_url=silent)
        for app in _limited(changed):
            started = time.monotonic()
            asked = app.test_client().post(
                "/api/auth/password-reset", json={"email": "nobody@example.com"}
            )
            assert asked.status_code == 202
            assert time.monotonic() - started < 5
    queue.configure(settings.redis_url)


def test_all_processes_count_together(with_redis: Flask, settings: Settings) -> None:
    api = _somebody(with_redis)
    api.get("/accounts")
    with running_app(dataclasses.replace(settings, rate_limits=True)) as second:
        again = Api(second, api.person).get("/accounts")
    assert again.headers["RateLimit-Remaining"] == "98"


# Failures slow an account down


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two failures cost nothing; the strict limit is out of the way."""
    monkeypatch.setattr(attempts, "FREE", 2)
    monkeypatch.setattr(limits, "STRICT", "1000/minute")


@pytest.mark.usefixtures("impatient")
def test_failures_slow_an_account_down_more_and_more(limited: Flask) -> None:
    api = _somebody(limited)
    api.token = None
    for _ in range(3):
        problem(401, _login(api, "wrong", **_elsewhere()))
    slowed = _login(api, **_elsewhere())
    _refused(slowed)
    assert int(slowed.headers["Retry-After"]) <= 2
    time.sleep(2.1)
    problem(401, _login(api, "wrong", **_elsewhere()))
    longer = _login(api, **_elsewhere())
    _refused(longer)
    assert 3 <= int(longer.headers["Retry-After"]) <= 4
    other = _somebody(limited)
    assert _login(other, **_elsewhere()).status_code == 200


@pytest.mark.usefixtures("impatient")
def test_an_address_nobody_has_is_slowed_down_alike(limited: Flask) -> None:
    api = _somebody(limited)
    for _ in range(3):
        problem(401, _login(api, "wrong", "nobody@example.com", **_elsewhere()))
    _refused(_login(api, "wrong", "Nobody@example.com", **_elsewhere()))


@pytest.mark.usefixtures("impatient")
def test_a_stranger_does_not_lock_the_owners_program_out(limited: Flask) -> None:
    api = _somebody(limited)
    api.token = None
    home = _elsewhere()
    assert _login(api, **home).status_code == 200
    for _ in range(3):
        problem(401, _login(api, "wrong", **_elsewhere()))
    _refused(_login(api, **_elsewhere()))
    assert _login(api, **home).status_code == 200


@pytest.mark.usefixtures("impatient")
def test_a_stranger_does_not_lock_the_owners_browser_out(limited: Flask) -> None:
    owner = Visitor(limited, "en-US")
    owner.register()
    assert owner.post("/sign-out").status_code == 303
    stranger, new = Visitor(limited, "en-US"), Visitor(limited, "en-US")
    stranger.email = new.email = owner.email
    for _ in range(3):
        assert stranger.sign_in("wrong password").status_code == 401
    slowed = new.sign_in()
    assert slowed.status_code == 429
    assert "That was wrong too many times." in words(slowed)
    assert int(slowed.headers["Retry-After"]) <= 2
    owner.client.delete_cookie("outlay")
    owner.token = ""
    assert owner.sign_in().status_code == 303


@pytest.mark.usefixtures("impatient")
def test_a_known_device_waits_for_its_own_failures(with_redis: Flask) -> None:
    owner = Visitor(with_redis, "en-US")
    owner.register()
    owner.post("/sign-out")
    for _ in range(3):
        assert owner.sign_in("wrong password").status_code == 401
    assert owner.sign_in().status_code == 429


WRONG = "000000"


def _at_the_code(app: Flask, email: str) -> Visitor:
    """Prove the password in a new browser, which is then asked for a code."""
    visitor = Visitor(app, "en-US")
    visitor.email = email
    assert visitor.sign_in().location == "/sign-in/code"
    return visitor


@pytest.mark.usefixtures("impatient")
def test_wrong_codes_slow_an_account_down_too(limited: Flask) -> None:
    api = _somebody(limited)
    secret, _ = turn_on(api)
    for _ in range(3):
        problem(401, _login(api, otp=WRONG, **_elsewhere()))
    _refused(_login(api, otp=code_of(secret), **_elsewhere()))


@pytest.mark.usefixtures("impatient")
def test_wrong_codes_on_the_page_slow_an_account_down_too(with_redis: Flask) -> None:
    api = _somebody(with_redis)
    secret, _ = turn_on(api)
    visitor = _at_the_code(with_redis, api.person.email)
    for _ in range(3):
        assert visitor.post("/sign-in/code", {"code": WRONG}).status_code == 401
    slowed = visitor.post("/sign-in/code", {"code": code_of(secret)})
    assert slowed.status_code == 429
    assert "That was wrong too many times." in words(slowed)


@pytest.mark.usefixtures("impatient")
def test_a_sign_in_that_ends_with_a_code_forgives_the_failures_before(with_redis: Flask) -> None:
    api = _somebody(with_redis)
    secret, _ = turn_on(api)
    visitor = _at_the_code(with_redis, api.person.email)
    for _ in range(2):
        assert visitor.post("/sign-in/code", {"code": WRONG}).status_code == 401
    assert visitor.post("/sign-in/code", {"code": code_of(secret)}).status_code == 303
    stranger = Visitor(with_redis, "en-US")
    stranger.email = api.person.email
    assert stranger.sign_in("wrong password").status_code == 401
    assert stranger.sign_in("wrong password").status_code == 401
    assert stranger.sign_in().status_code == 303


@pytest.mark.usefixtures("impatient")
def test_a_strangers_wrong_codes_do_not_keep_a_known_device_waiting(with_redis: Flask) -> None:
    api = _somebody(with_redis)
    _, codes = turn_on(api)
    owner = _at_the_code(with_redis, api.person.email)
    assert owner.post("/sign-in/code", {"code": codes[0]}).status_code == 303
    owner.get("/accounts")
    owner.post("/sign-out")
    stranger = _at_the_code(with_redis, api.person.email)
    for _ in range(3):
        assert stranger.post("/sign-in/code", {"code": WRONG}).status_code == 401
    assert owner.sign_in().location == "/sign-in/code"
    assert owner.post("/sign-in/code", {"code": codes[1]}).status_code == 303


@pytest.mark.usefixtures("impatient")
def test_a_forged_device_is_a_stranger(with_redis: Flask) -> None:
    api = _somebody(with_redis)
    owner = Visitor(with_redis, "en-US")
    owner.email = api.person.email
    for number in range(4):
        owner.client.set_cookie("device", f"forged.{number}.cookie")
        status = owner.sign_in("wrong password").status_code
    assert status == 429


def test_the_cookie_of_a_device_is_out_of_reach(app: Flask) -> None:
    visitor = Visitor(app, "en-US")
    said = visitor.register().headers.getlist("Set-Cookie")
    (cookie,) = [one for one in said if one.startswith("device=")]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert visitor.email not in cookie
