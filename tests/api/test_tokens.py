"""Tokens that somebody made up, and keys that change."""

import base64
import hmac
import json
from typing import Any

import jwt as pyjwt
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from config import Settings
from tests.factories.apps import AppWith, app_with
from tests.factories.callers import Api, Body, expect, problem
from tests.factories.people import PASSWORD

__all__ = ["app_with"]

ALGORITHM = "HS256"
NEW_KEY = "signs-the-tokens-after-a-rotation-5550001112"


def _claims(token: str | None) -> Body:
    claims: Body = pyjwt.decode(str(token), options={"verify_signature": False})
    return claims


def _signed(claims: Body, key: str, **headers: Any) -> str:
    """A token by hand: a library refuses to make most of these."""
    unsigned = _assembled({"alg": ALGORITHM, "typ": "JWT", **headers}, claims)
    return f"{unsigned}.{_encoded(hmac.digest(key.encode(), unsigned.encode(), 'sha256'))}"


def _assembled(head: Body, claims: Body) -> str:
    return ".".join(_encoded(json.dumps(one).encode()) for one in (head, claims))


def _encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).decode().rstrip("=")


def _unauthenticated(response: TestResponse) -> None:
    assert problem(401, response)["code"] == "unauthenticated"
    assert response.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_says_who_made_it_for_whom_and_by_which_key(api: Api) -> None:
    claims, head = _claims(api.token), pyjwt.get_unverified_header(str(api.token))
    assert (claims["iss"], claims["aud"]) == ("outlay", "outlay-api")
    assert (head["alg"], len(head["kid"])) == (ALGORITHM, 12)
    assert set(head) == {"alg", "typ", "kid"}


def test_a_token_made_with_our_key_as_we_make_them_is_good(api: Api, settings: Settings) -> None:
    """What the tests below change one by one."""
    api.token = _signed(_claims(api.token), settings.jwt_secret_key)
    api.read("/accounts")


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "another app"}, {"iss": ""}, {"iss": None}, {"iss": 7}, {"iss": ["outlay"]},
        {"aud": "another app"}, {"aud": ""}, {"aud": []}, {"aud": 7}, {"aud": {"outlay-api": 1}},
        {"exp": 0}, {"exp": -1}, {"exp": "soon"}, {"exp": [2**40]},
        {"nbf": 4_000_000_000}, {"iat": 4_000_000_000}, {"nbf": "x"}, {"type": "refresh"},
        {"type": "admin"}, {"type": None}, {"type": ["access"]}, {"sub": None}, {"sub": ["1"]},
        {"sub": "1 OR 1=1"}, {"sid": {"$ne": ""}}, {"sid": "\x00"},
    ],
    ids=repr,
)  # fmt: skip
def test_claims_of_other_apps_and_none(api: Api, settings: Settings, changes: Body) -> None:
    api.token = _signed({**_claims(api.token), **changes}, settings.jwt_secret_key)
    _unauthenticated(api.get("/accounts"))


@pytest.mark.parametrize("missing", ["iss", "aud", "exp", "sub", "sid"])
def test_claims_that_are_left_out(api: Api, settings: Settings, missing: str) -> None:
    claims = {k: v for k, v in _claims(api.token).items() if k != missing}
    api.token = _signed(claims, settings.jwt_secret_key)
    _unauthenticated(api.get("/accounts"))


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "", None, 7, ["HS256"]], ids=repr)
def test_a_token_without_a_signature(api: Api, algorithm: object) -> None:
    good = str(api.token)
    for signature in ("", good.rpartition(".")[2], "e30"):
        unsigned = _assembled({"alg": algorithm, "typ": "JWT"}, _claims(good))
        api.token = f"{unsigned}.{signature}"
        _unauthenticated(api.get("/accounts"))


@pytest.mark.parametrize("key", ["secret_key", "data_key"])
def test_a_token_signed_with_another_key_of_the_house(
    api: Api, settings: Settings, key: str
) -> None:
    api.token = _signed(_claims(api.token), getattr(settings, key))
    _unauthenticated(api.get("/accounts"))


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_another_algorithm_with_the_right_key(api: Api, settings: Settings, algorithm: str) -> None:
    key = settings.jwt_secret_key * 2
    api.token = pyjwt.encode(_claims(api.token), key, algorithm)
    _unauthenticated(api.get("/accounts"))
    api.token = pyjwt.encode(_claims(api.token), settings.jwt_secret_key.ljust(64, "x"), algorithm)
    _unauthenticated(api.get("/accounts"))


@pytest.mark.parametrize(
    "crit", [["exp"], ["unknown"], [], "b64", {}, [7], ["b64"], None], ids=repr
)
def test_a_header_that_must_be_understood_and_is_not(
    api: Api, settings: Settings, crit: object
) -> None:
    """RFC 7515, section 4.1.11: what ``crit`` names is understood, or the token is refused."""
    api.token = _signed(_claims(api.token), settings.jwt_secret_key, crit=crit)
    _unauthenticated(api.get("/accounts"))


@pytest.mark.parametrize(
    "headers",
    [
        {"kid": "../../../../dev/null"}, {"kid": "' UNION SELECT 'x"}, {"kid": "x" * 5000},
        {"kid": ""}, {"jwk": {"kty": "oct", "k": "eA"}}, {"jku": "http://127.0.0.1/keys"},
        {"x5u": "http://127.0.0.1/x"}, {"b64": False, "crit": ["b64"]},
    ],
    ids=repr,
)  # fmt: skip
def test_a_key_that_a_token_brings_along(api: Api, headers: Body) -> None:
    claims = _claims(api.token)
    for key in ("", "x", "x" * 40):
        api.token = _signed(claims, key, **headers)
        _unauthenticated(api.get("/accounts"))


@pytest.mark.parametrize("kid", [7, [], {}, None, True])
def test_a_name_of_a_key_that_is_no_text(api: Api, kid: object) -> None:
    head, claims = {"alg": ALGORITHM, "typ": "JWT", "kid": kid}, _claims(api.token)
    api.token = f"{_assembled(head, claims)}.e30"
    _unauthenticated(api.get("/accounts"))


@pytest.mark.parametrize("unit", ["A", "A.", "eyJhbGciOiJIUzI1NiJ9.", "[" * 9, "é"])
def test_a_token_of_a_hundred_thousand_characters(api: Api, unit: str) -> None:
    api.token = unit * (100_000 // len(unit))
    _unauthenticated(api.get("/accounts"))


def test_signing_in_ignores_a_bad_token(api: Api) -> None:
    api.token = "garbage"
    body = {"email": api.person.email, "password": PASSWORD}
    expect(200, api.post("/auth/login", body))


# Keys that change


def _with(app: Flask, api: Api) -> Api:
    """The same person and token, at an application with other keys."""
    moved = Api(app, api.person)
    moved.token = api.token
    return moved


def test_tokens_outlive_a_change_of_keys(app_with: AppWith, api: Api, settings: Settings) -> None:
    old = settings.jwt_secret_key
    later = _with(app_with(jwt_secret_key=NEW_KEY, jwt_secret_key_fallbacks=("x" * 40, old)), api)
    later.read("/accounts")
    later.token = api.person.refresh_token
    pair = expect(200, later.post("/auth/refresh"))
    old_kid = pyjwt.get_unverified_header(str(api.token))["kid"]
    assert pyjwt.get_unverified_header(pair["access_token"])["kid"] != old_kid
    pyjwt.decode(pair["access_token"], NEW_KEY, [ALGORITHM], audience="outlay-api")
    later.token = pair["access_token"]
    later.read("/accounts")


def test_tokens_end_with_their_key(app_with: AppWith, api: Api) -> None:
    _unauthenticated(_with(app_with(jwt_secret_key=NEW_KEY), api).get("/accounts"))


def test_an_old_key_opens_only_what_names_it(
    app_with: AppWith, api: Api, settings: Settings
) -> None:
    """Whoever finds an old key cannot pass what it signs for the newest one's."""
    app = app_with(jwt_secret_key=NEW_KEY, jwt_secret_key_fallbacks=(settings.jwt_secret_key,))
    later = _with(app, api)
    later.token = _signed(_claims(api.token), settings.jwt_secret_key)
    _unauthenticated(later.get("/accounts"))
