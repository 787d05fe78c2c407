"""Administration: invitations to register, and mails that failed. Nothing for anybody else."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import update
from werkzeug.test import TestResponse

from app.core import clock
from app.core.uow import unit_of_work
from app.models.base import session
from app.models.mails import Mail
from app.models.users import User
from tests.factories.callers import Api, expect, problem, refused
from tests.factories.people import PASSWORD


@pytest.fixture
def admin(api: Api) -> Api:
    """Somebody who runs the instance."""
    with api.app.app_context(), unit_of_work():
        mine = update(User).where(User.id == api.person.id)
        session.execute(mine.values(role="admin"))
    return api


@contextmanager
def _registration(app: Flask, mode: str) -> Iterator[None]:
    settings = app.extensions["settings"]
    app.extensions["settings"] = replace(settings, registration=mode)
    try:
        yield
    finally:
        app.extensions["settings"] = settings


def _register(app: Flask, email: str = "ada@example.com", **fields: object) -> TestResponse:
    body = {"email": email, "password": PASSWORD, **fields}
    return app.test_client(use_cookies=False).post("/api/auth/register", json=body)


def _invite(admin: Api, **fields: object) -> str:
    """Make an invitation; returns its secret."""
    made = expect(201, admin.post("/admin/registration-invitations", fields))
    base_url = admin.app.extensions["settings"].base_url
    assert made["url"].startswith(f"{base_url}/register?invitation=")
    return str(made["url"].partition("invitation=")[2])


def test_the_first_person_may_always_register(app: Flask, db_session: object) -> None:
    for mode in ("invite", "closed"):
        with _registration(app, mode):
            first = expect(201, _register(app))
            assert first["user"]["role"] == "admin"
            problem(403, _register(app, "eve@example.com"))
        with unit_of_work() as work:
            work.session.delete(work.session.get_one(User, first["user"]["id"]))


def test_where_it_is_closed_not_even_an_invitation_helps(app: Flask, admin: Api) -> None:
    invitation = _invite(admin)
    with _registration(app, "closed"):
        problem(403, _register(app, invitation=invitation))


def test_an_invitation_lets_one_person_register(app: Flask, admin: Api) -> None:
    invitation = _invite(admin)
    with _registration(app, "invite"):
        problem(403, _register(app))
        problem(403, _register(app, invitation="x" * 43))
        expect(201, _register(app, invitation=invitation))
        problem(403, _register(app, "eve@example.com", invitation=invitation))


def test_an_invitation_for_an_address_is_for_that_one(app: Flask, admin: Api) -> None:
    invitation = _invite(admin, email="Ada@Example.com")
    with _registration(app, "invite"):
        refused(_register(app, "eve@example.com", invitation=invitation), "email")
        expect(201, _register(app, invitation=invitation))


def test_an_invitation_ends_after_a_week(
    app: Flask, admin: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    invitation = _invite(admin)
    later = dt.datetime.now(dt.UTC) + dt.timedelta(days=7, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    with _registration(app, "invite"):
        problem(403, _register(app, invitation=invitation))


def test_a_refused_registration_leaves_the_invitation(app: Flask, admin: Api) -> None:
    invitation = _invite(admin)
    with _registration(app, "invite"):
        taken = _register(app, admin.person.email, invitation=invitation)
        problem(409, taken)
        expect(201, _register(app, invitation=invitation))


def test_an_invitation_is_made_on_the_server_too(app: Flask, admin: Api) -> None:
    with _registration(app, "invite"):
        said = app.test_cli_runner().invoke(args=["users", "invite", "ada@example.com"])
        assert said.exit_code == 0, said.output
        invitation = said.output.strip().partition("invitation=")[2]
        expect(201, _register(app, invitation=invitation))


def test_everybody_else_finds_nothing_here(api: Api) -> None:
    problem(404, api.post("/admin/registration-invitations", {}))
    problem(404, api.get("/admin/mails/failed"))


def test_mails_that_failed_are_listed_with_their_reason(admin: Api) -> None:
    with admin.app.app_context(), unit_of_work():
        for status, reason in (("failed", "The mail server said: 550 No"), ("waiting", "451")):
            mail = Mail(
                kind="verify_email", recipient="x@example.com", status=status, reason=reason
            )
            session.add(mail)
    [listed] = admin.read("/admin/mails/failed")["items"]
    assert listed["reason"] == "The mail server said: 550 No"
    assert "details" not in listed
