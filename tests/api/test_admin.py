"""Administration: invitations to register, and mails that failed. Nothing for anybody else."""

import datetime as dt
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from app.core import clock
from app.core.uow import unit_of_work
from app.models.base import session
from app.models.invitations import Invitation
from app.models.mails import Mail
from app.models.requests import IdempotentRequest
from app.models.users import User
from app.services import invitations
from tests.factories.callers import Api, expect, problem, refused
from tests.factories.fixtures import Work
from tests.factories.mails import Inbox, link_in, text_of
from tests.factories.people import PASSWORD

INVITATIONS = "/admin/registration-invitations"


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


def _invite(admin: Api, **fields: object) -> dict[str, Any]:
    """Make an invitation; returns it, its link held against its token."""
    made = expect(201, admin.post(INVITATIONS, fields))
    base_url = admin.app.extensions["settings"].base_url
    assert made["url"] == f"{base_url}/register?invitation={made['token']}"
    return made


def _token(admin: Api, **fields: object) -> str:
    return str(_invite(admin, **fields)["token"])


def _listed(admin: Api) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = admin.read(INVITATIONS)["items"]
    return items


def _in(**time: int) -> str:
    """That much later, as the API writes it."""
    return (dt.datetime.now(dt.UTC) + dt.timedelta(**time)).isoformat()


def test_the_first_person_may_always_register(app: Flask, db_session: object) -> None:
    for mode in ("invite", "closed"):
        with _registration(app, mode):
            first = expect(201, _register(app))
            assert first["user"]["role"] == "admin"
            problem(403, _register(app, "eve@example.com"))
        with unit_of_work() as work:
            work.session.delete(work.session.get_one(User, first["user"]["id"]))


def test_where_it_is_closed_not_even_an_invitation_helps(app: Flask, admin: Api) -> None:
    invitation = _token(admin)
    with _registration(app, "closed"):
        problem(403, _register(app, invitation=invitation))


def test_an_invitation_lets_one_person_register(app: Flask, admin: Api) -> None:
    invitation = _token(admin)
    with _registration(app, "invite"):
        problem(403, _register(app))
        problem(403, _register(app, invitation="x" * 43))
        expect(201, _register(app, invitation=invitation))
        problem(403, _register(app, "eve@example.com", invitation=invitation))


def test_an_invitation_for_an_address_is_for_that_one(app: Flask, admin: Api) -> None:
    invitation = _token(admin, email="Ada@Example.com")
    with _registration(app, "invite"):
        refused(_register(app, "eve@example.com", invitation=invitation), "email")
        expect(201, _register(app, invitation=invitation))


def test_an_invitation_ends_after_a_week(
    app: Flask, admin: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    invitation = _token(admin)
    later = dt.datetime.now(dt.UTC) + dt.timedelta(days=7, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    with _registration(app, "invite"):
        problem(403, _register(app, invitation=invitation))


def test_a_refused_registration_leaves_the_invitation(app: Flask, admin: Api) -> None:
    invitation = _token(admin)
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


def test_what_is_no_address_is_refused_on_the_server(app: Flask, admin: Api) -> None:
    said = app.test_cli_runner().invoke(args=["users", "invite", "ada"])
    assert said.exit_code == 2
    assert "Not a valid email address." in said.output
    assert _listed(admin) == []


def test_an_address_invited_on_the_server_gets_a_mail(
    app: Flask, admin: Api, inbox: Inbox, work: Work
) -> None:
    said = app.test_cli_runner().invoke(args=["users", "invite", "ada@example.com"])
    work()
    [mail] = inbox.mails
    assert link_in(mail) == said.output.strip()
    assert _listed(admin)[0]["created_by"] is None


def test_where_it_is_open_an_invitation_counts_as_used_and_a_bad_one_does_not_matter(
    app: Flask, admin: Api
) -> None:
    made = _invite(admin, email="ada@example.com")
    expect(201, _register(app, "eve@example.com", invitation=made["token"]))
    assert _listed(admin) == [made]
    expect(201, _register(app, "ada@example.com", invitation=made["token"]))
    assert _listed(admin)[0]["state"] == "used"
    expect(201, _register(app, "zoe@example.com", invitation=made["token"]))


# More about invitations


def test_invitations_are_listed_the_newest_first(admin: Api) -> None:
    first = _invite(admin)
    second = _invite(admin, email="Ada@Example.com", expires_at=_in(days=30))
    assert _listed(admin) == [second, first]
    assert (first["email"], first["uses"], first["max_uses"]) == (None, 0, 1)
    assert (second["email"], second["state"]) == ("ada@example.com", "waiting")
    assert second["created_by"] == admin.person.email
    page = admin.read(INVITATIONS, per_page=1, page=2)
    assert (page["items"], page["total"], page["pages"]) == ([first], 2, 2)
    assert admin.read(f"{INVITATIONS}/{first['id']}") == first


def test_the_link_of_one_that_lets_nobody_in_is_not_shown(app: Flask, admin: Api) -> None:
    made = _invite(admin)
    with _registration(app, "invite"):
        expect(201, _register(app, invitation=made["token"]))
    [used] = _listed(admin)
    assert (used["state"], used["uses"]) == ("used", 1)
    assert used["url"] is used["token"] is None


@pytest.mark.parametrize(("most", "let_in"), [(2, 2), (None, 3)])
def test_an_invitation_for_several(app: Flask, admin: Api, most: int | None, let_in: int) -> None:
    invitation = _token(admin, max_uses=most)
    with _registration(app, "invite"):
        answers = [
            _register(app, f"p{number}@example.com", invitation=invitation).status_code
            for number in range(3)
        ]
    assert answers == [201] * let_in + [403] * (3 - let_in)


def test_until_when_it_is_good_can_be_said(
    app: Flask, admin: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = _invite(admin, expires_at=_in(hours=3))
    later = dt.datetime.now(dt.UTC) + dt.timedelta(hours=3, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    with _registration(app, "invite"):
        refusal = problem(403, _register(app, invitation=made["token"]))
    assert "expired" in refusal["detail"]
    with app.app_context():
        assert session.scalars(select(Invitation)).one().state == "expired"


def test_one_that_was_taken_back_lets_nobody_in(app: Flask, admin: Api) -> None:
    made = _invite(admin)
    path = f"{INVITATIONS}/{made['id']}"
    assert admin.delete(path).status_code == 204
    assert admin.read(path)["state"] == "revoked"
    with _registration(app, "invite"):
        refusal = problem(403, _register(app, invitation=made["token"]))
    assert "taken back" in refusal["detail"]
    problem(409, admin.delete(path))


def test_one_that_was_used_cannot_be_taken_back(app: Flask, admin: Api) -> None:
    made = _invite(admin)
    with _registration(app, "invite"):
        expect(201, _register(app, invitation=made["token"]))
    problem(409, admin.delete(f"{INVITATIONS}/{made['id']}"))


def test_of_two_who_use_the_same_link_at_once_one_comes_in(app: Flask, admin: Api) -> None:
    invitation = _token(admin)
    answers: list[int] = []
    both_ready = threading.Barrier(2)

    def come(email: str) -> None:
        both_ready.wait()
        answers.append(_register(app, email, invitation=invitation).status_code)

    people = [threading.Thread(target=come, args=(f"p{n}@example.com",)) for n in range(2)]
    with _registration(app, "invite"):
        for person in people:
            person.start()
        for person in people:
            person.join()
    assert sorted(answers) in ([201, 403], [201, 409])
    [used] = _listed(admin)
    assert (used["state"], used["uses"]) == ("used", 1)
    with app.app_context():
        assert len(session.scalars(select(User)).all()) == 2


def test_a_link_is_good_for_the_row_it_was_made_for(app: Flask, admin: Api) -> None:
    """A database out of a backup gives the same ids out again."""
    made = _invite(admin)
    with app.app_context(), unit_of_work():
        later = clock.now() + dt.timedelta(seconds=2)
        session.execute(update(Invitation).values(created_at=later))
    with _registration(app, "invite"):
        problem(403, _register(app, invitation=made["token"]))


def test_an_invitation_into_a_ledger_is_none_of_the_administrators(app: Flask, admin: Api) -> None:
    with app.app_context(), unit_of_work():
        into = invitations.record(ledger_id=admin.person.ledger_id, role="viewer")
    assert _listed(admin) == []
    problem(404, admin.delete(f"{INVITATIONS}/{into.id}"))


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("email", {"email": "ada"}),
        ("expires_at", {"expires_at": "2026-11-20"}),
        ("expires_at", {"expires_at": "2026-11-31T12:00:00Z"}),
        ("expires_at", {"expires_at": "2020-01-01T00:00:00Z"}),
        ("expires_at", {"expires_at": "9999-12-31T23:59:59-23:59"}),
        ("max_uses", {"max_uses": 0}),
        ("max_uses", {"max_uses": 1001}),
        ("max_uses", {"max_uses": 2, "email": "ada@example.com"}),
        ("role", {"role": "owner"}),
    ],
)
def test_faults_are_named(admin: Api, field: str, fields: dict[str, object]) -> None:
    refused(admin.post(INVITATIONS, fields), field)
    assert _listed(admin) == []


def test_a_repeated_key_invites_once_and_stores_no_link(app: Flask, admin: Api) -> None:
    answers = [
        admin.post(INVITATIONS, {"email": "x@example.com"}, headers={"Idempotency-Key": "one"})
        for _ in range(2)
    ]
    first, second = (expect(201, answer) for answer in answers)
    assert first == second == _listed(admin)[0]
    assert "Idempotency-Replayed" in answers[1].headers
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert len(_listed(admin)) == 1
    with app.app_context():
        [kept] = session.scalars(select(IdempotentRequest)).all()
        assert first["token"] not in kept.body


# Mail


def test_an_invitation_for_an_address_goes_there(admin: Api, inbox: Inbox, work: Work) -> None:
    made = _invite(admin, email="ada@example.com")
    _invite(admin)
    work()
    [mail] = inbox.mails
    assert (mail["To"], mail["Subject"]) == ("ada@example.com", "You are invited to Outlay")
    assert link_in(mail) == made["url"]
    ends = dt.datetime.fromisoformat(made["expires_at"])
    assert f"until {ends:%B} {ends.day}, {ends.year}" in text_of(mail)
    with admin.app.app_context():
        [stored] = session.scalars(select(Mail)).all()
        assert made["token"] not in str(stored.details)


def test_the_mail_is_in_the_language_of_whoever_invites(
    admin: Api, inbox: Inbox, work: Work
) -> None:
    with admin.app.app_context(), unit_of_work():
        session.execute(update(User).values(locale="de_AT"))
    _invite(admin, email="ada@example.com")
    work()
    assert inbox.mails[0]["Subject"] == "Sie sind zu Outlay eingeladen"


def test_the_mail_of_one_that_was_taken_back_does_not_leave(
    admin: Api, inbox: Inbox, work: Work
) -> None:
    made = _invite(admin, email="ada@example.com")
    admin.delete(f"{INVITATIONS}/{made['id']}")
    work()
    assert inbox.mails == []
    with admin.app.app_context():
        assert session.scalars(select(Mail)).all() == []


def test_everybody_else_finds_nothing_here(admin: Api, other: Api) -> None:
    made = _invite(admin)
    problem(404, other.post(INVITATIONS, {}))
    problem(404, other.get(INVITATIONS))
    problem(404, other.get(f"{INVITATIONS}/{made['id']}"))
    problem(404, other.delete(f"{INVITATIONS}/{made['id']}"))
    problem(404, other.get("/admin/mails/failed"))
    assert _listed(admin) == [made]


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
