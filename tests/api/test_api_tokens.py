"""Personal API tokens: what they open, what they never open, and what ends them."""

import datetime as dt
import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from app.core import clock
from app.core.uow import unit_of_work
from app.models.api_tokens import ApiToken
from app.models.base import db
from app.models.users import User
from app.policies import TOKEN_SCOPES
from tests.factories.callers import Api, Body, expect, problem, refused

STATEMENT = "date,description,amount\n2026-01-02,Bread,-3.50\n"


def _make(api: Api, *scopes: str, **fields: Any) -> Body:
    body = {"name": "Nightly", "scopes": list(scopes or ["read"]), **fields}
    return expect(201, api.post("/user/tokens", body))


def _script(api: Api, *scopes: str, **fields: Any) -> Api:
    """Somebody's script, with a token of these scopes."""
    script = Api(api.app, api.person)
    script.token = str(_make(api, *scopes, **fields)["token"])
    return script


def _change(app: Flask, model: type[Any], **values: object) -> None:
    with app.app_context(), unit_of_work() as work:
        work.session.execute(update(model).values(**values))


def _stored(app: Flask) -> ApiToken:
    with app.app_context():
        return db.session.scalars(select(ApiToken)).one()


def _insufficient(script: Api, method: str, path: str, body: Any = None) -> None:
    response = script.request(method, path, body)
    assert problem(403, response)["code"] == "insufficient_scope"
    assert response.headers["WWW-Authenticate"] == 'Bearer error="insufficient_scope"'


# Making and listing


def test_a_token_is_shown_once_and_stored_as_a_hash(app: Flask, api: Api) -> None:
    made = _make(api, "write", "read", expires_in_days=30)
    assert made["token"].startswith("outlay_")
    assert len(made["token"]) == 50
    assert made["scopes"] == ["read", "write"]
    assert made["hint"] == made["token"][-4:]
    (listed,) = api.read("/user/tokens")["items"]
    assert listed == {name: value for name, value in made.items() if name != "token"}
    assert made["token"].encode() not in _stored(app).token_hash
    days = _stored(app).expires_at - clock.now()  # type: ignore[operator]
    assert dt.timedelta(days=29) < days <= dt.timedelta(days=30)


def test_a_token_without_an_end(api: Api) -> None:
    assert _make(api)["expires_at"] is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""), ("name", None), ("name", "x" * 101), ("scopes", []), ("scopes", ""),
        ("scopes", None), ("scopes", 7), ("scopes", {}), ("expires_in_days", 0),
        ("expires_in_days", 3651), ("expires_in_days", "soon"), ("expires_in_days", 1.5),
        ("expires_in_days", 10**400), ("user_id", 1), ("token", "outlay_mine"),
    ],
)  # fmt: skip
def test_what_no_token_can_be(api: Api, field: str, value: object) -> None:
    body = {"name": "Nightly", "scopes": ["read"], field: value}
    refused(api.post("/user/tokens", body), field)


def test_an_unknown_scope(api: Api) -> None:
    refused(api.post("/user/tokens", {"name": "x", "scopes": ["read", "root"]}), "scopes.1")


def test_only_administrators_give_the_scope_admin(app: Flask, api: Api) -> None:
    _change(app, User, role="user")
    refused(api.post("/user/tokens", {"name": "x", "scopes": ["admin"]}), "scopes")
    _change(app, User, role="admin")
    _make(api, "admin")


def test_tokens_of_somebody_else_are_not_there(api: Api, other: Api) -> None:
    theirs = _make(other)["id"]
    assert api.read("/user/tokens")["items"] == []
    problem(404, api.delete(f"/user/tokens/{theirs}"))
    assert len(other.read("/user/tokens")["items"]) == 1


# What they open


def test_reading_is_no_writing(api: Api) -> None:
    script = _script(api, "read")
    assert script.read("/accounts") == api.read("/accounts")
    assert script.request("HEAD", "/accounts").status_code == 200
    body = {"type": "expense", "amount": "1.00"}
    _insufficient(script, "POST", "/transactions", body)
    for method in ("PUT", "PATCH", "DELETE"):
        _insufficient(script, method, f"/accounts/{script.person.account_id}", {"name": "x"})
    assert api.rows() == []


def test_writing_is_no_reading(api: Api) -> None:
    script = _script(api, "write")
    script.spend("1.00")
    _insufficient(script, "GET", "/transactions")


def test_importing(api: Api) -> None:
    script = _script(api, "import")
    import_id = expect(202, script.upload(STATEMENT))["id"]
    script.read(f"/imports/{import_id}")
    _insufficient(script, "GET", "/transactions")
    _insufficient(script, "POST", "/transactions", {"type": "expense", "amount": "1.00"})
    assert _script(api, "write").upload(STATEMENT).status_code in {200, 202}
    assert _script(api, "read").upload(STATEMENT).status_code == 403


def test_who_somebody_is_takes_a_sign_in(api: Api) -> None:
    script = _script(api, "read", "write", "import")
    for method, path in [
        ("GET", "/user/tokens"), ("POST", "/user/tokens"), ("DELETE", "/user/tokens/1"),
        ("GET", "/auth/sessions"), ("DELETE", "/auth/sessions?others=1"),
        ("DELETE", "/auth/sessions/1"), ("POST", "/auth/logout"),
    ]:  # fmt: skip
        _insufficient(script, method, path)
    problem(401, script.post("/auth/refresh"))
    script.read("/accounts")


def test_administering_takes_its_scope_and_the_role(app: Flask, api: Api) -> None:
    _change(app, User, role="admin")
    _insufficient(_script(api, "read", "write"), "GET", "/admin/mails/failed")
    script = _script(api, "admin")
    script.read("/admin/mails/failed")
    api.read("/admin/mails/failed")
    _insufficient(script, "GET", "/accounts")
    _change(app, User, role="user")
    for demoted in (script, api):
        problem(404, demoted.get("/admin/mails/failed"))


def test_every_route_of_identity_refuses_tokens(app: Flask) -> None:
    """New ones are closed until somebody opens them on purpose."""
    closed = [beginning for beginning, reading, _ in TOKEN_SCOPES if not reading]
    assert closed == ["/api/user", "/api/auth"]
    named = [beginning for beginning, *_ in TOKEN_SCOPES]
    assert named[-1] == "/api"
    for opened in ("/api/user/profile", "/api/user/settings"):
        assert named.index(opened) < named.index("/api/user")


def test_pages_know_no_tokens(app: Flask, api: Api) -> None:
    headers = {"Authorization": f"Bearer {_make(api)['token']}"}
    assert app.test_client().get("/accounts", headers=headers).status_code == 303


# What ends them


def test_a_revoked_token_is_dead_at_once(api: Api) -> None:
    made = _make(api)
    script = Api(api.app, api.person)
    script.token = made["token"]
    script.read("/accounts")
    assert api.delete(f"/user/tokens/{made['id']}").status_code == 204
    problem(401, script.get("/accounts"))
    problem(404, api.delete(f"/user/tokens/{made['id']}"))
    assert api.read("/user/tokens")["items"] == []


def test_a_token_ends_by_itself(app: Flask, api: Api) -> None:
    script = _script(api, expires_in_days=1)
    script.read("/accounts")
    _change(app, ApiToken, expires_at=clock.now())
    problem(401, script.get("/accounts"))


def test_the_token_of_somebody_disabled(app: Flask, api: Api) -> None:
    script = _script(api)
    _change(app, User, is_active=False)
    response = script.get("/accounts")
    problem(401, response)
    assert response.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("token", ["outlay_", "outlay_" + "a" * 43, "outlay_" + "é" * 43])
def test_a_token_nobody_made(api: Api, token: str) -> None:
    api.token = None
    header = {"Authorization": f"Bearer {token}".encode().decode("latin-1")}
    problem(401, api.get("/accounts", headers=header))


def test_use_is_written_seldom(app: Flask, api: Api) -> None:
    script = _script(api)
    assert api.read("/user/tokens")["items"][0]["last_used_at"] is None
    script.read("/accounts")
    first = _stored(app).last_used_at
    assert first is not None
    script.read("/accounts")
    assert _stored(app).last_used_at == first
    _change(app, ApiToken, last_used_at=clock.now() - dt.timedelta(minutes=6))
    script.read("/accounts")
    last = _stored(app).last_used_at
    assert last is not None
    assert last >= first


def test_nothing_secret_is_kept_for_a_repeated_request(app: Flask, api: Api) -> None:
    body = {"name": "x", "scopes": ["read"]}
    made = expect(201, api.post("/user/tokens", body, headers={"Idempotency-Key": "once"}))
    again = expect(201, api.post("/user/tokens", body, headers={"Idempotency-Key": "once"}))
    assert again == made
    other = {**body, "name": "y"}
    refused(api.post("/user/tokens", other, headers={"Idempotency-Key": "once"}), "Idempotency-Key")
    with app.app_context():
        (found,) = [dict(row._mapping) for row in db.session.execute(select(_table("requests")))]
        assert made["token"] not in json.dumps(found, default=str)
        assert db.session.scalar(select(func.count(ApiToken.id))) == 1


def _table(name: str) -> Any:
    return next(t for key, t in db.metadata.tables.items() if name in key)
