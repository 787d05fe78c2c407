"""Who somebody is: registering, tokens and what ends them."""

import base64
import datetime as dt
import json
from typing import Any

import jwt as pyjwt
import pytest
from flask import Flask
from sqlalchemy import update
from werkzeug.test import TestResponse

from app.controllers import auth
from app.core.uow import unit_of_work
from app.models.users import Circumstances, User
from config import Settings
from tests.factories.callers import Api, Body, expect, problem, refused
from tests.factories.fixtures import Caller
from tests.factories.people import PASSWORD

ALGORITHM = "HS256"


@pytest.fixture
def stranger(api: Api) -> Api:
    """Somebody without a token, where one person is registered already."""
    api.token = None
    return api


def _register(caller: Api, **details: Any) -> TestResponse:
    return caller.post(
        "/auth/register", {"email": "ada@example.com", "password": PASSWORD, **details}
    )


def _login(caller: Api, email: str = "", password: str = PASSWORD) -> TestResponse:
    credentials = {"email": email or caller.person.email, "password": password}
    return caller.post("/auth/login", credentials)


def _browser_secret(api: Api) -> str:
    """Sign in as a browser does; returns the secret that its cookie carries."""
    here = Circumstances("browser", dt.timedelta(days=1))
    return auth.sign_in(here, email=api.person.email, password=PASSWORD).token


def _unauthenticated(response: TestResponse) -> None:
    assert problem(401, response)["code"] == "unauthenticated"
    assert response.headers["WWW-Authenticate"] == "Bearer"


def _claims(token: str) -> Body:
    claims: Body = pyjwt.decode(token, options={"verify_signature": False})
    return claims


def _signed(settings: Settings, **claims: Any) -> str:
    return pyjwt.encode(claims, settings.jwt_secret_key, ALGORITHM)


# Registering


def test_the_first_person_becomes_administrator(app: Flask, caller: Caller) -> None:
    api = caller()
    with app.app_context(), unit_of_work() as work:
        work.session.delete(work.session.get_one(User, api.person.id))
    api.token = None
    first = expect(201, _register(api))
    second = expect(201, _register(api, email="grace@example.com"))
    assert (first["user"]["role"], second["user"]["role"]) == ("admin", "user")


def test_a_new_person_can_start_at_once(stranger: Api) -> None:
    answer = expect(
        201, _register(stranger, first_name="Ada", currency="GBP", timezone="Europe/London")
    )
    assert answer["user"]["currency"] == "GBP"
    assert "password" not in json.dumps(answer)
    stranger.token = expect(200, _login(stranger, "ada@example.com"))["access_token"]
    assert [one["currency"] for one in stranger.read("/ledgers")["items"]] == ["GBP"]
    assert [one["balance"] for one in stranger.read("/accounts")["items"]] == ["0.00"]
    assert len(stranger.read("/categories")["items"]) > 20


def test_an_address_is_taken_whatever_its_case(stranger: Api) -> None:
    expect(201, _register(stranger))
    taken = problem(409, _register(stranger, email=" ADA@Example.com "))
    assert set(taken["errors"]) == {"email"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", ""), ("email", "nobody"), ("email", "a@b"), ("email", None), ("email", 7),
        ("email", "a" * 250 + "@example.com"), ("email", "ä@example.com"), ("email", "a\x00@b.com"),
        ("email", '"ada"@example.com'),
        ("password", "short"), ("password", "x" * 129), ("password", None), ("password", 12345678),
        ("currency", "EURO"), ("currency", ""), ("currency", "XXX"), ("timezone", "Mars/Crater"),
        ("timezone", "../../etc/passwd"), ("locale", "xx_XX_XX"), ("first_name", "x" * 101),
        ("first_name", "a\x00b"), ("role", "admin"), ("is_active", True),
    ],
)  # fmt: skip
def test_what_no_person_can_be(stranger: Api, field: str, value: object) -> None:
    refused(_register(stranger, **{field: value}), field)


def test_what_is_missing_is_named(stranger: Api) -> None:
    refused(stranger.post("/auth/register", {}), "email", "password")


# Signing in


def test_signing_in(stranger: Api) -> None:
    answer = expect(200, _login(stranger))
    assert answer["token_type"] == "Bearer"
    assert answer["expires_in"] == 15 * 60
    assert answer["user"]["email"] == stranger.person.email
    stranger.token = answer["access_token"]
    stranger.read("/accounts")


def test_the_address_may_be_written_in_capitals(stranger: Api) -> None:
    expect(200, _login(stranger, stranger.person.email.upper()))


def test_a_wrong_password_and_a_wrong_address_sound_alike(stranger: Api) -> None:
    wrong_password = _login(stranger, password="wrong password")
    wrong_address = _login(stranger, "nobody@example.com")
    _unauthenticated(wrong_password)
    _unauthenticated(wrong_address)
    said = [{**answer.get_json(), "request_id": ""} for answer in (wrong_password, wrong_address)]
    assert said[0] == said[1]


@pytest.mark.parametrize("email", ["", "no address", "\x00", "x" * 255])
def test_a_strange_address_is_no_fault_of_the_server(stranger: Api, email: str) -> None:
    answer = stranger.post("/auth/login", {"email": email, "password": PASSWORD})
    assert answer.status_code in {401, 422}


def test_a_surrogate_in_the_password_is_no_fault_of_the_server(stranger: Api) -> None:
    body = json.dumps({"email": stranger.person.email, "password": "\ud800" * 10})
    answer = stranger.post("/auth/login", raw=body)
    assert answer.status_code in {401, 422}


def test_who_is_disabled_is_out_at_once(app: Flask, api: Api) -> None:
    with app.app_context(), unit_of_work() as work:
        work.session.execute(update(User).values(is_active=False))
    _unauthenticated(api.get("/accounts"))
    _unauthenticated(_login(api))


# Tokens


def test_a_refresh_token_gets_a_new_pair(api: Api) -> None:
    api.token = api.person.refresh_token
    pair = expect(200, api.post("/auth/refresh"))
    api.token = pair["access_token"]
    api.read("/accounts")


def test_a_refresh_token_opens_nothing_else(api: Api) -> None:
    api.token = api.person.refresh_token
    _unauthenticated(api.get("/accounts"))


def test_an_access_token_renews_nothing(api: Api) -> None:
    _unauthenticated(api.post("/auth/refresh"))


def test_no_token(api: Api) -> None:
    api.token = None
    _unauthenticated(api.get("/accounts"))
    _unauthenticated(api.post("/auth/refresh"))
    _unauthenticated(api.post("/auth/logout"))


@pytest.mark.parametrize(
    "token",
    [
        "", "garbage", "a.b.c", "....", "null", "{}", "eyJhbGciOiJIUzI1NiJ9.e30.",
        "eyJhbGciOiJIUzI1NiJ9.W10.x", "%00", "\u00e9", "A" * 8000,
        "." * 3000, "W" + "1tb" * 1000 + ".e30.x",
    ],
)  # fmt: skip
def test_garbage_is_no_token(api: Api, token: str) -> None:
    api.token = token
    _unauthenticated(api.get("/accounts"))


@pytest.mark.parametrize("scheme", ["Basic", "bearer2", "Token", ""])
def test_another_scheme_is_no_token(api: Api, scheme: str) -> None:
    good, api.token = api.token, None
    _unauthenticated(api.get("/accounts", headers={"Authorization": f"{scheme} {good}"}))


def test_a_token_in_the_address_is_no_token(api: Api) -> None:
    good, api.token = api.token, None
    answer = api.get("/accounts", query_string={"access_token": good, "jwt": good})
    _unauthenticated(answer)


def test_a_tampered_token(api: Api) -> None:
    head, claims, signature = str(api.token).split(".")
    body = json.loads(base64.urlsafe_b64decode(claims + "=="))
    body["sub"] = str(int(body["sub"]) + 1)
    forged = base64.urlsafe_b64encode(json.dumps(body).encode()).decode().rstrip("=")
    api.token = f"{head}.{forged}.{signature}"
    _unauthenticated(api.get("/accounts"))


def test_a_token_without_a_signature(api: Api) -> None:
    api.token = pyjwt.encode(_claims(str(api.token)), "", "none")
    _unauthenticated(api.get("/accounts"))


def test_a_token_signed_with_another_key(api: Api) -> None:
    api.token = pyjwt.encode(_claims(str(api.token)), "another key " * 5, ALGORITHM)
    _unauthenticated(api.get("/accounts"))


def test_an_expired_token(api: Api, settings: Settings) -> None:
    past = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=5)
    api.token = _signed(settings, **{**_claims(str(api.token)), "exp": past})
    _unauthenticated(api.get("/accounts"))


@pytest.mark.parametrize(
    "claims", [{"sid": None}, {"sid": 7}, {"sid": "x"}, {"sub": "1"}, {"sub": 1}]
)
def test_a_token_of_no_sign_in(api: Api, settings: Settings, claims: Body) -> None:
    api.token = _signed(settings, **{**_claims(str(api.token)), **claims})
    _unauthenticated(api.get("/accounts"))


def test_a_token_of_somebody_elses_sign_in(api: Api, other: Api, settings: Settings) -> None:
    mixed = {**_claims(str(api.token)), "sub": str(other.person.id)}
    api.token = _signed(settings, **mixed)
    _unauthenticated(api.get("/accounts"))


# Signing out


def test_signing_out_kills_both_tokens_at_once(api: Api) -> None:
    answer = api.post("/auth/logout")
    assert (answer.status_code, answer.data) == (204, b"")
    _unauthenticated(api.get("/accounts"))
    _unauthenticated(api.post("/auth/logout"))
    api.token = api.person.refresh_token
    _unauthenticated(api.post("/auth/refresh"))


def test_signing_out_ends_only_this_sign_in(api: Api) -> None:
    second = expect(200, _login(api))["access_token"]
    api.post("/auth/logout")
    api.token = second
    api.read("/accounts")


def test_cookies_never_authenticate_the_api(app: Flask, api: Api) -> None:
    browser = app.test_client()
    with app.test_request_context():
        secret = _browser_secret(api)
    with browser.session_transaction() as session:
        session["_user_id"] = session["sign_in"] = session["sid"] = secret
    assert browser.get("/api/accounts").status_code == 401
    browser.set_cookie("access_token_cookie", str(api.token))
    browser.set_cookie("Authorization", f"Bearer {api.token}")
    assert browser.get("/api/accounts").status_code == 401
    assert "Set-Cookie" not in browser.get("/api/accounts").headers


def test_a_browsers_sign_in_is_no_token(app: Flask, api: Api, settings: Settings) -> None:
    with app.app_context():
        secret = _browser_secret(api)
    api.token = _signed(settings, **{**_claims(str(api.token)), "sid": secret})
    _unauthenticated(api.get("/accounts"))


def test_a_secret_that_expired_counts_no_more(app: Flask, api: Api) -> None:
    from app.models.users import SignIn

    past = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)
    with app.app_context(), unit_of_work() as work:
        work.session.execute(update(SignIn).values(expires_at=past))
    _unauthenticated(api.get("/accounts"))
