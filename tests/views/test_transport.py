"""Who reaches the pages, and how: hosts, cookies, forms of other sites, what is too large."""

from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from config import Settings
from tests.factories.apps import AppWith, app_with
from tests.views.conftest import Visit
from tests.views.visitors import PASSWORD, Visitor, words

__all__ = ["app_with"]

NEW_KEY = "signs-the-cookies-after-a-rotation-5550001112"


# Hosts


@pytest.mark.parametrize("path", ["/", "/sign-in", "/accounts", "/nothing", "/register", "/health"])
def test_a_poisoned_host_is_refused_on_a_page(
    mia: Visitor, stranger: Visitor, settings: Settings, path: str
) -> None:
    for visitor in (mia, stranger):
        response = visitor.get(path, Host="evil.example")
        assert (response.status_code, response.mimetype) == (400, "text/html")
        assert settings.base_url in words(response)
        assert "evil.example" not in response.text + str(response.headers)


def test_where_a_page_leads_does_not_depend_on_the_host(stranger: Visitor) -> None:
    response = stranger.get("/accounts", **{"X-Forwarded-Host": "evil.example"})
    assert response.location == "/sign-in?next=/accounts"


# The cookie


def test_under_tls_the_cookie_is_bound_to_this_host(app_with: AppWith) -> None:
    line = _cookie(app_with(base_url="https://localhost"), "https://localhost")
    name, _, attributes = line.partition("=")
    assert name == "__Host-outlay"
    said = {one.strip().partition("=")[0].lower() for one in attributes.split(";")[1:]}
    assert said >= {"secure", "httponly", "path", "samesite"}
    assert "domain" not in said
    assert "Path=/;" in f"{line};"
    assert "SameSite=Lax" in line


def test_without_tls_the_cookie_still_works(app: Flask) -> None:
    line = _cookie(app, "http://localhost")
    assert line.startswith("outlay=")
    assert "Secure" not in line
    assert "HttpOnly" in line


def _cookie(app: Flask, base_url: str) -> str:
    """The line that sets the cookie of somebody who opens the page to sign in."""
    response = app.test_client().get("/sign-in", base_url=base_url)
    (line,) = response.headers.getlist("Set-Cookie")
    return line


def test_sign_ins_outlive_a_change_of_keys(
    app_with: AppWith, mia: Visitor, settings: Settings
) -> None:
    cookie = mia.client.get_cookie("outlay")
    assert cookie
    later = app_with(secret_key=NEW_KEY, secret_key_fallbacks=("x" * 40, settings.secret_key))
    browser = later.test_client()
    browser.set_cookie("outlay", cookie.value)
    assert browser.get("/accounts").status_code == 200
    ended = app_with(secret_key=NEW_KEY).test_client()
    ended.set_cookie("outlay", cookie.value)
    assert ended.get("/accounts").status_code == 303


def test_signing_in_again_ends_the_session_before(mia: Visitor, app: Flask) -> None:
    before = mia.client.get_cookie("outlay")
    assert before
    mia.get("/accounts")
    assert mia.post("/sign-in", {"email": mia.email, "password": PASSWORD}).status_code == 303
    assert mia.get("/accounts").status_code == 200
    thief = app.test_client()
    thief.set_cookie("outlay", before.value)
    assert thief.get("/accounts").status_code == 303


@pytest.mark.parametrize(
    "value", ["", "x", "x" * 100_000, "eyJ9.a.b", "..", "\u00e9", "a" * 4000 + ".b.c"]
)
def test_a_made_up_cookie_is_none(client: FlaskClient, value: str) -> None:
    response = client.get("/accounts", headers={"Cookie": f"outlay={value}; " * 3})
    assert response.status_code == 303
    assert response.location.startswith("/sign-in")


# Forms of other sites


@pytest.mark.parametrize("token", [None, "", "x", "null", "x" * 10_000, "\x00", "Ä"])
def test_a_form_without_its_token_changes_nothing(mia: Visitor, token: str | None) -> None:
    fields = {"name": "Stolen", "type": "cash"}
    given = fields if token is None else {**fields, "csrf_token": token}
    response = mia.client.post("/accounts", data=given)
    assert response.status_code == 400
    assert "Stolen" not in mia.get("/accounts").text


def test_another_persons_token_changes_nothing(mia: Visitor, sam: Visitor) -> None:
    sam.get("/accounts")
    fields = {"name": "Stolen", "type": "cash", "csrf_token": sam.token}
    assert mia.client.post("/accounts", data=fields).status_code == 400
    assert "Stolen" not in mia.get("/accounts").text


def test_the_token_of_a_session_before_signing_in_is_worth_nothing(stranger: Visitor) -> None:
    stranger.get("/sign-in")
    before = stranger.token
    stranger.register()
    fields = {"name": "Stolen", "type": "cash", "csrf_token": before}
    assert stranger.client.post("/accounts", data=fields).status_code == 400


def test_nobody_is_signed_in_by_another_sites_form(mia: Visitor, client: FlaskClient) -> None:
    response = client.post("/sign-in", data={"email": mia.email, "password": PASSWORD})
    assert response.status_code == 400
    assert client.get("/accounts").status_code == 303


# What is too large


def test_a_password_of_a_megabyte_in_a_form(mia: Visitor) -> None:
    response = mia.sign_in("x" * 1024 * 1024)
    assert (response.status_code, response.mimetype) == (413, "text/html")
    assert "larger than what is accepted" in words(response)


def test_a_long_password_in_a_form(mia: Visitor) -> None:
    assert mia.sign_in("x" * 100_000).status_code == 422


def test_a_form_of_too_many_parts(mia: Visitor) -> None:
    parts: dict[str, Any] = {f"field{number}": "x" for number in range(300)}
    response = mia.post("/imports/new", {**parts, "file": (BytesIO(b"x"), "x.csv")})
    assert (response.status_code, response.mimetype) == (413, "text/html")


def test_a_text_of_two_megabytes_beside_a_file(mia: Visitor) -> None:
    long = {"account_id": "1" * 2 * 1024 * 1024, "file": (BytesIO(b"x"), "x.csv")}
    response = mia.post("/imports/new", long)
    response.request.environ["wsgi.input"].close()  # a temporary file, where it is large
    assert response.status_code == 413


# Headers


def test_private_pages_are_kept_nowhere(mia: Visitor) -> None:
    for path in ("/accounts", "/settings/profile", "/transactions"):
        assert mia.get(path).headers["Cache-Control"] == "no-store"


def test_signing_out_clears_what_the_browser_kept(mia: Visitor) -> None:
    response = mia.post("/sign-out")
    assert response.headers["Clear-Site-Data"] == '"cache"'
    assert "outlay=;" in response.headers["Set-Cookie"]


def test_pages_run_only_our_own_scripts_and_stand_in_no_frame(visit: Visit) -> None:
    headers = visit().get("/accounts").headers
    policy = dict(
        part.strip().partition(" ")[::2] for part in headers["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == "'self'"
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_files_have_safe_headers_too(client: FlaskClient, app_with: AppWith) -> None:
    over_tls = app_with(base_url="https://localhost").test_client()
    for caller, asked in ((client, False), (over_tls, True)):
        with caller.get("/static/manifest.json") as response:
            assert response.status_code == 200  # "make test" builds them first
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert ("Strict-Transport-Security" in response.headers) is asked
