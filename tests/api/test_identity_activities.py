"""What concerns an account is written down: who came in, who tried, and what was changed."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from app.models.activities import Activity
from app.models.base import session
from app.services import activities
from tests.factories.callers import Api, Body, expect, problem
from tests.factories.codes import code_of, turn_on
from tests.factories.fixtures import Work
from tests.factories.mails import Inbox, token_in
from tests.factories.people import PASSWORD

NEW = "another staple horse battery"
AGENT = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0"}


def _log(api: Api, **query: str) -> list[Body]:
    return api.rows("/user/activity", **query)


def _kinds(api: Api) -> list[str]:
    return [line["kind"] for line in _log(api)]


def _all_kinds(app: Flask) -> list[str]:
    with app.app_context():
        return list(session.scalars(select(Activity.kind).order_by(Activity.id)))


def _login(api: Api, password: str = PASSWORD, **more: str) -> int:
    body = {"email": api.person.email, "password": password, **more}
    return api.post("/auth/login", body, headers=AGENT).status_code


def test_signing_in_and_failing_to_says_from_where(api: Api) -> None:
    assert _login(api, "wrong") == 401
    assert _login(api) == 200
    came, failed = _log(api)
    assert (came["kind"], came["by"], came["actor_id"]) == (
        "user.signed_in", "person", api.person.id,
    )  # fmt: skip
    assert came["details"] == {"way": "api", "strength": "password"}
    assert (failed["kind"], failed["by"], failed["user_id"]) == (
        "user.sign_in_failed", "stranger", api.person.id,
    )  # fmt: skip
    for line in (came, failed):
        assert (line["address"], line["device"]) == ("127.0.0.1", "Firefox on Linux")


def test_who_is_not_known_leaves_nothing(api: Api) -> None:
    body = {"email": "nobody@example.com", "password": PASSWORD}
    problem(401, api.post("/auth/login", body))
    assert _all_kinds(api.app) == []


def test_failing_costs_the_same_whether_there_is_an_account_or_not(api: Api) -> None:
    done: list[str] = []
    unknown = {"email": "nobody@example.com", "password": PASSWORD}
    with api.app.app_context():
        engine = session.get_bind()

    def note(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        done.append(statement.split(maxsplit=1)[0])

    event.listen(engine, "before_cursor_execute", note)
    try:
        assert _login(api, "wrong") == 401
        known, done = done, []
        problem(401, api.post("/auth/login", unknown, headers=AGENT))
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert (known.count("INSERT"), known.count("UPDATE")) == (1, 0)
    assert [verb for verb in done if verb != "DELETE"] == known


def test_failures_are_bounded(api: Api) -> None:
    for _ in range(activities.MOST_FAILURES + 3):
        assert _login(api, "wrong") == 401  # no limit slows anybody down in this test
    assert _kinds(api) == ["user.sign_in_failed"] * activities.MOST_FAILURES


def test_registering_signing_out_and_devices(api: Api) -> None:
    body = {"email": "new@example.com", "password": PASSWORD}
    expect(201, api.post("/auth/register", body, headers=AGENT))
    assert _all_kinds(api.app) == ["user.registered"]
    assert _login(api) == 200
    assert _login(api) == 200
    first = next(one for one in api.read("/auth/sessions")["items"] if not one["current"])
    assert api.delete(f"/auth/sessions/{first['id']}").status_code == 204
    problem(404, api.delete(f"/auth/sessions/{first['id']}"))
    assert api.delete("/auth/sessions?others=1").status_code == 204
    assert _kinds(api)[:2] == ["sign_in.others_revoked", "sign_in.revoked"]
    assert _log(api, kind="sign_in.revoked")[0]["details"] == {"device": "Firefox, Linux"}
    assert api.post("/auth/logout").status_code == 204
    assert _all_kinds(api.app)[-1] == "user.signed_out"


def test_a_token_is_known_by_its_name_and_never_by_its_text(api: Api) -> None:
    made = api.add("/user/tokens", name="Backup", scopes=["read"], expires_in_days=30)
    assert api.delete(f"/user/tokens/{made['id']}").status_code == 204
    revoked, created = _log(api)
    assert (created["kind"], revoked["kind"]) == ("token.created", "token.revoked")
    assert created["after"] == {"name": "Backup", "scopes": ["read"]}
    assert revoked["before"] == {"name": "Backup"}
    assert made["token"] not in str([created, revoked])


def test_the_second_factor(api: Api) -> None:
    secret, recovery = turn_on(api)
    assert _login(api, otp="000000") == 401
    assert _login(api, otp=code_of(secret)) == 200
    assert _login(api, otp=recovery[0]) == 200
    expect(201, api.post("/user/otp/recovery-codes", {"password": PASSWORD}))
    assert api.delete("/user/otp", body={"password": PASSWORD}).status_code == 204
    assert _kinds(api) == [
        "second_factor.disabled", "second_factor.recovery_codes_renewed",
        "user.signed_in", "second_factor.recovery_code_used",
        "user.signed_in", "user.sign_in_failed", "second_factor.enabled",
    ]  # fmt: skip
    said = str(_log(api))
    assert secret not in said
    assert recovery[0] not in said


def test_passwords_and_addresses(api: Api, work: Work, inbox: Inbox) -> None:
    def mailed() -> str:
        work()
        return token_in(inbox.mails[-1])

    steps: list[tuple[str, str, Callable[[], Body]]] = [
        ("POST", "/auth/verify-email/resend", dict),
        ("POST", "/auth/verify-email", lambda: {"token": mailed()}),
        ("PUT", "/user/password", lambda: {"current_password": PASSWORD, "password": NEW}),
        ("PUT", "/user/email", lambda: {"email": "other@example.com", "password": NEW}),
        ("POST", "/auth/confirm-address", lambda: {"token": mailed()}),
        ("POST", "/auth/password-reset", lambda: {"email": "other@example.com"}),
    ]
    for method, path, body in steps:
        assert api.request(method, path, body()).status_code < 300, path
    changed = _log(api, kind="user.email_changed")[0]
    assert changed["before"] == {"email": api.person.email}
    assert changed["after"] == {"email": "other@example.com"}
    reset = {"token": mailed(), "password": PASSWORD}
    assert api.post("/auth/password-reset/confirm", reset).status_code < 300
    assert _all_kinds(api.app) == [
        "user.email_verified", "user.password_changed", "user.email_change_requested",
        "user.email_changed", "user.password_reset",
    ]  # fmt: skip


@pytest.mark.parametrize("wrong", ["password", "token"])
def test_what_is_refused_leaves_nothing(api: Api, wrong: str) -> None:
    if wrong == "password":
        body = {"current_password": "wrong", "password": NEW}
        problem(422, api.put("/user/password", body))
    else:
        problem(422, api.post("/auth/verify-email", {"token": "wrong"}))
    assert _all_kinds(api.app) == []
