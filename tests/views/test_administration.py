"""Pages of administration: what administrators see and do there, and that nobody else does."""

import re
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from app.core import clock, queue
from app.core.uow import unit_of_work
from app.models.base import session
from app.models.mails import Mail
from app.models.users import User
from tests.factories.administrators import change
from tests.factories.fixtures import Work
from tests.factories.mails import Inbox, sending_to
from tests.views.conftest import Visit
from tests.views.visitors import PASSWORD, Visitor, error_of, value_of, words

PAGES = (
    "/admin", "/admin/users", "/admin/invitations", "/admin/settings", "/admin/jobs",
    "/admin/mails", "/admin/health", "/admin/activity",
)  # fmt: skip
LOOPBACK = {"REMOTE_ADDR": "127.0.0.1"}
ELSEWHERE = {"REMOTE_ADDR": "203.0.113.9"}


@pytest.fixture
def boss(mia: Visitor) -> Visitor:
    """The first person here, who administers."""
    return mia


@pytest.fixture
def user(boss: Visitor, visit: Visit) -> Visitor:
    """Somebody who does not."""
    return visit("en-US")


def _id(app: Flask, visitor: Visitor) -> int:
    with app.app_context():
        return session.scalars(select(User.id).where(User.email == visitor.email)).one()


# Who sees it


def test_every_page_is_there_for_administrators_and_for_nobody_else(
    boss: Visitor, user: Visitor, stranger: Visitor
) -> None:
    for path in PAGES:
        shown = boss.get(path)
        assert shown.status_code == 200, path
        current = re.findall(r'href="(/admin[^"]*)" aria-current="page"', shown.text)
        assert current == [path]
        missing = user.get(path)
        assert missing.status_code == 404
        assert "There is nothing here that you can see." in words(missing)
        assert stranger.get(path).status_code == 303
    assert 'href="/admin"' in boss.get("/").text
    assert 'href="/admin"' not in user.get("/").text


def test_nobody_else_does_anything_here(app: Flask, boss: Visitor, user: Visitor) -> None:
    his, hers = _id(app, boss), _id(app, user)
    for path in (
        f"/admin/users/{hers}/promote", f"/admin/users/{his}/disable",
        f"/admin/users/{his}/sign-out", "/admin/settings", "/admin/mails/test",
        "/admin/jobs/x/retry", "/admin/jobs/x/drop", "/admin/mails/1/retry",
    ):  # fmt: skip
        assert user.post(path, {"registration": "closed"}).status_code == 404, path
    for path in (f"/admin/users/{his}", f"/admin/users/{his}/disable", "/admin/jobs/x/drop"):
        assert user.get(path).status_code == 404, path
    assert boss.get("/admin").status_code == 200


@pytest.mark.parametrize("path", ["/admin/settings", "/admin/mails"])
def test_where_mails_go_is_said(app: Flask, boss: Visitor, path: str) -> None:
    with sending_to(app, None):
        said = words(boss.get(path))
        assert f"mails become files in {app.extensions['settings'].data_dir / 'mail'}" in said
    with sending_to(app, "smtp://127.0.0.1:2525"):
        assert "Mails leave by the server in OUTLAY_MAIL_URL." in words(boss.get(path))


# People


def test_people_are_found_and_their_page_says_no_word_of_their_books(
    app: Flask, boss: Visitor, user: Visitor
) -> None:
    user.add("12.34", description="Secret shop")
    found = boss.get(f"/admin/users?q={user.email}&state=active")
    assert user.email in words(found)
    assert "One account matches." in words(found)
    page = boss.get(f"/admin/users/{_id(app, user)}")
    assert "Ledgers 1" in words(page)
    assert "Secret" not in page.text
    assert "12.34" not in page.text
    assert "Nobody matches" in words(boss.get("/admin/users?q=nobody-at-all"))
    assert boss.get("/admin/users?role=king").status_code == 422
    assert "Nobody on this page" in words(boss.get("/admin/users?page=7"))


def test_pages_of_people_keep_the_filters(app: Flask, boss: Visitor, visit: Visit) -> None:
    for _ in range(2):
        visit()
    first = boss.get("/admin/users?per_page=2&sort=-registered&state=active")
    [following] = re.findall(r'rel="next" href="([^"]+)"', first.text)
    assert "state=active" in following
    assert "sort=-registered" in following
    assert boss.get(following.replace("&amp;", "&")).status_code == 200


def test_disabling_asks_once_and_counts_at_once(app: Flask, boss: Visitor, user: Visitor) -> None:
    path = f"/admin/users/{_id(app, user)}"
    asked = boss.get(f"{path}/disable")
    assert "signed out at once" in words(asked)
    assert user.get("/accounts").status_code == 200
    assert boss.post(f"{path}/disable", {"confirm": "true"}).location == path
    assert "The account is disabled." in words(boss.get(path))
    assert user.get("/accounts").status_code == 303
    assert user.sign_in().status_code == 401
    boss.post(f"{path}/enable")
    assert user.sign_in().status_code == 303


def test_a_new_administrator_sees_it_at_once_and_a_former_one_no_more(
    app: Flask, boss: Visitor, user: Visitor
) -> None:
    path = f"/admin/users/{_id(app, user)}"
    assert "sees nobody’s books" in words(boss.get(f"{path}/promote"))
    boss.post(f"{path}/promote")
    assert user.get("/admin").status_code == 200
    boss.post(f"{path}/demote")
    assert user.get("/admin").status_code == 404


def test_the_last_administrator_is_told_why_not(app: Flask, boss: Visitor) -> None:
    path = f"/admin/users/{_id(app, boss)}"
    assert "This is your own account" in words(boss.get(f"{path}/demote"))
    boss.post(f"{path}/demote", {"confirm": "true"})
    assert "This is the only administrator." in words(boss.get("/admin"))


def test_nobody_shuts_out_themselves_without_being_asked(
    app: Flask, boss: Visitor, user: Visitor
) -> None:
    boss.post(f"/admin/users/{_id(app, user)}/promote")
    path = f"/admin/users/{_id(app, boss)}"
    boss.post(f"{path}/demote")
    assert boss.get("/admin").status_code == 200
    boss.post(f"{path}/demote", {"confirm": "true"})
    assert boss.get("/admin").status_code == 404


def test_a_link_to_a_new_password_and_signing_out(
    app: Flask, boss: Visitor, user: Visitor, inbox: Inbox, work: Work
) -> None:
    path = f"/admin/users/{_id(app, user)}"
    assert "the address is not proved" in words(boss.get(path))
    change(app, _id(app, user), email_verified_at=clock.now())
    boss.post(f"{path}/reset")
    assert "on its way" in words(boss.get(path))
    work()
    assert [mail["To"] for mail in inbox.mails][-1] == user.email
    assert "cannot be undone" in words(boss.get(f"{path}/sign-out"))
    boss.post(f"{path}/sign-out", {"confirm": "true"})
    assert user.get("/accounts").status_code == 303
    assert user.sign_in().status_code == 303


def test_erasing_says_what_goes_and_asks_for_the_password(
    app: Flask, boss: Visitor, user: Visitor, work: Work
) -> None:
    path = f"/admin/users/{_id(app, user)}"
    assert "cannot be undone" in words(boss.get(f"{path}/erase"))
    wrong = boss.post(f"{path}/erase", {"password": "wrong"})
    assert error_of(wrong, "password") == "This is not your password."
    assert boss.post(f"{path}/erase", {"password": PASSWORD}).location == "/admin/users"
    assert user.get("/accounts").status_code == 303
    work()
    assert boss.get(path).status_code == 404
    assert f"{path}/erase" not in boss.get(path).text
    own = f"/admin/users/{_id(app, boss)}"
    assert "/erase" not in boss.get(own).text
    assert boss.get("/admin/users/999999/erase").status_code == 404


# Settings


def test_settings_count_for_whoever_registers_next(
    app: Flask, boss: Visitor, stranger: Visitor
) -> None:
    assert "Not set here" in words(boss.get("/admin/settings"))
    fields = {"registration": "", "currency": "CHF", "timezone": "", "locale": "de_CH"}
    assert boss.post("/admin/settings", fields).status_code == 303
    assert value_of(boss.get("/admin/settings"), "currency") == "CHF"
    assert value_of(stranger.get("/register"), "currency") == "CHF"
    given = {"email": stranger.email, "password": PASSWORD, "currency": "USD", "timezone": "UTC"}
    assert stranger.post("/register", given).status_code == 303
    with app.app_context():
        made = session.scalars(select(User).where(User.email == stranger.email)).one()
        assert (made.currency, made.timezone, made.locale) == ("USD", "UTC", "de_CH")
    boss.post("/admin/settings", {**fields, "registration": "closed"})
    other = Visitor(app, "en-US")
    assert "Nobody can register here" in words(other.get("/register"))
    assert "Nobody can register now" in words(boss.get("/admin/invitations"))
    boss.post("/admin/settings", dict.fromkeys(fields, ""))
    assert 'name="password"' in other.get("/register").text
    wrong = boss.post("/admin/settings", {**fields, "timezone": "Mars/Base"})
    assert wrong.status_code == 422
    assert "Not a time zone" in str(error_of(wrong, "timezone"))


# Jobs, mails, health


def test_jobs_are_dropped_after_a_question(boss: Visitor, user: Visitor) -> None:
    queue.connection().flushdb()
    assert "Nothing waits" in words(boss.get("/admin/jobs"))
    queue.enqueue("app.jobs.mails.send", 7, name="mail-7-0")
    assert "Send mail 7" in words(boss.get("/admin/jobs"))
    assert "hands it out again" in words(boss.get("/admin/jobs/mail-7-0/drop"))
    boss.post("/admin/jobs/mail-7-0/retry")
    assert "did not fail" in words(boss.get("/admin/jobs"))
    boss.post("/admin/jobs/mail-7-0/drop")
    assert "Send mail 7" not in words(boss.get("/admin/jobs"))
    assert boss.get("/admin/jobs/mail-7-0/drop").status_code == 404


def test_pages_stand_while_redis_is_away(app: Flask, boss: Visitor) -> None:
    queue.configure("redis://127.0.0.1:1/0")
    try:
        assert "The queue is away" in words(boss.get("/admin/jobs"))
        assert "Redis does not answer" in words(boss.get("/admin"))
        assert "Redis does not answer" in words(boss.get("/admin/health"))
    finally:
        queue.configure(app.extensions["settings"].redis_url)


def test_mails_that_failed_are_tried_again(boss: Visitor, app: Flask) -> None:
    with app.app_context(), unit_of_work() as unit:
        failed = Mail(
            kind="verify_email", recipient="x@example.com", status="failed", attempts=8,
            reason="550 No such user",
        )  # fmt: skip
        unit.session.add(failed)
        unit.session.flush()
        mail_id = failed.id
    assert "One mail could not be sent." in words(boss.get("/admin"))
    shown = words(boss.get("/admin/mails"))
    assert "Link that proves an address" in shown
    assert "550 No such user" in shown
    boss.post(f"/admin/mails/{mail_id}/retry")
    assert "No mail failed" in words(boss.get("/admin/mails"))


def test_a_mail_to_try_says_in_words_what_came_of_it(boss: Visitor, inbox: Inbox) -> None:
    assert value_of(boss.get("/admin/mails"), "recipient") == boss.email
    sent = boss.post("/admin/mails/test", {"recipient": "x@example.com"})
    assert "The server took the mail to x@example.com and said: 250 Taken" in words(sent)
    inbox.refusal = "550 Go away"
    sent = boss.post("/admin/mails/test", {"recipient": "x@example.com"})
    assert "did not leave: 550 Go away" in words(sent)
    wrong = boss.post("/admin/mails/test", {"recipient": "nobody"})
    assert wrong.status_code == 422


def test_without_a_server_the_page_says_where_the_mail_lies(boss: Visitor) -> None:
    sent = words(boss.post("/admin/mails/test", {"recipient": "x@example.com"}))
    assert re.search(r"is the file \S+/mail/test-\d+\.eml", sent)


def test_the_log_says_who_changed_what(app: Flask, boss: Visitor, user: Visitor) -> None:
    user.add("12.34", description="Secret shop")
    boss.post(f"/admin/users/{_id(app, user)}/promote")
    page = boss.get("/admin/activity?kind=user")
    assert f"changed what {user.email} may do here" in words(page)
    assert "Secret" not in page.text
    assert "Nothing matches" in words(boss.get("/admin/activity?kind=token"))
    assert boss.get("/admin/activity?date_from=x").status_code == 422


# /health/detailed


def test_how_the_parts_are_is_told_to_administrators_and_this_machine_only(
    boss: Visitor, user: Visitor, stranger: Visitor
) -> None:
    path = "/health/detailed"
    for visitor, status in ((boss, 200), (user, 404), (stranger, 404)):
        assert visitor.client.get(path, environ_overrides=ELSEWHERE).status_code == status
    local = stranger.client.get(path, environ_overrides=LOOPBACK)
    assert local.status_code == 200
    body = local.get_json()
    assert body["status"] == "degraded"
    assert set(body["checks"]) == {"database", "redis", "queue", "mail", "storage", "files"}
    assert set(body["checks"]["database"]) == {"state", "milliseconds"}
    for header in ("X-Forwarded-For", "Forwarded", "X-Real-IP"):
        through = stranger.client.get(path, environ_overrides=LOOPBACK, headers={header: "x"})
        assert through.status_code == 404


def test_health_is_told_without_a_database(app: Flask, stranger: Visitor) -> None:
    settings = app.extensions["settings"]
    app.extensions["settings"] = replace(settings, data_dir=settings.data_dir / "nowhere")
    try:
        told = stranger.client.get("/health/detailed", environ_overrides=LOOPBACK)
    finally:
        app.extensions["settings"] = settings
    assert told.status_code == 503
    assert told.get_json()["checks"]["storage"]["state"] == "away"
    assert told.get_json()["status"] == "down"
