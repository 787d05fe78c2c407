"""Registering, signing in and out, and who may see which page."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.models.base import db
from app.models.users import User
from app.policies import PUBLIC, access_of
from tests.views.conftest import Visit
from tests.views.visitors import PASSWORD, Visitor, error_of, value_of, words


def test_every_page_but_the_public_ones_demands_a_sign_in(app: Flask, client: FlaskClient) -> None:
    asked = 0
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api") or access_of(app.view_functions[rule.endpoint]) == PUBLIC:
            continue
        path = re.sub(r"<any\('([^']+)'[^>]*>", r"\1", rule.rule)
        path = re.sub(r"<[^>]+>", "1", path)
        path = path.replace("/months/1/1", "/months/2026/1")
        for method in (rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"}:
            response = client.open(path, method=method)
            assert response.status_code == 303, f"{method} {path}"
            assert response.location.startswith("/sign-in"), f"{method} {path}"
            asked += 1
    assert asked > 25


def test_the_public_pages_are_these(app: Flask) -> None:
    public = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if access_of(app.view_functions[rule.endpoint]) == PUBLIC
        and not rule.rule.startswith("/api")
    }
    assert public == {
        "/sign-in",
        "/register",
        "/health",
        "/health/detailed",
        "/invitation",
        "/verify-email",
        "/confirm-address",
        "/forgot-password",
        "/reset-password",
        "/sign-in/code",
        "/sign-in/oidc",
        "/sign-in/oidc/callback",
        "/sign-in/passkey",
        "/sign-in/passkey/options",
    }


def test_signing_in_leads_to_where_one_was_going(mia: Visitor, app: Flask) -> None:
    again = Visitor(app, "de-DE")
    again.email = mia.email
    refused = again.get("/transactions?q=tea&type=expense")
    assert refused.status_code == 303
    shown = again.get(refused.location)
    wanted = value_of(shown, "next")
    assert wanted == "/transactions?q=tea&type=expense"
    arrived = again.post(
        "/sign-in", {"email": mia.email, "password": PASSWORD, "next": str(wanted)}
    )
    assert (arrived.status_code, arrived.location) == (303, wanted)


@pytest.mark.parametrize(
    "elsewhere",
    [
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/%09/evil.example",
        "/%2Fevil.example",
        "/%5Cevil.example",
        "https://evil.example",
        "http:evil.example",
        "javascript:alert(1)",
        "evil.example",
        " //evil.example",
        "/a\r\nSet-Cookie: b=c",
        "/" + "a" * 3000,
    ],
)
def test_signing_in_never_leads_elsewhere(mia: Visitor, elsewhere: str) -> None:
    mia.post("/sign-out")
    response = mia.sign_in(next=elsewhere)
    assert (response.status_code, response.location) == (303, "/")
    assert elsewhere not in mia.get("/sign-in?next=" + elsewhere.replace("\r\n", "")).text


def test_a_wrong_password_is_said_without_saying_which_part_was_wrong(mia: Visitor) -> None:
    mia.post("/sign-out")
    wrong = mia.sign_in("not the password")
    unknown = mia.post("/sign-in", {"email": "nobody@example.com", "password": "not the password"})
    assert (wrong.status_code, unknown.status_code) == (401, 401)
    assert "do not belong together" in words(wrong)
    assert words(wrong) == words(unknown)
    assert value_of(wrong, "email") == mia.email
    assert "not the password" not in wrong.text


def test_signing_out_ends_copies_of_the_cookie_too(mia: Visitor, app: Flask) -> None:
    cookie = mia.client.get_cookie("outlay")
    assert cookie is not None
    thief = app.test_client()
    thief.set_cookie("outlay", cookie.value)
    assert thief.get("/accounts").status_code == 200
    assert mia.post("/sign-out").location == "/sign-in"
    assert thief.get("/accounts").status_code == 303
    assert mia.get("/accounts").status_code == 303


def test_signing_in_again_begins_a_new_session(mia: Visitor) -> None:
    before = mia.client.get_cookie("outlay")
    mia.post("/sign-out")
    mia.sign_in()
    after = mia.client.get_cookie("outlay")
    assert before
    assert after
    assert before.value != after.value


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(mia: Visitor) -> None:
    mia.post("/sign-out")
    header = mia.sign_in().headers["Set-Cookie"]
    assert "HttpOnly" in header
    assert "SameSite=Lax" in header
    assert "Expires=" in header


def test_signing_out_is_not_done_by_a_link(mia: Visitor) -> None:
    assert mia.get("/sign-out").status_code == 405
    assert mia.get("/accounts").status_code == 200


@pytest.mark.parametrize("path", ["/sign-out", "/transactions", "/accounts/1/delete", "/nope"])
def test_a_form_without_its_token_is_refused(mia: Visitor, path: str) -> None:
    response = mia.client.post(path, data={"csrf_token": "forged"})
    assert response.status_code == (404 if path == "/nope" else 400)
    assert response.mimetype == "text/html"
    assert mia.get("/accounts").status_code == 200


def test_signing_in_needs_its_token_too(mia: Visitor) -> None:
    mia.post("/sign-out")
    fields = {"email": mia.email, "password": PASSWORD}
    response = mia.client.post("/sign-in", data=fields)
    assert response.status_code == 400
    assert "too long" in words(response)


def test_a_script_is_told_where_to_sign_in(stranger: Visitor) -> None:
    response = stranger.get("/transactions", **{"HX-Request": "true"})
    assert (response.status_code, response.headers["HX-Redirect"]) == (204, "/sign-in")


def test_who_is_signed_in_sees_no_form_to_sign_in(mia: Visitor) -> None:
    assert mia.get("/sign-in").location == "/"
    assert mia.get("/register?next=/accounts").location == "/accounts"


def test_the_first_person_is_told_that_they_will_be_the_administrator(
    stranger: Visitor, visit: Visit, app: Flask
) -> None:
    assert "you will be the administrator" in words(stranger.get("/register"))
    visit()
    assert "administrator" not in words(stranger.get("/register"))
    visit()
    with app.app_context():
        roles = db.session.scalars(db.select(User.role).order_by(User.id)).all()
    assert roles == ["admin", "user"]


@pytest.mark.parametrize(
    ("language", "currency"),
    [("de-DE,de;q=0.9", "EUR"), ("en-US", "USD"), ("ja", "JPY"), ("de-CH", "CHF"), ("xx", "EUR")],
)
def test_the_currency_is_guessed_from_the_browser(app: Flask, language: str, currency: str) -> None:
    assert value_of(Visitor(app, language).get("/register"), "currency") == currency


@pytest.mark.parametrize(
    ("language", "locale"),
    [("de-AT,de;q=0.9", "de_AT"), ("en-GB", "en_GB"), ("xx,*;q=0.5", "en"), ("", "en")],
)
def test_the_locale_is_the_one_the_browser_likes_best(
    visit: Visit, app: Flask, language: str, locale: str
) -> None:
    visitor = visit(language, timezone="Asia/Tokyo")
    with app.app_context():
        user = db.session.scalars(db.select(User).where(User.email == visitor.email)).one()
    assert (user.locale, user.timezone) == (locale, "Asia/Tokyo")


def test_a_time_zone_nobody_knows_is_no_obstacle(visit: Visit, app: Flask) -> None:
    visitor = visit(timezone="Mars/Olympus_Mons")
    with app.app_context():
        user = db.session.scalars(db.select(User).where(User.email == visitor.email)).one()
    assert user.timezone == "UTC"


def test_faults_stand_beside_their_fields_and_what_was_typed_stays(stranger: Visitor) -> None:
    response = stranger.post(
        "/register",
        {"email": "not an address", "password": "short", "first_name": "Mia", "currency": "CHF"},
    )
    assert response.status_code == 422
    assert error_of(response, "email") == "Not a valid email address."
    assert error_of(response, "password") == "From 8 to 128 characters."
    assert value_of(response, "first_name") == "Mia"
    assert value_of(response, "currency") == "CHF"
    assert "short" not in re.findall(r'value="([^"]*)"', response.text)


def test_an_address_that_is_taken_is_a_conflict_beside_the_field(
    mia: Visitor, stranger: Visitor
) -> None:
    stranger.get("/register")
    response = stranger.post("/register", {"email": mia.email.upper(), "password": PASSWORD})
    assert response.status_code == 409
    assert error_of(response, "email") == "There is already an account with this address."


def test_health_is_open_and_sets_no_cookie(client: FlaskClient) -> None:
    response = client.get("/health")
    assert (response.status_code, response.get_json()) == (200, {"status": "ok"})
    assert "Set-Cookie" not in response.headers
