"""Mails on their way out: to a real server, to one that hangs or refuses, and to files."""

import datetime as dt
import threading
import time
from dataclasses import replace

import pytest
from flask import Flask
from redis import Redis
from sqlalchemy import select, update

from app import smtp
from app.controllers import mail_work
from app.core import clock, queue
from app.core.uow import unit_of_work
from app.jobs import mails as jobs
from app.models.base import session
from app.models.mails import Mail
from app.models.users import User
from app.services import mails
from config import Settings
from tests.conftest import StartWorker
from tests.factories.callers import Api
from tests.factories.fixtures import Work
from tests.factories.mails import (
    Inbox,
    hanging_server,
    html_of,
    link_in,
    mail_server,
    sending_to,
    text_of,
    written,
)


@pytest.fixture
def _ours(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs called here run in the test's app."""
    monkeypatch.setattr("app.jobs.context.current_app", lambda: app)


def _post(api: Api, kind: str = "verify_email", **changes: object) -> int:
    """Store a mail to the caller; returns its id."""
    with api.app.app_context(), unit_of_work() as unit:
        user = session.get_one(User, api.person.id)
        for name, value in changes.items():
            setattr(user, name, value)
        mail = mails.post(unit, kind, recipient=user.email, user=user)
        assert mail is not None
        return mail.id


def _stored(api: Api, mail_id: int) -> Mail:
    with api.app.app_context():
        return session.scalars(select(Mail).where(Mail.id == mail_id)).one()


def _make_due(api: Api) -> None:
    with api.app.app_context(), unit_of_work():
        session.execute(update(Mail).values(due_at=clock.now()))


def test_a_mail_leaves_as_text_and_html_with_links_from_the_settings(
    api: Api, work: Work, inbox: Inbox, settings: Settings
) -> None:
    mail_id = _post(api)
    work()
    [mail] = inbox.mails
    assert mail["To"] == api.person.email
    assert mail["Subject"] == "Is this your address?"
    assert mail["From"] == settings.mail_from
    assert mail["Auto-Submitted"] == "auto-generated"
    assert link_in(mail).startswith(f"{settings.base_url}/verify-email?token=")
    assert api.person.email in text_of(mail)
    stored = _stored(api, mail_id)
    assert (stored.status, stored.attempts, stored.reason) == ("sent", 1, None)
    assert stored.sent_at is not None


@pytest.mark.usefixtures("_ours")
def test_a_sent_mail_is_not_sent_again(api: Api, work: Work, inbox: Inbox) -> None:
    mail_id = _post(api)
    work()
    _make_due(api)
    jobs.send(mail_id)
    assert len(inbox.mails) == 1


@pytest.mark.usefixtures("_ours")
def test_two_jobs_at_once_send_one_mail(api: Api, inbox: Inbox) -> None:
    mail_id = _post(api)
    both = [threading.Thread(target=jobs.send, args=(mail_id,)) for _ in range(4)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert len(inbox.mails) == 1
    assert _stored(api, mail_id).status == "sent"


def test_dates_are_written_where_and_how_the_reader_lives(
    api: Api, work: Work, inbox: Inbox
) -> None:
    now = dt.datetime.now(dt.UTC)
    mail_id = _post(
        api, "password_changed", email_verified_at=now, timezone="Asia/Tokyo", locale="en_US"
    )
    with api.app.app_context(), unit_of_work():
        instant = dt.datetime(2026, 3, 4, 20, 30, tzinfo=dt.UTC)
        session.execute(update(Mail).where(Mail.id == mail_id).values(created_at=instant))
    work()
    said = text_of(inbox.mails[0]).replace("\u202f", " ")
    assert "March 5, 2026" in said
    assert "5:30" in said


def test_what_people_typed_is_no_html(api: Api, work: Work, inbox: Inbox) -> None:
    now = dt.datetime.now(dt.UTC)
    mail_id = _post(api, "address_changed", email_verified_at=now)
    with api.app.app_context(), unit_of_work():
        details = {"new": '"<b>x</b>"@example.com'}
        session.execute(update(Mail).where(Mail.id == mail_id).values(details=details))
    work()
    assert "<b>x</b>" in text_of(inbox.mails[0])
    assert "&lt;b&gt;x&lt;/b&gt;" in html_of(inbox.mails[0])


def test_nothing_but_the_link_goes_to_an_address_that_nobody_proved(app: Flask, api: Api) -> None:
    with app.app_context(), unit_of_work() as unit:
        user = session.get_one(User, api.person.id)
        assert mails.post(unit, "password_changed", recipient=user.email, user=user) is None
    with app.app_context():
        assert session.scalars(select(Mail)).all() == []


# What goes wrong


def test_a_server_that_hangs_leaves_the_mail_waiting_with_the_reason(
    app: Flask, api: Api, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "TIMEOUT", 0.5)
    with hanging_server() as url, sending_to(app, url):
        mail_id = _post(api)
        started = time.monotonic()
        work()
        assert time.monotonic() - started < 10
    stored = _stored(api, mail_id)
    assert (stored.status, stored.attempts) == ("waiting", 1)
    assert "timed out" in str(stored.reason)
    assert stored.due_at > clock.now() + dt.timedelta(seconds=30)


def test_a_mail_that_waited_leaves_when_the_server_is_back(
    app: Flask, api: Api, work: Work
) -> None:
    inbox = Inbox(refusal="451 Not now")
    with mail_server(inbox) as url, sending_to(app, url):
        mail_id = _post(api)
        work()
        waiting = _stored(api, mail_id)
        assert (waiting.status, waiting.reason) == ("waiting", "The mail server said: 451 Not now")
        with app.app_context():
            assert mail_work.send_due() == 0
        inbox.refusal = None
        _make_due(api)
        with app.app_context():
            assert mail_work.send_due() == 1
        work()
    assert (_stored(api, mail_id).status, len(inbox.mails)) == ("sent", 1)


def test_every_try_has_the_same_message_id(api: Api, work: Work, inbox: Inbox) -> None:
    mail_id = _post(api)
    work()
    with api.app.app_context(), unit_of_work():
        session.execute(update(Mail).values(status="waiting", due_at=clock.now()))
    with api.app.app_context():
        mail_work.send_due()
    work()
    first, second = (mail["Message-ID"] for mail in inbox.mails)
    assert first == second
    assert first.startswith(f"<{mail_id}.")


def test_a_refusal_for_good_is_not_tried_again(api: Api, work: Work, inbox: Inbox) -> None:
    inbox.refusal = "550 No such person"
    mail_id = _post(api)
    work()
    _make_due(api)
    with api.app.app_context():
        assert mail_work.send_due() == 0
    stored = _stored(api, mail_id)
    assert (stored.status, inbox.refused) == ("failed", 1)
    assert stored.reason == "The mail server said: 550 No such person"


@pytest.mark.usefixtures("_ours")
def test_after_eight_tries_a_mail_has_failed(api: Api, inbox: Inbox) -> None:
    inbox.refusal = "451 Not now"
    mail_id = _post(api)
    waits = []
    for _ in range(8):
        assert _stored(api, mail_id).status == "waiting"
        _make_due(api)
        before = clock.now()
        jobs.send(mail_id)
        waits.append((_stored(api, mail_id).due_at - before) / dt.timedelta(minutes=1))
    assert [round(minutes) for minutes in waits] == [1, 3, 9, 27, 81, 243, 729, 2187]
    stored = _stored(api, mail_id)
    assert (stored.status, stored.reason) == ("failed", "The mail server said: 451 Not now")


def test_a_mail_of_an_unknown_kind_waits_with_its_reason(api: Api, work: Work) -> None:
    mail_id = _post(api, "nonsense", email_verified_at=dt.datetime.now(dt.UTC))
    work()
    stored = _stored(api, mail_id)
    assert stored.status == "waiting"
    assert "mail/nonsense.txt" in str(stored.reason)


def test_no_mail_is_lost_when_redis_is_away_or_emptied(
    app: Flask, api: Api, work: Work, inbox: Inbox, redis: Redis, settings: Settings
) -> None:
    queue.configure("redis://127.0.0.1:1/0")
    try:
        first = _post(api)
    finally:
        queue.configure(settings.redis_url)
    second = _post(api)
    redis.flushdb()
    work()
    assert inbox.mails == []
    with app.app_context():
        assert mail_work.send_due() == 2
        assert mail_work.send_due() == 2  # what waits already is not queued twice
    assert len(queue.queue()) == 2
    work()
    assert len(inbox.mails) == 2
    assert {_stored(api, one).status for one in (first, second)} == {"sent"}


@pytest.mark.usefixtures("inbox")
def test_what_left_is_forgotten_after_a_month(app: Flask, api: Api, work: Work) -> None:
    old, new = _post(api), _post(api)
    work()
    with app.app_context(), unit_of_work():
        long_ago = clock.now() - dt.timedelta(days=31)
        session.execute(update(Mail).where(Mail.id == old).values(sent_at=long_ago))
    waiting = _post(api)
    with app.app_context():
        mail_work.forget_sent()
        assert session.scalars(select(Mail.id).order_by(Mail.id)).all() == [new, waiting]


def test_the_sweep_comes_round_by_the_clock() -> None:
    from app.jobs.scheduler import SCHEDULE

    assert any(task is mail_work.send_due and every <= 60 for every, task in SCHEDULE)


# Without a server, and with a real worker


def test_without_a_server_mails_go_to_files_that_nobody_else_reads(
    api: Api, work: Work, settings: Settings
) -> None:
    mail_id = _post(api)
    work()
    mine = [mail for mail in written(settings) if mail["To"] == api.person.email]
    assert [mail["Subject"] for mail in mine] == ["Is this your address?"]
    [path] = (settings.data_dir / "mail").glob(f"{mail_id:08}-*.eml")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_real_worker_sends_to_a_real_server(api: Api, start_worker: StartWorker) -> None:
    inbox = Inbox()
    with mail_server(inbox) as url:
        start_worker(mail_url=url)
        mail_id = _post(api)
        deadline = time.monotonic() + 30
        while _stored(api, mail_id).status != "sent":
            assert time.monotonic() < deadline, _stored(api, mail_id).reason
            time.sleep(0.1)
    assert [mail["To"] for mail in inbox.mails] == [api.person.email]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://localhost", ("localhost", 25, False, False, None, None)),
        ("smtp+starttls://a%40b:p%2Fw@m.example", ("m.example", 587, False, True, "a@b", "p/w")),
        ("smtps://mail.example:4650", ("mail.example", 4650, True, False, None, None)),
    ],
)  # fmt: skip
def test_the_address_of_a_server_says_all(
    app: Flask, url: str, expected: tuple[object, ...]
) -> None:
    names = ("SERVER", "PORT", "USE_SSL", "USE_TLS", "USERNAME", "PASSWORD")
    with sending_to(app, url):
        assert tuple(app.config[f"MAIL_{name}"] for name in names) == expected
    assert "MAIL_SERVER" not in app.config


def test_passwords_of_the_server_are_not_shown(settings: Settings) -> None:
    assert "hunter2" not in repr(replace(settings, mail_url="smtp://me:hunter2@mail.example"))
