"""The second factor in the browser: set up, asked for after the password, and turned off."""

import datetime as dt
import re
from html import unescape
from urllib.parse import unquote

import pytest
from flask import Flask

from app.core import clock
from app.core.uow import unit_of_work
from app.models.base import db
from app.models.users import User
from tests.factories.codes import code_of
from tests.views.visitors import PASSWORD, Visitor, error_of, value_of, words

PAGE = "/settings/security/one-time-password"
CODE = re.compile(r"<code>([a-z0-9]{4}(?:-[a-z0-9]{4}){5})</code>")


def _begin(visitor: Visitor) -> str:
    """Set it up; returns the secret as the page shows it."""
    page = visitor.post(PAGE, {"password": PASSWORD})
    assert page.status_code == 200, words(page)
    found = re.search(r"data-secret>([A-Z2-7 ]+)<", page.text)
    assert found
    return found.group(1)


def _turn_on(visitor: Visitor) -> tuple[str, list[str]]:
    secret = _begin(visitor)
    page = visitor.post(f"{PAGE}/confirm", {"code": code_of(secret, steps=-1)})
    assert page.status_code == 200, words(page)
    return secret, CODE.findall(page.text)


def _password_only(app: Flask, visitor: Visitor, **fields: str) -> Visitor:
    """Prove the password in another browser, which is then asked for a code."""
    again = Visitor(app, "en-US")
    again.email = visitor.email
    answer = again.sign_in(**fields)
    assert (answer.status_code, answer.location) == (303, "/sign-in/code")
    assert "Your password was right" in words(again.get("/sign-in/code"))
    return again


def test_setting_it_up_shows_a_picture_a_secret_and_then_codes(sam: Visitor) -> None:
    assert "It is off" in words(sam.get(PAGE))
    page = sam.post(PAGE, {"password": PASSWORD})
    drawn = re.search(r'<div role="img"[^>]*>(<svg.*?</svg>)', page.text, re.DOTALL)
    assert drawn
    assert "style=" not in drawn.group(1)  # the policy would refuse it
    assert "otpauth://totp/Outlay:" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    secret, codes = _turn_on(sam)
    assert len(set(codes)) == 10
    assert secret not in sam.get(PAGE).text
    assert "10 recovery codes are left" in words(sam.get(PAGE))


def test_the_codes_can_be_kept_as_a_text(sam: Visitor) -> None:
    secret = _begin(sam)
    page = sam.post(f"{PAGE}/confirm", {"code": code_of(secret)})
    found = re.search(
        r'download="[^"]+\.txt" href="data:text/plain;charset=utf-8,([^"]+)"', page.text
    )
    assert found
    text = unquote(unescape(found.group(1)))
    assert all(code in text.splitlines() for code in CODE.findall(page.text))
    assert sam.email in text


def test_a_wrong_password_or_code_is_said_beside_the_field(sam: Visitor) -> None:
    refused = sam.post(PAGE, {"password": "wrong"})
    assert refused.status_code == 422
    assert error_of(refused, "password") == "This is not your password."
    secret = _begin(sam)
    refused = sam.post(f"{PAGE}/confirm", {"code": "000000"})
    assert refused.status_code == 422
    assert "not the code" in str(error_of(refused, "code"))
    assert secret in refused.text


def test_a_double_click_shows_the_same_codes(sam: Visitor) -> None:
    page = sam.post(PAGE, {"password": PASSWORD})
    found = re.search(r"data-secret>([A-Z2-7 ]+)<", page.text)
    assert found
    sent = {"code": code_of(found.group(1)), "once": value_of(page, "once")}
    first, again = (CODE.findall(sam.post(f"{PAGE}/confirm", sent).text) for _ in range(2))
    assert first == again != []
    sent = {"password": PASSWORD, "once": value_of(sam.get(PAGE), "once")}
    first, again = (CODE.findall(sam.post(f"{PAGE}/recovery-codes", sent).text) for _ in range(2))
    assert first == again != []


def test_the_secret_is_shown_only_where_the_password_was_given(sam: Visitor, app: Flask) -> None:
    cookie = sam.client.get_cookie("outlay")
    assert cookie
    secret = _begin(sam)
    thief = Visitor(app, "en-US")
    thief.client.set_cookie("outlay", cookie.value)
    thief.get("/accounts")
    refused = thief.post(f"{PAGE}/confirm", {"code": "000000"})
    assert (refused.status_code, refused.location) == (303, PAGE)
    assert secret not in thief.get(PAGE).text


def test_after_the_password_comes_the_code(sam: Visitor, app: Flask) -> None:
    secret, _ = _turn_on(sam)
    again = _password_only(app, sam, next="/accounts")
    # Until then nobody is signed in.
    assert again.get("/accounts").status_code == 303
    refused = again.post("/sign-in/code", {"code": "000000"})
    assert refused.status_code == 401
    assert "This code is not good" in words(refused)
    arrived = again.post("/sign-in/code", {"code": code_of(secret)})
    assert (arrived.status_code, arrived.location) == (303, "/accounts")
    assert again.get("/accounts").status_code == 200


def test_a_recovery_code_works_too(sam: Visitor, app: Flask) -> None:
    _, codes = _turn_on(sam)
    again = _password_only(app, sam)
    assert again.post("/sign-in/code", {"code": codes[0]}).location == "/"
    assert "9 recovery codes are left" in words(again.get(PAGE))


def test_beginning_anew_gives_no_new_tries(sam: Visitor, app: Flask) -> None:
    secret, _ = _turn_on(sam)
    for _ in range(3):
        again = _password_only(app, sam)
        again.post("/sign-in/code", {"code": "000000"})
        again.post("/sign-in/code", {"code": "000001"})
    assert again.post("/sign-in/code", {"code": code_of(secret)}).status_code == 401
    assert again.get("/accounts").status_code == 303


def test_the_code_is_asked_for_within_five_minutes(
    sam: Visitor, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret, _ = _turn_on(sam)
    again = _password_only(app, sam)
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + dt.timedelta(minutes=5, seconds=1))
    late = again.post("/sign-in/code", {"code": code_of(secret, steps=10)})
    assert (late.status_code, late.location) == (303, "/sign-in")
    assert "That took too long" in words(again.get("/sign-in"))


def test_a_changed_password_ends_what_waits_for_a_code(sam: Visitor, app: Flask) -> None:
    secret, _ = _turn_on(sam)
    again = _password_only(app, sam)
    with app.app_context(), unit_of_work() as work:
        work.session.execute(db.update(User).values(link_number=User.link_number + 1))
    answer = again.post("/sign-in/code", {"code": code_of(secret)})
    assert answer.status_code == 401
    assert again.get("/accounts").status_code == 303


def test_without_a_password_nobody_is_asked_for_a_code(stranger: Visitor) -> None:
    assert stranger.get("/sign-in/code").location == "/sign-in"
    assert stranger.post("/sign-in/code", {"code": "000000"}).location == "/sign-in"


def test_new_codes_and_turning_it_off_need_the_password(sam: Visitor, app: Flask) -> None:
    _, codes = _turn_on(sam)
    assert sam.post(f"{PAGE}/recovery-codes", {"password": "wrong"}).status_code == 422
    assert sam.post(f"{PAGE}/remove", {"password": "wrong"}).status_code == 422
    renewed = CODE.findall(sam.post(f"{PAGE}/recovery-codes", {"password": PASSWORD}).text)
    assert len(set(renewed) | set(codes)) == 20
    assert sam.post(f"{PAGE}/remove", {"password": PASSWORD}).location == PAGE
    again = Visitor(app, "en-US")
    again.email = sam.email
    assert again.sign_in().location == "/"


def test_the_page_about_security_says_how_things_stand(sam: Visitor) -> None:
    shown = words(sam.get("/settings/security"))
    assert "Authenticator app Off" in shown
    assert "Passkeys None yet" in shown
    _turn_on(sam)
    assert "Authenticator app On, 10 recovery codes left" in words(sam.get("/settings/security"))
