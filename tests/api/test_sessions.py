"""Where somebody is signed in, what ends that, and refresh tokens that work once."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import jwt as pyjwt
import pytest
from flask import Flask
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from app.core import clock
from app.core.uow import unit_of_work
from app.models.base import db
from app.models.mails import Mail
from app.models.users import SignIn, User
from config import Settings
from tests.factories.callers import Api, Body, expect, problem, refused
from tests.factories.people import PASSWORD

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def _login(api: Api, user_agent: str = FIREFOX) -> Body:
    body = {"email": api.person.email, "password": PASSWORD}
    return expect(200, api.post("/auth/login", body, headers={"User-Agent": user_agent}))


def _with(api: Api, token: str, method: str = "GET", path: str = "/accounts") -> TestResponse:
    return api.request(method, path, headers={"Authorization": f"Bearer {token}"})


def _refresh(api: Api, token: str) -> TestResponse:
    return _with(api, token, "POST", "/auth/refresh")


def _change_sign_ins(app: Flask, api: Api, **values: object) -> None:
    with app.app_context(), unit_of_work() as work:
        work.session.execute(update(SignIn).where(SignIn.user_id == api.person.id).values(**values))


def _sign_ins(app: Flask, api: Api) -> list[SignIn]:
    with app.app_context():
        query = select(SignIn).where(SignIn.user_id == api.person.id).order_by(SignIn.id)
        return list(db.session.scalars(query))


# The list


def test_the_list_says_where_somebody_is_signed_in(api: Api, other: Api) -> None:
    _login(api)
    _login(other)
    new, own = api.read("/auth/sessions")["items"]
    assert set(new) == {
        "id", "kind", "name", "address", "created_at", "last_seen_at", "current"
    }  # fmt: skip
    assert (new["kind"], new["name"], new["address"]) == ("api", "Firefox on Linux", "127.0.0.1")
    assert (new["current"], own["current"]) == (False, True)
    assert new["last_seen_at"].endswith("Z")


def test_one_session_is_ended_at_once(api: Api) -> None:
    pair = _login(api)
    assert _with(api, pair["access_token"]).status_code == 200
    ended = api.read("/auth/sessions")["items"][0]["id"]
    assert api.delete(f"/auth/sessions/{ended}").status_code == 204
    problem(401, _with(api, pair["access_token"]))
    problem(401, _refresh(api, pair["refresh_token"]))
    assert [one["id"] for one in api.read("/auth/sessions")["items"]] != [ended]
    problem(404, api.delete(f"/auth/sessions/{ended}"))


def test_the_session_of_somebody_else_is_not_there(api: Api, other: Api) -> None:
    theirs = other.read("/auth/sessions")["items"][0]["id"]
    problem(404, api.delete(f"/auth/sessions/{theirs}"))
    other.read("/accounts")


def test_all_others_are_ended(api: Api, other: Api) -> None:
    pairs = [_login(api) for _ in range(2)]
    assert api.delete("/auth/sessions?others=1").status_code == 204
    for pair in pairs:
        problem(401, _with(api, pair["access_token"]))
    assert [one["current"] for one in api.read("/auth/sessions")["items"]] == [True]
    other.read("/accounts")


@pytest.mark.parametrize("query", ["", "?others=0", "?other=1"])
def test_nobody_ends_everything_by_a_typing_error(api: Api, query: str) -> None:
    pair = _login(api)
    assert api.delete(f"/auth/sessions{query}").status_code == 422
    assert _with(api, pair["access_token"]).status_code == 200
    refused(api.delete("/auth/sessions"), "others")


# What ends one by itself


def test_a_session_nobody_uses_ends(app: Flask, api: Api, settings: Settings) -> None:
    idle = dt.timedelta(days=settings.session_idle_days)
    almost = clock.now() - idle + dt.timedelta(minutes=1)
    _change_sign_ins(app, api, last_seen_at=almost)
    api.read("/accounts")
    _change_sign_ins(app, api, last_seen_at=clock.now() - idle)
    problem(401, api.get("/accounts"))
    problem(401, _refresh(api, api.person.refresh_token))
    api.token = _login(api)["access_token"]
    assert len(api.read("/auth/sessions")["items"]) == 1


def test_a_refresh_does_not_outlast_the_sign_in(app: Flask, api: Api) -> None:
    pair = expect(200, _refresh(api, api.person.refresh_token))
    _change_sign_ins(app, api, expires_at=clock.now())
    problem(401, _refresh(api, pair["refresh_token"]))
    problem(401, _with(api, pair["access_token"]))


def test_being_seen_is_written_seldom(app: Flask, api: Api) -> None:
    recent = clock.now() - dt.timedelta(minutes=4)
    _change_sign_ins(app, api, last_seen_at=recent)
    api.read("/accounts")
    assert _sign_ins(app, api)[0].last_seen_at == recent
    _change_sign_ins(app, api, last_seen_at=clock.now() - dt.timedelta(minutes=6))
    api.read("/accounts")
    seen = _sign_ins(app, api)[0].last_seen_at
    assert seen is not None
    assert clock.now() - seen < dt.timedelta(minutes=1)


def test_disabling_counts_on_the_next_request(app: Flask, api: Api) -> None:
    with app.app_context(), unit_of_work() as work:
        work.session.execute(update(User).where(User.id == api.person.id).values(is_active=False))
    problem(401, api.get("/accounts"))
    problem(401, _refresh(api, api.person.refresh_token))


# Refresh tokens work once


def test_a_refresh_token_is_used_up(app: Flask, api: Api) -> None:
    pair = expect(200, _refresh(api, api.person.refresh_token))
    pair = expect(200, _refresh(api, pair["refresh_token"]))
    assert _with(api, pair["access_token"]).status_code == 200
    assert _sign_ins(app, api)[0].refresh_number == 2


def test_an_answer_that_was_lost_can_be_asked_for_again(api: Api) -> None:
    lost = expect(200, _refresh(api, api.person.refresh_token))
    again = expect(200, _refresh(api, api.person.refresh_token))
    for pair in (lost, again):
        assert _with(api, pair["access_token"]).status_code == 200
    expect(200, _refresh(api, again["refresh_token"]))


def test_a_token_used_again_later_ends_the_family_and_its_owner_is_told(
    app: Flask, api: Api
) -> None:
    with app.app_context(), unit_of_work() as work:
        work.session.execute(
            update(User).where(User.id == api.person.id).values(email_verified_at=clock.now())
        )
    elsewhere = _login(api)
    pair = expect(200, _refresh(api, api.person.refresh_token))
    _change_sign_ins(app, api, refreshed_at=clock.now() - dt.timedelta(seconds=21))
    for _ in range(2):
        problem(401, _refresh(api, api.person.refresh_token))
    problem(401, _with(api, pair["access_token"]))
    problem(401, _refresh(api, pair["refresh_token"]))
    assert _with(api, elsewhere["access_token"]).status_code == 200
    with app.app_context():
        mails = db.session.scalars(select(Mail)).all()
    assert [(mail.kind, mail.recipient) for mail in mails] == [("tokens_reused", api.person.email)]


def test_a_token_two_steps_old_is_no_retry(api: Api) -> None:
    pair = expect(200, _refresh(api, api.person.refresh_token))
    pair = expect(200, _refresh(api, pair["refresh_token"]))
    problem(401, _refresh(api, api.person.refresh_token))
    problem(401, _with(api, pair["access_token"]))


def test_two_at_the_same_instant_leave_one_chain(app: Flask, api: Api) -> None:
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: _refresh(api, api.person.refresh_token), range(2)))
    pairs = [expect(200, answer) for answer in answers]
    numbers = [_claims(pair["refresh_token"])["number"] for pair in pairs]
    assert numbers == [1, 1]
    assert _sign_ins(app, api)[0].refresh_number == 1


@pytest.mark.parametrize("number", [None, "0", 0.0, True, -1, 5])
def test_a_refresh_token_without_a_good_number(
    api: Api, settings: Settings, number: object
) -> None:
    claims = _claims(api.person.refresh_token) | {"number": number}
    forged = pyjwt.encode(claims, settings.jwt_secret_key, "HS256")
    problem(401, _refresh(api, forged))


def _claims(token: str) -> Body:
    claims: Body = pyjwt.decode(token, options={"verify_signature": False})
    return claims
