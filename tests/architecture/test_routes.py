"""Every route is open to everybody on purpose, or demands somebody."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from app.policies import PUBLIC as PUBLIC_ACCESS
from app.policies import access_of
from tests.factories.callers import Api
from tests.factories.invitations import invitation

PUBLIC = {
    "/",
    "/api/auth/confirm-address",
    "/api/auth/login",
    "/api/auth/password-reset",
    "/api/auth/password-reset/confirm",
    "/api/auth/refresh",
    "/api/auth/register",
    "/api/auth/verify-email",
    "/api/docs",
    "/api/invitations/preview",
    "/api/openapi.json",
    "/confirm-address",
    "/forgot-password",
    "/health",
    "/health/detailed",
    "/invitation",
    "/register",
    "/reset-password",
    "/sign-in",
    "/sign-in/code",
    "/sign-in/oidc",
    "/sign-in/oidc/callback",
    "/sign-in/passkey",
    "/sign-in/passkey/options",
    "/verify-email",
}
"""What answers people who are not signed in; "/" sends them to where they can sign in."""

ALWAYS_REDIRECTS = {"/"}
UNMARKED = {"/", "/api/openapi.json"}
"""The first demands somebody; the second is flask-smorest's own, outside our blueprints."""


def _routes(app: Flask) -> list[tuple[str, str, Rule]]:
    """Every (method, path, rule), ids replaced by one that does not exist."""
    return [
        (method, re.sub(r"<[^>]+>", "1", rule.rule).replace("/months/1/1", "/months/2026/1"), rule)
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def test_the_list_of_public_routes_is_this_one(app: Flask) -> None:
    marked = {
        rule.rule
        for _, _, rule in _routes(app)
        if access_of(app.view_functions[rule.endpoint]) == PUBLIC_ACCESS
    }
    assert PUBLIC - marked == UNMARKED
    assert marked <= PUBLIC


def test_the_api_refuses_who_is_not_signed_in(app: Flask, client: FlaskClient) -> None:
    walked = 0
    for method, path, rule in _routes(app):
        if not path.startswith("/api/") or rule.rule in PUBLIC:
            continue
        response = client.open(path, method=method)
        assert response.status_code == 401, (method, path)
        assert response.mimetype == "application/problem+json"
        assert response.headers["WWW-Authenticate"] == "Bearer"
        walked += 1
    assert walked > 25


def test_pages_send_who_is_not_signed_in_to_where_they_can(app: Flask, client: FlaskClient) -> None:
    walked = 0
    for method, path, rule in _routes(app):
        if path.startswith("/api/") or rule.rule in PUBLIC - ALWAYS_REDIRECTS:
            continue
        response = client.open(path, method=method)
        if method == "GET":
            assert response.status_code in {302, 303}, (method, path, response.status_code)
            assert response.location.startswith("/sign-in"), (path, response.location)
        else:
            # Without a form of ours there is no CSRF token either.
            assert response.status_code in {302, 303, 400, 401, 403}, (method, path)
            if response.status_code in {302, 303}:
                assert response.location.startswith("/sign-in"), (path, response.location)
        walked += 1
    assert walked > 15


def test_a_public_route_answers_everybody(client: FlaskClient) -> None:
    for path in ("/api/docs", "/api/openapi.json", "/health", "/register", "/sign-in"):
        assert client.get(path).status_code == 200, path


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_nothing_of_another_person_is_reached_by_its_id(
    app: Flask, api: Api, other: Api, method: str
) -> None:
    """Each id in a path of the API, tried with what belongs to somebody else."""
    theirs = {
        "ledger_id": other.person.ledger_id,
        "account_id": other.person.account_id,
        "category_id": other.category("Theirs"),
        "transaction_id": other.spend("1.00")["id"],
        "import_id": other.upload("date,description,amount\n2026-01-02,x,1\n").get_json()["id"],
        "session_id": other.read("/auth/sessions")["items"][0]["id"],
        "token_id": other.add("/user/tokens", name="Theirs", scopes=["read"])["id"],
        "invitation_id": invitation(other.app),
    }
    walked = 0
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith("/api/") or not rule.arguments:
            continue
        if method not in (rule.methods or ()):
            continue
        path = re.sub(r"<\w+:(\w+)>", lambda found: str(theirs[found[1]]), rule.rule)
        body = {"amount": "5", "type": "expense", "name": "Mine"}
        fields = {"transactions": ("amount", "type"), "expenses": ("amount",)}
        kept = fields.get(path.split("/")[2], ("name",)) if "imports" not in path else ()
        sent = {name: body[name] for name in kept} if method in {"PUT", "PATCH"} else None
        assert api.request(method, path, sent).status_code == 404, (method, path)
        walked += 1
    assert walked or method == "POST"
