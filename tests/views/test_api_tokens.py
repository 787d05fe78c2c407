"""The page of tokens."""

import re

from flask import Flask
from sqlalchemy import select, update

from app.core.uow import unit_of_work
from app.models.base import db
from app.models.requests import IdempotentRequest
from app.models.users import User
from tests.views.visitors import Visitor, error_of, value_of, words

TOKEN = re.compile(r'value="(outlay_[\w-]{43})"')


def _make(visitor: Visitor, **fields: object) -> str:
    given = {"name": "Backup", "scopes": ["read"], "expires_in_days": "90", **fields}
    response = visitor.post("/settings/tokens", given)
    assert response.status_code == 200, words(response)
    assert response.headers["Cache-Control"] == "no-store"
    found = TOKEN.search(response.text)
    assert found, words(response)
    return found[1]


def test_nobody_has_tokens_at_first(sam: Visitor) -> None:
    page = sam.get("/settings/tokens")
    assert "No tokens yet" in words(page)
    assert value_of(page, "expires_in_days") == "90"


def test_a_token_is_shown_once_works_and_is_revoked(app: Flask, sam: Visitor) -> None:
    token = _make(sam, scopes=["read", "write"])
    header = {"Authorization": f"Bearer {token}"}
    api = app.test_client(use_cookies=False)
    assert api.get("/api/accounts", headers=header).status_code == 200
    page = sam.get("/settings/tokens")
    assert token not in page.text
    assert f"Backup …{token[-4:]} read, write · last used" in words(page)
    (path,) = re.findall(r'action="(/settings/tokens/\d+/revoke)"', page.text)
    assert sam.post(path).status_code == 303
    assert "The token is revoked." in words(sam.get("/settings/tokens"))
    assert api.get("/api/accounts", headers=header).status_code == 401


def test_a_double_click_makes_one_token_and_shows_it(app: Flask, sam: Visitor) -> None:
    number = value_of(sam.get("/settings/tokens"), "once")
    assert number
    token = _make(sam, once=number)
    assert _make(sam, once=number) == token
    assert "One token" in words(sam.get("/settings/tokens"))
    with app.app_context():
        kept = db.session.scalars(select(IdempotentRequest)).one()
        assert token not in kept.body
    assert _make(sam, once=number, name="Another") != token


def test_a_token_that_lasts(sam: Visitor) -> None:
    _make(sam, expires_in_days="")
    assert "never used · no end" in words(sam.get("/settings/tokens"))


def test_faults_stand_beside_their_fields(sam: Visitor) -> None:
    page = sam.post("/settings/tokens", {"name": "", "expires_in_days": "90"})
    assert page.status_code == 422
    assert error_of(page, "name") == "This is needed."
    assert error_of(page, "scopes") == "This is needed."
    page = sam.post("/settings/tokens", {"name": "Kept", "scopes": "root", "expires_in_days": "x"})
    assert page.status_code == 422
    assert value_of(page, "name") == "Kept"


def test_only_administrators_are_offered_the_scope_admin(app: Flask, sam: Visitor) -> None:
    assert 'value="admin"' in sam.get("/settings/tokens").text
    with app.app_context(), unit_of_work() as work:
        work.session.execute(update(User).values(role="user"))
    assert 'value="admin"' not in sam.get("/settings/tokens").text
    page = sam.post("/settings/tokens", {"name": "x", "scopes": ["admin"]})
    assert error_of(page, "scopes") == "Only administrators can give the scope admin."


def test_the_token_of_somebody_else_stays(sam: Visitor, mia: Visitor) -> None:
    _make(mia)
    page = mia.get("/settings/tokens").text
    (path,) = re.findall(r'action="(/settings/tokens/\d+/revoke)"', page)
    assert sam.post(path).status_code == 404
    assert path in mia.get("/settings/tokens").text
