"""E-mail addresses: proved by a link, changed by a link to the new one."""

import datetime as dt

import pytest
from sqlalchemy import select, update

from app.core import clock
from app.core.uow import unit_of_work
from app.models.base import session
from app.models.mails import Mail
from app.models.users import User
from config import Settings
from tests.factories.callers import Api, expect, problem, refused
from tests.factories.fixtures import Work
from tests.factories.mails import Inbox, link_in, text_of, token_in
from tests.factories.people import PASSWORD


def _user(api: Api) -> User:
    with api.app.app_context():
        return session.scalars(select(User).where(User.id == api.person.id)).one()


def _prove(api: Api) -> None:
    with api.app.app_context(), unit_of_work():
        session.execute(update(User).values(email_verified_at=clock.now()))


def _change(api: Api, email: str = "new@example.com", password: str = PASSWORD) -> int:
    return api.put("/user/email", {"email": email, "password": password}).status_code


def _token(work: Work, inbox: Inbox) -> str:
    work()
    return token_in(inbox.mails[-1])


# Proving


def test_registering_sends_a_link_that_proves_the_address(
    api: Api, work: Work, inbox: Inbox, settings: Settings
) -> None:
    api.token = None
    credentials = {"email": "ada@example.com", "password": PASSWORD}
    expect(201, api.post("/auth/register", {**credentials, "timezone": "Asia/Tokyo"}))
    token = _token(work, inbox)
    [mail] = inbox.mails
    assert mail["To"] == "ada@example.com"
    assert link_in(mail).startswith(f"{settings.base_url}/verify-email?token=")
    api.token = expect(200, api.post("/auth/login", credentials))["access_token"]
    assert api.read("/user/profile")["verified"] is False
    assert api.post("/auth/verify-email", {"token": token}).status_code == 204
    assert api.read("/user/profile")["verified"] is True


def test_who_is_not_proved_can_use_everything(api: Api) -> None:
    api.spend("1.00")
    assert _user(api).email_verified_at is None


def test_a_link_can_be_sent_again_until_it_was_followed(api: Api, work: Work, inbox: Inbox) -> None:
    assert api.post("/auth/verify-email/resend").status_code == 202
    token = _token(work, inbox)
    assert api.post("/auth/verify-email", {"token": token}).status_code == 204
    refused(api.post("/auth/verify-email", {"token": token}), "token")
    problem(409, api.post("/auth/verify-email/resend"))


def test_a_link_is_good_for_seven_days(
    api: Api, work: Work, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.post("/auth/verify-email/resend")
    token = _token(work, inbox)
    later = dt.datetime.now(dt.UTC) + dt.timedelta(days=7, minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    refused(api.post("/auth/verify-email", {"token": token}), "token")


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "..", None, 7, {"a": 1}])
def test_garbage_proves_nothing(api: Api, token: object) -> None:
    refused(api.post("/auth/verify-email", {"token": token}), "token")
    refused(api.post("/auth/confirm-address", {"token": token}), "token")


def test_a_tampered_link_proves_nothing(api: Api, work: Work, inbox: Inbox) -> None:
    api.post("/auth/verify-email/resend")
    token = _token(work, inbox)
    flipped = ("A" if token[0] != "A" else "B") + token[1:]
    refused(api.post("/auth/verify-email", {"token": flipped}), "token")


# Changing


def test_a_new_address_counts_once_its_link_was_followed(
    api: Api, work: Work, inbox: Inbox, settings: Settings
) -> None:
    _prove(api)
    old = api.person.email
    assert _change(api) == 202
    token = _token(work, inbox)
    assert inbox.mails[0]["To"] == "new@example.com"
    assert link_in(inbox.mails[0]).startswith(f"{settings.base_url}/confirm-address?token=")
    assert (_user(api).email, _user(api).pending_email) == (old, "new@example.com")
    assert api.post("/auth/confirm-address", {"token": token}).status_code == 204
    assert (_user(api).email, _user(api).pending_email) == ("new@example.com", None)
    work()
    told = inbox.mails[-1]
    assert (told["To"], told["Subject"]) == (old, "Your address was changed")
    assert "new@example.com" in text_of(told)
    refused(api.post("/auth/confirm-address", {"token": token}), "token")


def test_changing_asks_for_the_password(api: Api, work: Work, inbox: Inbox) -> None:
    refused(api.put("/user/email", {"email": "new@example.com", "password": "wrong"}), "password")
    work()
    assert inbox.mails == []
    assert _user(api).pending_email is None


def test_an_address_that_nobody_proved_is_not_told(api: Api, work: Work, inbox: Inbox) -> None:
    _change(api)
    api.post("/auth/confirm-address", {"token": _token(work, inbox)})
    work()
    assert len(inbox.mails) == 1
    assert _user(api).is_verified


def test_the_newest_change_is_the_one_that_counts(api: Api, work: Work, inbox: Inbox) -> None:
    _change(api, "first@example.com")
    first = _token(work, inbox)
    _change(api, "second@example.com")
    second = _token(work, inbox)
    refused(api.post("/auth/confirm-address", {"token": first}), "token")
    assert api.post("/auth/confirm-address", {"token": second}).status_code == 204


def test_a_changed_password_ends_a_change_that_waits(api: Api, work: Work, inbox: Inbox) -> None:
    _change(api)
    token = _token(work, inbox)
    body = {"current_password": PASSWORD, "password": "another staple horse battery"}
    assert api.put("/user/password", body).status_code == 204
    refused(api.post("/auth/confirm-address", {"token": token}), "token")


def test_an_address_of_somebody_else_is_taken(
    api: Api, other: Api, work: Work, inbox: Inbox
) -> None:
    assert _change(api, other.person.email.upper()) == 409
    assert _change(api, api.person.email) == 422
    # Taken between the mail and the click:
    assert _change(api) == 202
    token = _token(work, inbox)
    with api.app.app_context(), unit_of_work():
        theirs = update(User).where(User.id == other.person.id)
        session.execute(theirs.values(email="new@example.com"))
    problem(409, api.post("/auth/confirm-address", {"token": token}))
    assert _user(api).email == api.person.email


@pytest.mark.parametrize(
    "email",
    [
        "ad\u0430@example.com", "ada@ex\u0430mple.com", "ａｄａ@example.com", "ada@a.com, e@x.zz",
        "ada@example.com\r\nBcc: x@y.zz", '"ada"@@example.com', "ada@[127.0.0.1", "ada", "", None,
        7, "a" * 250 + "@example.com",
    ],
)  # fmt: skip
def test_tricks_are_no_address(api: Api, email: object) -> None:
    refused(api.put("/user/email", {"email": email, "password": PASSWORD}), "email")


def test_a_mail_whose_link_would_be_dead_does_not_leave(api: Api, work: Work, inbox: Inbox) -> None:
    _change(api, "first@example.com")
    _change(api, "second@example.com")
    work()
    assert [mail["To"] for mail in inbox.mails] == ["second@example.com"]
    with api.app.app_context():
        statuses = session.scalars(select(Mail.status)).all()
    assert statuses == ["sent"]
