"""Passwords: which are refused, changing one, and the way back when it is forgotten."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from sqlalchemy import event, select, update

from app.core import clock
from app.core.uow import unit_of_work
from app.models.base import db, session
from app.models.mails import Mail
from app.models.users import User
from app.services import passwords, users
from config import Settings
from tests.factories.callers import Api, Body, expect, problem, refused
from tests.factories.fixtures import Caller, Work
from tests.factories.mails import Inbox, link_in, text_of, token_in
from tests.factories.people import PASSWORD

NEW = "another staple horse battery"


@pytest.fixture
def ada(api: Api) -> Api:
    """Somebody whose address is proved."""
    _change(api, email_verified_at=dt.datetime.now(dt.UTC))
    return api


def _change(api: Api, **values: Any) -> None:
    with api.app.app_context(), unit_of_work():
        session.execute(update(User).where(User.id == api.person.id).values(**values))


def _login(api: Api, password: str) -> int:
    body = {"email": api.person.email, "password": password}
    return api.post("/auth/login", body).status_code


def _ask(api: Api, email: str = "") -> None:
    answer = api.post("/auth/password-reset", {"email": email or api.person.email})
    assert (answer.status_code, answer.data) == (202, b"")


def _reset_token(api: Api, work: Work, inbox: Inbox) -> str:
    """Ask for a reset, and return the token that comes by mail."""
    _ask(api)
    work()
    return token_in(inbox.mails[-1])


def _confirm(api: Api, token: str, password: str = NEW) -> Any:
    return api.post("/auth/password-reset/confirm", {"token": token, "password": password})


# Which passwords will do


@pytest.mark.parametrize(
    "password",
    [
        "password", "12345678", "qwertyuiop", "letmein1", "aaaaaaaaaaaa", "Password1", "iloveyou",
        "ada.lovelace", "adalovelace1", "p4ssw0rd",
    ],
)  # fmt: skip
def test_what_is_easily_guessed_is_refused_with_a_reason(api: Api, password: str) -> None:
    api.token = None
    details = {"email": "ada.lovelace@example.com", "first_name": "Ada", "last_name": "Lovelace"}
    answer = refused(api.post("/auth/register", {**details, "password": password}), "password")
    assert "Take a longer one" in answer["errors"]["password"][0]


@pytest.mark.parametrize(
    "password",
    [
        "zxqwvtyu", "x" * 60 + "correct horse", "пароль из семи слов", "  spaces  count  ",
        "🐎🔋📎🐴🦄🥁🎻🪗", "correct horse battery " * 5 + "staple and more ok",
        "a\tb\nc\x00d\x7fe fgh",
    ],
)  # fmt: skip
def test_any_character_and_any_length_up_to_128_will_do(api: Api, password: str) -> None:
    api.token = None
    body = {"email": "ada@example.com", "password": password}
    expect(201, api.post("/auth/register", body))
    assert api.post("/auth/login", body).status_code == 200


@pytest.mark.parametrize("other", [
    "Correct horse battery staple X", "correct horse battery staple x", "x" * 128,
    " Correct horse battery staple X1", "Correct horse battery staple X1 ",
    "Correct horse battery staple X1\x00", "Correct  horse battery staple X1",
])  # fmt: skip
def test_a_password_is_verified_exactly_as_it_was_typed(api: Api, other: str) -> None:
    api.token = None
    body = {"email": "ada@example.com", "password": "Correct horse battery staple X1"}
    expect(201, api.post("/auth/register", body))
    problem(401, api.post("/auth/login", {**body, "password": other}))
    assert api.post("/auth/login", body).status_code == 200


def test_words_about_one_person_are_forgotten_for_the_next() -> None:
    with pytest.raises(Exception, match="cannot be accepted"):
        passwords.check("zyxomma1", "zyxomma@example.com")
    passwords.check("zyxomma1", "somebody@example.com")


def test_a_password_of_a_megabyte_is_refused_at_once(api: Api) -> None:
    api.token = None
    body = {"email": "ada@example.com", "password": "x" * 1_000_000}
    assert api.post("/auth/register", body).status_code in {413, 422}
    assert api.post("/auth/login", body).status_code in {413, 422}


# Changing it


def test_changing_it_ends_every_other_sign_in_and_is_told_by_mail(
    ada: Api, work: Work, inbox: Inbox
) -> None:
    credentials = {"email": ada.person.email, "password": PASSWORD}
    other = expect(200, ada.post("/auth/login", credentials))["access_token"]
    answer = ada.put("/user/password", {"current_password": PASSWORD, "password": NEW})
    assert answer.status_code == 204
    ada.read("/accounts")
    assert (_login(ada, PASSWORD), _login(ada, NEW)) == (401, 200)
    ada.token = other
    assert ada.get("/accounts").status_code == 401
    work()
    [mail] = inbox.mails
    assert (mail["To"], mail["Subject"]) == (ada.person.email, "Your password was changed")
    assert "/forgot-password" in text_of(mail)


def test_changing_it_asks_for_the_one_there_is(ada: Api) -> None:
    body = {"current_password": "wrong", "password": NEW}
    refused(ada.put("/user/password", body), "current_password")
    assert _login(ada, PASSWORD) == 200


@pytest.mark.parametrize("password", ["short", "password", "x" * 129, None, 12345678])
def test_changing_it_to_what_will_not_do(ada: Api, password: object) -> None:
    body = {"current_password": PASSWORD, "password": password}
    refused(ada.put("/user/password", body), "password")
    assert _login(ada, PASSWORD) == 200


# Forgotten


def test_a_link_sets_a_new_one_and_ends_every_sign_in(
    ada: Api, work: Work, inbox: Inbox, settings: Settings
) -> None:
    token = _reset_token(ada, work, inbox)
    assert link_in(inbox.mails[0]).startswith(f"{settings.base_url}/reset-password?token=")
    assert _confirm(ada, token).status_code == 204
    assert ada.get("/accounts").status_code == 401
    assert (_login(ada, PASSWORD), _login(ada, NEW)) == (401, 200)
    work()
    assert [mail["Subject"] for mail in inbox.mails][1:] == ["Your password was changed"]


def test_a_poisoned_host_does_not_get_into_the_link(
    ada: Api, work: Work, inbox: Inbox, settings: Settings
) -> None:
    headers = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    ada.post("/auth/password-reset", {"email": ada.person.email}, headers=headers)
    _ask(ada)
    work()
    assert inbox.mails
    for mail in inbox.mails:
        assert "evil.example" not in mail.as_string()


def _token(api: Api) -> str:
    """Make a personal API token; returns its text."""
    return str(api.add("/user/tokens", name="Backup", scopes=["read"])["token"])


def _works(api: Api, token: str) -> bool:
    api.token = token
    return api.get("/accounts").status_code == 200


def test_a_reset_ends_personal_tokens_and_the_mail_says_so(
    ada: Api, other: Api, work: Work, inbox: Inbox
) -> None:
    ended, kept = [_token(ada), _token(ada)], _token(other)
    _confirm(ada, _reset_token(ada, work, inbox))
    assert [_works(ada, one) for one in ended] == [False, False]
    assert _works(other, kept)
    work()
    assert "Your API tokens are deleted: 2." in text_of(inbox.mails[-1])


def test_a_reset_can_leave_personal_tokens_alive(ada: Api, work: Work, inbox: Inbox) -> None:
    kept = _token(ada)
    token = _reset_token(ada, work, inbox)
    body = {"token": token, "password": NEW, "revoke_tokens": False}
    assert ada.post("/auth/password-reset/confirm", body).status_code == 204
    assert _works(ada, kept)
    work()
    assert "API tokens" not in text_of(inbox.mails[-1])


def test_a_change_of_password_leaves_personal_tokens_alive(ada: Api) -> None:
    kept = _token(ada)
    ada.put("/user/password", {"current_password": PASSWORD, "password": NEW})
    assert _works(ada, kept)


def test_a_link_works_once(ada: Api, work: Work, inbox: Inbox) -> None:
    token = _reset_token(ada, work, inbox)
    _confirm(ada, token)
    refused(_confirm(ada, token, "yet another long one"), "token")
    assert _login(ada, NEW) == 200


def test_of_two_who_use_a_link_at_once_one_sets_a_password(
    ada: Api, work: Work, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = _reset_token(ada, work, inbox)
    both_hashed = Barrier(2)
    hash_password = users.hash_password

    def hash_together(password: str) -> str:
        hashed = hash_password(password)
        with suppress(BrokenBarrierError):  # the other one may wait for the person's row
            both_hashed.wait(2)
        return hashed

    monkeypatch.setattr(users, "hash_password", hash_together)
    typed = [f"{NEW} {number}" for number in range(2)]
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda one: _confirm(ada, token, one).status_code, typed))
    assert sorted(found) == [204, 422]
    assert _login(ada, typed[found.index(204)]) == 200
    assert _login(ada, typed[found.index(422)]) == 401


def test_a_link_dies_after_sixty_minutes(
    ada: Api, work: Work, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = _reset_token(ada, work, inbox)
    now = dt.datetime.now(dt.UTC)
    monkeypatch.setattr(clock, "now", lambda: now + dt.timedelta(minutes=61))
    refused(_confirm(ada, token), "token")
    monkeypatch.setattr(clock, "now", lambda: now + dt.timedelta(minutes=59))
    assert _confirm(ada, token).status_code == 204


def test_a_link_dies_with_a_newer_one(ada: Api, work: Work, inbox: Inbox) -> None:
    old = _reset_token(ada, work, inbox)
    new = _reset_token(ada, work, inbox)
    refused(_confirm(ada, old), "token")
    assert _confirm(ada, new).status_code == 204


def test_a_link_dies_with_a_changed_password(ada: Api, work: Work, inbox: Inbox) -> None:
    token = _reset_token(ada, work, inbox)
    ada.put("/user/password", {"current_password": PASSWORD, "password": NEW})
    refused(_confirm(ada, token, "yet another long one"), "token")


def test_a_link_dies_with_a_changed_address(ada: Api, work: Work, inbox: Inbox) -> None:
    token = _reset_token(ada, work, inbox)
    ada.put("/user/email", {"email": "new@example.com", "password": PASSWORD})
    work()
    ada.post("/auth/confirm-address", {"token": token_in(inbox.mails[-1])})
    refused(_confirm(ada, token), "token")


def test_a_weak_password_does_not_use_the_link_up(ada: Api, work: Work, inbox: Inbox) -> None:
    token = _reset_token(ada, work, inbox)
    refused(_confirm(ada, token, "password"), "password")
    assert _confirm(ada, token).status_code == 204


def test_somebody_disabled_sets_none(ada: Api, work: Work, inbox: Inbox) -> None:
    token = _reset_token(ada, work, inbox)
    _change(ada, is_active=False)
    refused(_confirm(ada, token), "token")


def test_a_link_for_something_else_sets_none(api: Api, work: Work, inbox: Inbox) -> None:
    api.post("/auth/verify-email/resend")
    work()
    refused(_confirm(api, token_in(inbox.mails[0])), "token")


@pytest.mark.parametrize(
    "token", ["", "x", "a.b.c", "\u00e9", "W10.x.y", "A" * 1000, "A" * 1001, None, 7]
)
def test_garbage_is_no_link(ada: Api, token: object) -> None:
    answer = ada.post("/auth/password-reset/confirm", {"token": token, "password": NEW})
    refused(answer, "token")


def test_a_link_signed_with_an_old_key_is_good_while_that_is_kept(
    ada: Api, work: Work, inbox: Inbox, settings: Settings
) -> None:
    from app.core import signing

    token = _reset_token(ada, work, inbox)
    try:
        signing.configure(["a new key that is long enough for this"])
        refused(_confirm(ada, token), "token")
        signing.configure(["a new key that is long enough for this", settings.secret_key])
        assert _confirm(ada, token).status_code == 204
    finally:
        signing.configure([settings.secret_key])


# What a stranger can learn


def test_nobody_unknown_or_unproved_or_disabled_gets_a_mail(
    caller: Caller, work: Work, inbox: Inbox
) -> None:
    unproved, disabled = caller(), caller()
    _change(disabled, is_active=False, email_verified_at=dt.datetime.now(dt.UTC))
    for email in ("nobody@example.com", unproved.person.email, disabled.person.email):
        _ask(unproved, email)
    work()
    assert inbox.mails == []
    with unproved.app.app_context():
        assert session.scalars(select(Mail)).all() == []


def test_the_work_is_the_same_for_every_address(ada: Api, caller: Caller) -> None:
    """Statements are counted, not seconds: what is the same takes the same time."""
    unproved = caller()
    addresses = (ada.person.email, unproved.person.email, "nobody@example.com")
    done = [_statements(ada, email) for email in addresses]
    assert done[0] == done[1] == done[2]
    assert any("INSERT INTO mails" in statement for statement in done[0])
    assert not any("users" in statement for statement in done[0])


def _statements(api: Api, email: str) -> list[str]:
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    with api.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        _ask(api, email)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return sent


def test_the_mail_goes_to_the_address_as_it_is_stored(ada: Api, work: Work, inbox: Inbox) -> None:
    _ask(ada, ada.person.email.upper())
    work()
    assert [mail["To"] for mail in inbox.mails] == [ada.person.email]


@pytest.mark.parametrize("email", ["", "nobody", None, 7, "ａ@example.com", "ad\u0430@example.com"])
def test_what_is_no_address_is_said_to_be_none(ada: Api, email: object) -> None:
    refused(ada.post("/auth/password-reset", {"email": email}), "email")


def test_look_alikes_are_one_address() -> None:
    assert users.normalize_email(" ＡＤＡ@Example.COM ") == "ada@example.com"
    assert users.normalize_email("\u212aim@example.com") == "kim@example.com"
    assert users.normalize_email("ad\u0430@example.com") != "ada@example.com"


def test_a_personal_matter_needs_somebody(api: Api) -> None:
    api.token = None
    problem(401, api.put("/user/password", {"current_password": PASSWORD, "password": NEW}))


def test_nothing_else_can_be_slipped_in(ada: Api) -> None:
    body: Body = {"current_password": PASSWORD, "password": NEW, "role": "admin", "id": 1}
    refused(ada.put("/user/password", body), "role", "id")
