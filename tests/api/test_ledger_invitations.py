"""Invitations into a ledger over the API: made, looked at, accepted, taken back."""

import datetime as dt
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from itertools import repeat
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.core import clock
from app.core.uow import unit_of_work
from app.models.base import session
from app.models.invitations import Invitation
from app.models.ledgers import Ledger
from app.models.mails import Mail
from app.models.users import User
from app.services import invitations as invitation_service
from config import Settings
from tests.factories.callers import Api, expect, problem, refused
from tests.factories.fixtures import Caller, Work
from tests.factories.mails import Inbox, text_of, token_in
from tests.factories.people import PASSWORD
from tests.factories.sharing import Shared, accept, kinds_of, share, verify


@pytest.fixture
def shared(caller: Caller) -> Shared:
    """A ledger with an owner, an editor and a viewer, and somebody who is in none of it."""
    return share(caller)


@contextmanager
def registration(app: Flask, mode: str) -> Iterator[None]:
    """Let an application take in whom ``mode`` says."""
    settings: Settings = app.extensions["settings"]
    app.extensions["settings"] = replace(settings, registration=mode)
    try:
        yield
    finally:
        app.extensions["settings"] = settings


def _change(app: Flask, made: dict[str, Any], **values: Any) -> None:
    with app.app_context(), unit_of_work():
        session.execute(update(Invitation).where(Invitation.id == made["id"]).values(**values))


def _mailed(app: Flask, made: dict[str, Any]) -> str:
    """The token that goes out by mail."""
    with app.app_context():
        return invitation_service.mailed_token_of(session.get_one(Invitation, made["id"]))


def _join(person: Api, token: str) -> Any:
    return person.post("/invitations/accept", {"token": token})


def _preview(person: Api, token: str) -> Any:
    return person.post("/invitations/preview", {"token": token})


# Making


def test_a_link_lets_one_person_in_for_a_week(shared: Shared) -> None:
    made = shared.invite("viewer")
    assert (made["role"], made["max_uses"], made["uses"]) == ("viewer", 1, 0)
    assert (made["state"], made["email"], made["member_id"]) == ("waiting", None, None)
    assert made["url"].endswith(f"/invitation?token={made['token']}")
    left = dt.datetime.fromisoformat(made["expires_at"]) - clock.now()
    assert dt.timedelta(days=6, hours=23) < left <= dt.timedelta(days=7)
    ledger = accept(shared.stranger, made)
    assert (ledger["id"], ledger["role"], ledger["name"]) == (int(shared.id), "viewer", "Home")
    assert str(shared.stranger.person.id) in str(shared.stranger.read(shared.members))
    assert shared.owner.read(f"{shared.invitations}/{made['id']}")["state"] == "used"


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, "role"),
        ({"role": "boss"}, "role"),
        ({"role": "viewer", "email": "nobody"}, "email"),
        ({"role": "viewer", "max_uses": 0}, "max_uses"),
        ({"role": "viewer", "email": "a@example.com", "max_uses": 2}, "max_uses"),
        ({"role": "viewer", "expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"role": "viewer", "expires_at": "2199-01-01T00:00:00Z"}, "expires_at"),
    ],
)
def test_what_makes_no_sense_is_refused(
    app: Flask, shared: Shared, fields: dict[str, Any], wrong: str
) -> None:
    verify(app, shared.owner)
    refused(shared.owner.post(shared.invitations, fields), wrong)


def test_it_lasts_at_most_ninety_days(shared: Shared) -> None:
    def until(days: int) -> dict[str, str]:
        return {"expires_at": (clock.now() + dt.timedelta(days=days)).isoformat()}

    shared.invite("viewer", **until(89))
    refused(shared.owner.post(shared.invitations, {"role": "viewer", **until(91)}), "expires_at")


def test_only_owners_see_and_make_invitations(shared: Shared) -> None:
    made = shared.invite()
    one = f"{shared.invitations}/{made['id']}"
    for method, path, body in (
        ("GET", shared.invitations, None),
        ("POST", shared.invitations, {"role": "viewer"}),
        ("GET", one, None),
        ("DELETE", one, None),
    ):
        for person in (shared.editor, shared.viewer):
            problem(403, person.request(method, path, body))
        problem(404, shared.stranger.request(method, path, body))
    assert shared.owner.read(one)["state"] == "waiting"


def test_an_invitation_is_found_in_its_own_ledger_only(shared: Shared) -> None:
    made = shared.invite()
    own = f"/ledgers/{shared.owner.person.ledger_id}/invitations/{made['id']}"
    problem(404, shared.owner.get(own))
    problem(404, shared.owner.delete(own))


def test_a_repeated_key_makes_one_and_stores_no_link(shared: Shared) -> None:
    headers = {"Idempotency-Key": "k"}
    body = {"role": "viewer"}
    first = shared.owner.post(shared.invitations, body, headers=headers)
    second = shared.owner.post(shared.invitations, body, headers=headers)
    assert expect(201, first) == expect(201, second)
    assert first.get_json()["token"]
    assert shared.owner.read(shared.invitations)["total"] == 3


def test_invitations_are_listed_newest_first(shared: Shared) -> None:
    made = shared.invite("owner")
    page = shared.owner.read(shared.invitations)
    assert [one["role"] for one in page["items"]] == ["owner", "viewer", "editor"]
    assert page["items"][0] == made
    assert page["items"][1]["token"] is None


def test_so_many_wait_and_no_more(shared: Shared, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.controllers.invitations.MOST_WAITING", 2)
    shared.invite()
    shared.invite()
    problem(409, shared.owner.post(shared.invitations, {"role": "viewer"}))


def test_a_ledger_has_so_many_members_and_no_more(
    shared: Shared, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = shared.invite()
    monkeypatch.setattr("app.services.members.MOST", 3)
    problem(409, _join(shared.stranger, made["token"]))
    problem(409, shared.owner.post(shared.members, {"name": "x"}))
    assert shared.owner.read(f"{shared.invitations}/{made['id']}")["uses"] == 0


# Looking


def test_whoever_has_the_link_sees_what_it_offers(app: Flask, shared: Shared) -> None:
    made = shared.invite("editor")
    anonymous = Api(app, shared.stranger.person)
    anonymous.token = None
    offer = expect(200, _preview(anonymous, made["token"]))
    assert offer == {
        "ledger_id": int(shared.id),
        "ledger_name": "Home",
        "role": "editor",
        "invited_by": shared.owner.person.email,
        "email": None,
        "placeholder": None,
        "expires_at": made["expires_at"],
    }
    problem(401, anonymous.post("/invitations/accept", {"token": made["token"]}))


@pytest.mark.parametrize("token", ["x", "WzEsMV0.AAAA", "é", "a" * 300])
def test_what_is_no_token_is_no_invitation(shared: Shared, token: str) -> None:
    for answer in (_preview(shared.stranger, token), _join(shared.stranger, token)):
        assert "not good" in problem(403, answer)["detail"]


def test_the_ending_says_why(app: Flask, shared: Shared) -> None:
    past = clock.now() - dt.timedelta(minutes=1)
    for values, words in (
        ({"expires_at": past}, "has expired"),
        ({"uses": 1}, "was used already"),
        ({"revoked_at": past}, "was taken back"),
        ({"created_by_id": None}, "is gone"),
    ):
        made = shared.invite()
        _change(app, made, **values)
        for answer in (
            _preview(shared.stranger, made["token"]),
            _join(shared.stranger, made["token"]),
        ):
            assert words in problem(403, answer)["detail"]
    problem(404, shared.stranger.get(shared.members))


def test_there_is_no_way_into_a_deleted_ledger(app: Flask, shared: Shared) -> None:
    made = shared.invite()
    with app.app_context(), unit_of_work():
        session.execute(
            update(Ledger).where(Ledger.id == int(shared.id)).values(deleted_at=clock.now())
        )
    assert "not good" in problem(403, _join(shared.stranger, made["token"]))["detail"]


# Accepting


def test_accepting_twice_is_fine_and_uses_nothing(shared: Shared) -> None:
    made = shared.invite("viewer", max_uses=2)
    assert accept(shared.stranger, made) == accept(shared.stranger, made)
    assert shared.owner.read(f"{shared.invitations}/{made['id']}")["uses"] == 1


def test_a_member_keeps_their_role(shared: Shared) -> None:
    made = shared.invite("owner")
    assert accept(shared.viewer, made)["role"] == "viewer"
    assert accept(shared.owner, made)["role"] == "owner"
    assert shared.owner.read(f"{shared.invitations}/{made['id']}")["uses"] == 0


def test_a_link_for_many_lets_in_as_many_as_it_says(shared: Shared, caller: Caller) -> None:
    made = shared.invite("viewer", max_uses=2)
    for _ in range(2):
        accept(caller(), made)
    problem(403, _join(caller(), made["token"]))
    endless = shared.invite("viewer", max_uses=None)
    for _ in range(3):
        accept(caller(), endless)


def test_of_two_at_once_one_gets_in(shared: Shared, caller: Caller) -> None:
    for _ in range(3):
        token, people = shared.invite()["token"], [caller() for _ in range(4)]
        with ThreadPoolExecutor(len(people)) as pool:
            answers = sorted(one.status_code for one in pool.map(_join, people, repeat(token)))
        assert answers[0] == 200
        assert set(answers[1:]) <= {403, 409}
        joined = [one for one in people if one.get(shared.members).status_code == 200]
        assert len(joined) == 1


def test_an_address_is_invited_by_mail_in_its_language(
    app: Flask, shared: Shared, work: Work, inbox: Inbox
) -> None:
    problem(409, shared.owner.post(shared.invitations, {"role": "viewer", "email": "a@b.de"}))
    verify(app, shared.owner)
    email = shared.stranger.person.email
    with app.app_context(), unit_of_work():
        session.execute(update(User).where(User.email == email).values(locale="de_DE"))
    made = shared.invite("editor", email=email.upper())
    assert made["email"] == email
    work()
    [mail] = [one for one in inbox.mails if one["To"] == email]
    assert mail["Subject"] == f"{shared.owner.person.email} lädt Sie zu Home ein"
    assert "Als Bearbeiter" in text_of(mail)
    token = token_in(mail)
    assert token != made["token"]
    # The link in the mail proves the address, which was not proved before.
    assert accept(shared.stranger, {"token": token})["role"] == "editor"
    with app.app_context():
        assert session.scalars(select(User).where(User.email == email)).one().is_verified


def test_an_invitation_for_an_address_is_for_nobody_else(app: Flask, shared: Shared) -> None:
    verify(app, shared.owner)
    email = shared.stranger.person.email
    made = shared.invite("viewer", email=email)
    other = shared.invite("viewer", email="other@example.com")
    for token in (other["token"], _mailed(app, other)):
        words = problem(403, _join(shared.stranger, token))["detail"]
        assert words.startswith("This invitation is for other@example.com.")
    # The link that the owner copied proves nothing.
    assert "Prove first" in problem(403, _join(shared.stranger, made["token"]))["detail"]
    verify(app, shared.stranger)
    accept(shared.stranger, made)


def test_a_mail_for_an_invitation_taken_back_does_not_leave(
    app: Flask, shared: Shared, work: Work, inbox: Inbox
) -> None:
    verify(app, shared.owner)
    made = shared.invite("viewer", email="late@example.com")
    assert shared.owner.delete(f"{shared.invitations}/{made['id']}").status_code == 204
    work()
    assert inbox.mails == []
    with app.app_context():
        assert session.scalars(select(Mail)).all() == []


# Placeholders


def test_whoever_accepts_becomes_the_placeholder(app: Flask, shared: Shared) -> None:
    grandma = shared.owner.add(shared.members, name="Grandma")
    made = shared.invite("editor", member_id=grandma["id"])
    second = shared.invite("editor", member_id=grandma["id"])
    assert expect(200, _preview(shared.stranger, made["token"]))["placeholder"] == "Grandma"
    accept(shared.stranger, made)
    member = shared.owner.read(f"{shared.members}/{grandma['id']}")
    assert (member["user_id"], member["role"]) == (shared.stranger.person.id, "editor")
    assert member["name"] == member["email"] == shared.stranger.person.email
    assert shared.owner.read(f"{shared.invitations}/{second['id']}")["state"] == "revoked"
    refused(
        shared.owner.post(shared.invitations, {"role": "viewer", "member_id": grandma["id"]}),
        "member_id",
    )
    assert kinds_of(app, shared.id)[-2:] == ["invitation.accepted", "member.claimed"]


def test_a_placeholder_is_claimed_by_one_person(shared: Shared) -> None:
    grandma = shared.owner.add(shared.members, name="Grandma")["id"]
    body = {"role": "viewer", "member_id": grandma, "max_uses": 2}
    refused(shared.owner.post(shared.invitations, body), "max_uses")
    problem(404, shared.owner.post(shared.invitations, body | {"member_id": 999999}))
    made = shared.invite("viewer", member_id=grandma)
    assert shared.owner.delete(f"{shared.members}/{grandma}").status_code == 204
    problem(403, _join(shared.stranger, made["token"]))


# What ends an invitation


def test_taken_back_it_is_dead_at_once(app: Flask, shared: Shared) -> None:
    made = shared.invite()
    one = f"{shared.invitations}/{made['id']}"
    assert shared.owner.delete(one).status_code == 204
    problem(409, shared.owner.delete(one))
    problem(403, _join(shared.stranger, made["token"]))
    assert kinds_of(app, shared.id)[-1] == "invitation.revoked"


def test_who_is_removed_does_not_come_back_by_a_link(app: Flask, shared: Shared) -> None:
    verify(app, shared.owner)
    link = shared.invite("viewer", max_uses=None)
    theirs = shared.invite("viewer", email=shared.editor.person.email)
    others = shared.invite("viewer", email="other@example.com")
    path = f"{shared.members}/{shared.member(shared.editor)}"
    assert shared.owner.delete(path).status_code == 204
    verify(app, shared.editor)
    for made in (link, theirs):
        problem(403, _join(shared.editor, made["token"]))
    assert shared.owner.read(f"{shared.invitations}/{others['id']}")["state"] == "waiting"


@pytest.mark.parametrize("end", ["leave", "demote", "hand over"])
def test_invitations_end_with_their_makers_ownership(shared: Shared, end: str) -> None:
    editor = shared.member(shared.editor)
    made = shared.invite("owner")
    if end == "hand over":
        expect(200, shared.owner.post(shared.hand_over, {"member_id": editor}))
    else:
        expect(200, shared.owner.patch(f"{shared.members}/{editor}", {"role": "owner"}))
        own = f"{shared.members}/{shared.member(shared.owner)}"
        if end == "leave":
            assert shared.owner.delete(own).status_code == 204
        else:
            expect(200, shared.editor.patch(own, {"role": "viewer"}))
    problem(403, _join(shared.stranger, made["token"]))


# Registering with one


def _register(person: Api, token: str, email: str) -> Any:
    body = {"email": email, "password": PASSWORD, "invitation": token}
    return person.post("/auth/register", body)


def test_where_only_the_invited_register_an_owner_can_invite(app: Flask, shared: Shared) -> None:
    made = shared.invite("viewer")
    with registration(app, "invite"):
        expect(201, _register(shared.stranger, made["token"], "new@example.com"))
        # It let one person in, and so it lets nobody else register.
        problem(403, _register(shared.stranger, made["token"], "second@example.com"))
    emails = [one["email"] for one in shared.owner.read(shared.members)["items"]]
    assert "new@example.com" in emails


def test_registering_by_the_link_in_a_mail_proves_the_address(app: Flask, shared: Shared) -> None:
    verify(app, shared.owner)
    made = shared.invite("viewer", email="new@example.com")
    with registration(app, "invite"):
        problem(403, _register(shared.stranger, made["token"], "new@example.com"))
        mailed = _mailed(app, made)
        refused(_register(shared.stranger, mailed, "else@example.com"), "email")
        expect(201, _register(shared.stranger, mailed, "new@example.com"))
    with app.app_context():
        user = session.scalars(select(User).where(User.email == "new@example.com")).one()
        assert user.is_verified


def test_where_anybody_registers_an_unproved_address_stays_outside(
    app: Flask, shared: Shared
) -> None:
    verify(app, shared.owner)
    made = shared.invite("viewer", email="new@example.com")
    expect(201, _register(shared.stranger, made["token"], "new@example.com"))
    assert len(shared.owner.read(shared.members)["items"]) == 3
    expect(201, _register(shared.stranger, shared.invite()["token"], "free@example.com"))
    assert len(shared.owner.read(shared.members)["items"]) == 4


def test_where_nobody_registers_an_invitation_changes_nothing(app: Flask, shared: Shared) -> None:
    made = shared.invite("viewer")
    with registration(app, "closed"):
        problem(403, _register(shared.stranger, made["token"], "new@example.com"))
