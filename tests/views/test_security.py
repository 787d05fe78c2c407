"""Pages about how one signs in: the address, the password, and the links in mails."""

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import update

from app.controllers import registrations
from app.core.uow import unit_of_work
from app.models.base import db
from app.models.users import User
from config.settings import ROOT
from tests.factories.fixtures import Work
from tests.factories.mails import Inbox, link_in
from tests.views.conftest import Visit
from tests.views.visitors import PASSWORD, Visitor, error_of, value_of, words

NEW = "another staple horse battery"
BANNER = "Send the link again"
SCRIPTS = ROOT / "static" / "src" / "js"


@pytest.fixture
def proved(mia: Visitor, app: Flask) -> Visitor:
    """Somebody whose address is proved."""
    with app.app_context(), unit_of_work():
        db.session.execute(update(User).values(email_verified_at=dt.datetime.now(dt.UTC)))
    return mia


def _path(inbox: Inbox, work: Work) -> str:
    """The address of the link that came last, within Outlay."""
    work()
    parts = urlsplit(link_in(inbox.mails[-1]))
    return f"{parts.path}?{parts.query}"


@contextmanager
def _registration(app: Flask, mode: str) -> Iterator[None]:
    settings = app.extensions["settings"]
    app.extensions["settings"] = replace(settings, registration=mode)
    try:
        yield
    finally:
        app.extensions["settings"] = settings


@pytest.mark.parametrize(
    "path",
    [
        "/register", "/sign-in", "/settings/security/password", "/settings/security/email",
        "/settings/security/one-time-password",
        "/settings/privacy/erase",
    ],
)  # fmt: skip
def test_passwords_are_masked_and_may_be_pasted(
    proved: Visitor, stranger: Visitor, path: str
) -> None:
    page = (proved if path.startswith("/settings") else stranger).get(path).text
    fields = re.findall(r'<input[^>]* name="(?:current_)?password"[^>]*>', page)
    assert fields
    for field in fields:
        assert 'type="password"' in field
        assert re.search(r'autocomplete="(current|new)-password"', field)
        assert "readonly" not in field
        assert "onpaste" not in field
    assert not any("paste" in script.read_text() for script in SCRIPTS.glob("*.js"))


# The address


def test_opening_the_link_changes_nothing_and_the_button_proves_the_address(
    inbox: Inbox, mia: Visitor, work: Work, stranger: Visitor
) -> None:
    path = _path(inbox, work)
    for _ in range(2):
        shown = stranger.get(path)
        assert shown.status_code == 200
    assert BANNER in words(mia.get("/"))
    pressed = stranger.post("/verify-email", {"token": str(value_of(shown, "token"))})
    assert pressed.status_code == 303
    assert BANNER not in words(mia.get("/"))
    again = stranger.post("/verify-email", {"token": str(value_of(shown, "token"))})
    assert again.status_code == 422
    assert "no longer good" in words(again)


def test_the_banner_sends_the_link_again_and_leads_back(
    inbox: Inbox, mia: Visitor, work: Work
) -> None:
    assert BANNER in words(mia.get("/accounts"))
    sent = mia.post("/verify-email/resend", {"next": "/accounts"})
    assert (sent.status_code, sent.location) == (303, "/accounts")
    work()
    assert [mail["To"] for mail in inbox.mails] == [mia.email, mia.email]
    elsewhere = mia.post("/verify-email/resend", {"next": "//evil.example"})
    assert elsewhere.location == "/"


def test_changing_the_address(inbox: Inbox, proved: Visitor, work: Work) -> None:
    assert value_of(proved.get("/settings/security/email"), "password") in {None, ""}
    fields = {"email": "new@example.com", "password": PASSWORD}
    sent = proved.post("/settings/security/email", fields)
    assert sent.location == "/settings/security"
    assert "new@example.com waits" in words(proved.get("/settings/security"))
    shown = proved.get(_path(inbox, work))
    assert proved.email in words(proved.get("/settings/security"))
    proved.post("/confirm-address", {"token": str(value_of(shown, "token"))})
    page = words(proved.get("/settings/security"))
    assert "new@example.com" in page
    assert proved.email not in page


def test_faults_of_a_new_address_stand_beside_their_fields(proved: Visitor) -> None:
    response = proved.post("/settings/security/email", {"email": "nobody", "password": PASSWORD})
    assert response.status_code == 422
    assert error_of(response, "email") == "Not a valid email address."
    response = proved.post("/settings/security/email", {"email": "n@example.com", "password": "x"})
    assert error_of(response, "password") == "This is not your password."
    assert value_of(response, "email") == "n@example.com"


# The password


def test_changing_the_password_signs_out_everywhere_else(proved: Visitor, app: Flask) -> None:
    elsewhere = Visitor(app, "de-DE")
    elsewhere.email = proved.email
    elsewhere.sign_in()
    fields = {"current_password": PASSWORD, "password": NEW}
    changed = proved.post("/settings/security/password", fields)
    assert changed.location == "/settings/security"
    assert proved.get("/accounts").status_code == 200
    assert elsewhere.get("/accounts").status_code == 303


def test_faults_of_a_new_password_stand_beside_their_fields(proved: Visitor) -> None:
    fields = {"current_password": "wrong", "password": NEW}
    response = proved.post("/settings/security/password", fields)
    assert response.status_code == 422
    assert error_of(response, "current_password") == "This is not your password."
    fields = {"current_password": PASSWORD, "password": "iloveyou"}
    response = proved.post("/settings/security/password", fields)
    assert "Take a longer one" in str(error_of(response, "password"))
    assert "iloveyou" not in response.text


def test_a_forgotten_password_is_set_anew(
    inbox: Inbox, proved: Visitor, work: Work, stranger: Visitor
) -> None:
    stranger.get("/forgot-password")
    known = stranger.post("/forgot-password", {"email": proved.email})
    unknown = stranger.post("/forgot-password", {"email": "nobody@example.com"})
    assert words(known) == words(unknown)
    path = _path(inbox, work)
    shown = stranger.get(path)
    assert shown.headers["Referrer-Policy"] == "same-origin"
    token = str(value_of(shown, "token"))
    weak = stranger.post("/reset-password", {"token": token, "password": "password"})
    assert "Take a longer one" in str(error_of(weak, "password"))
    assert value_of(weak, "token") == token
    done = stranger.post("/reset-password", {"token": token, "password": NEW})
    assert (done.status_code, done.location) == (303, "/sign-in")
    assert proved.get("/accounts").status_code == 303
    assert proved.sign_in(NEW).status_code == 303
    dead = stranger.get(path)
    assert dead.status_code == 422
    assert "Ask for a new link" in words(dead)


@pytest.mark.parametrize(
    ("ticked", "said"), [("true", "2 API tokens are deleted."), (None, "Your password is set. You")]
)
def test_a_reset_deletes_tokens_unless_one_says_otherwise(
    inbox: Inbox, proved: Visitor, work: Work, stranger: Visitor, ticked: str | None, said: str
) -> None:
    for name in ("Backup", "Report"):
        proved.post("/settings/tokens", {"name": name, "scopes": ["read"]})
    stranger.post("/forgot-password", {"email": proved.email})
    shown = stranger.get(_path(inbox, work))
    assert value_of(shown, "revoke_tokens") == "true"  # it is ticked
    assert 'type="hidden" name="revoke_tokens" value="false"' in shown.text
    sent = ["false", ticked] if ticked else ["false"]
    fields = {"token": value_of(shown, "token"), "password": NEW, "revoke_tokens": sent}
    weak = stranger.post("/reset-password", {**fields, "password": "password"})
    assert ("checked" in weak.text) == bool(ticked)
    assert stranger.post("/reset-password", fields).status_code == 303
    assert said in words(stranger.get("/sign-in"))
    assert proved.sign_in(NEW).status_code == 303
    assert ("No tokens yet" in words(proved.get("/settings/tokens"))) == bool(ticked)


@pytest.mark.parametrize("path", ["/reset-password", "/verify-email", "/confirm-address"])
@pytest.mark.parametrize("token", ["", "x.y.z", "%00", "A" * 3000])
def test_garbage_is_no_link(stranger: Visitor, path: str, token: str) -> None:
    assert stranger.get(f"{path}?token={token}").status_code in {200, 422}
    assert stranger.post(path, {"token": token, "password": NEW}).status_code == 422


# Registering


def test_where_nobody_can_register_the_page_says_so(
    visit: Visit, app: Flask, stranger: Visitor
) -> None:
    visit()
    for mode, said in (("closed", "Nobody can register here"), ("invite", "with an invitation")):
        with _registration(app, mode):
            page = stranger.get("/register")
            assert said in words(page)
            assert 'name="password"' not in page.text
            fields = {"email": "eve@example.com", "password": PASSWORD, "currency": "EUR"}
            assert stranger.post("/register", fields).status_code == 403


def test_an_invitation_opens_the_form(visit: Visit, app: Flask, stranger: Visitor) -> None:
    visit()
    with _registration(app, "invite"):
        with app.app_context():
            invited = registrations.invite(None, base_url="", email=stranger.email)
        shown = stranger.get(str(invited.url))
        fields = {
            "email": stranger.email, "password": PASSWORD, "currency": "EUR",
            "invitation": str(value_of(shown, "invitation")),
        }  # fmt: skip
        refused = stranger.post("/register", {**fields, "email": "eve@example.com"})
        assert error_of(refused, "email") == "This invitation is for another address."
        assert stranger.post("/register", fields).status_code == 303


# Mail


def test_the_page_says_where_mails_go(mia: Visitor, visit: Visit) -> None:
    for_admin = mia.get("/settings/security")
    for_others = visit().get("/settings/security")
    assert "No mail server is set up" in words(for_admin)
    assert "No mail server is set up" in words(for_others)
    assert "/admin/mails" in for_admin.text
    assert "/admin" not in for_others.text


def test_with_a_server_nothing_is_said_of_it(inbox: Inbox, mia: Visitor) -> None:
    assert "No mail server" not in words(mia.get("/settings/security"))
