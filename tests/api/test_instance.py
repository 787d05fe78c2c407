"""The instance: its settings, the way out for mails, its health, figures and log."""

import datetime as dt
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from rq import Worker
from rq.serializers import JSONSerializer
from sqlalchemy import event, select

from app import smtp
from app.core import clock, queue
from app.core.uow import unit_of_work
from app.models.activities import Activity
from app.models.base import db, session
from app.models.mails import Mail
from tests.factories.administrators import administrator
from tests.factories.callers import Api, Body, expect, problem, refused
from tests.factories.fixtures import Caller, Work
from tests.factories.mails import Inbox, hanging_server, parsed, sending_to, text_of
from tests.factories.people import PASSWORD

SETTINGS = "/admin/settings"


@pytest.fixture
def admin(api: Api) -> Api:
    """Somebody who runs the instance."""
    return administrator(api)


def _settings(answer: Body) -> dict[str, tuple[str, str, str]]:
    return {one["name"]: (one["value"], one["source"], one["default"]) for one in answer["items"]}


def _register(app: Flask, email: str, **fields: object) -> Any:
    body = {"email": email, "password": PASSWORD, **fields}
    return app.test_client(use_cookies=False).post("/api/auth/register", json=body)


# Settings


def test_a_setting_says_where_it_is_from_and_goes_back(admin: Api) -> None:
    untouched = _settings(admin.read(SETTINGS))
    assert untouched == {
        "registration": ("open", "environment", "open"),
        "currency": ("EUR", "environment", "EUR"),
        "timezone": ("UTC", "environment", "UTC"),
        "locale": ("en", "environment", "en"),
    }
    changes = {"registration": "closed", "currency": "chf", "locale": "de-CH"}
    changed = _settings(expect(200, admin.patch(SETTINGS, changes)))
    assert changed["registration"] == ("closed", "here", "open")
    assert changed["currency"] == ("CHF", "here", "EUR")
    assert changed["locale"] == ("de_CH", "here", "en")
    assert changed["timezone"] == untouched["timezone"]
    back = expect(200, admin.patch(SETTINGS, dict.fromkeys(changes)))
    assert _settings(back) == untouched


@pytest.mark.parametrize(
    "fault",
    [{"registration": "maybe"}, {"currency": "XXX"}, {"timezone": "Mars/Base"}, {"locale": "??"}],
)
def test_a_setting_that_means_nothing_is_refused(admin: Api, fault: Body) -> None:
    refused(admin.patch(SETTINGS, fault), *fault)


def test_registration_goes_by_what_is_set_here(admin: Api, app: Flask) -> None:
    expect(201, _register(app, "a@x.test"))
    expect(200, admin.patch(SETTINGS, {"registration": "closed"}))
    problem(403, _register(app, "b@x.test"))
    expect(200, admin.patch(SETTINGS, {"registration": None}))
    expect(201, _register(app, "b@x.test"))


def test_somebody_new_begins_with_what_is_set_here(admin: Api, app: Flask) -> None:
    plain = expect(201, _register(app, "a@x.test"))["user"]
    assert (plain["currency"], plain["timezone"], plain["locale"]) == ("EUR", "UTC", "en")
    new = {"currency": "CHF", "timezone": "Europe/Zurich", "locale": "de_CH"}
    expect(200, admin.patch(SETTINGS, new))
    made = expect(201, _register(app, "b@x.test"))["user"]
    assert {name: made[name] for name in new} == new
    chosen = expect(201, _register(app, "c@x.test", currency="USD"))["user"]
    assert (chosen["currency"], chosen["timezone"]) == ("USD", "Europe/Zurich")


def test_a_change_is_noted_with_what_was_before(admin: Api, app: Flask) -> None:
    expect(200, admin.patch(SETTINGS, {"registration": "invite"}))
    expect(200, admin.patch(SETTINGS, {"registration": "invite"}))
    with app.app_context():
        [line] = session.scalars(select(Activity).where(Activity.kind == "settings.changed"))
        assert (line.before, line.after) == ({"registration": None}, {"registration": "invite"})


def test_settings_are_read_only_by_requests_that_need_them(admin: Api, app: Flask) -> None:
    with _statements(app) as sent:
        admin.read("/accounts")
        app.test_client().get("/sign-in")
    assert not [one for one in sent if "instance_settings" in one]
    with _statements(app) as sent:
        app.test_client().get("/register")
    assert len([one for one in sent if "instance_settings" in one]) == 1


@contextmanager
def _statements(app: Flask) -> Iterator[list[str]]:
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


# Mails


def test_a_mail_to_try_says_what_the_server_said(admin: Api, inbox: Inbox) -> None:
    tried = expect(200, admin.post("/admin/mail-test", {}))
    assert tried == {"recipient": admin.person.email, "is_taken": True, "said": "250 Taken"}
    [mail] = inbox.mails
    assert mail["To"] == admin.person.email
    assert "There is nothing to do." in text_of(mail)
    inbox.refusal = "550 Go away"
    tried = expect(200, admin.post("/admin/mail-test", {"recipient": "x@example.com"}))
    assert tried == {"recipient": "x@example.com", "is_taken": False, "said": "550 Go away"}
    refused(admin.post("/admin/mail-test", {"recipient": "nobody"}), "recipient")


def test_without_a_server_it_says_where_the_file_lies(admin: Api, app: Flask) -> None:
    with sending_to(app, None):
        tried = expect(200, admin.post("/admin/mail-test", {}))
    assert tried["is_taken"]
    assert parsed(Path(tried["said"]).read_bytes())["To"] == admin.person.email


def test_a_server_that_says_nothing_is_waited_for_so_long(
    admin: Api, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "TIMEOUT", 0.5)
    with hanging_server() as url, sending_to(app, url):
        started = time.monotonic()
        tried = expect(200, admin.post("/admin/mail-test", {}))
        assert time.monotonic() - started < 2
    assert not tried["is_taken"]
    assert tried["said"]


def test_a_mail_that_failed_is_tried_again(admin: Api, inbox: Inbox, work: Work) -> None:
    with admin.app.app_context(), unit_of_work() as unit:
        failed = Mail(
            kind="password_changed", recipient="x@example.com", status="failed", attempts=8,
            user_id=admin.person.id, reason="550 No",
        )  # fmt: skip
        unit.session.add(failed)
    [listed] = admin.read("/admin/mails/failed")["items"]
    assert admin.post(f"/admin/mails/{listed['id']}/retry").status_code == 204
    assert admin.read("/admin/mails/failed")["items"] == []
    work()
    assert [mail["To"] for mail in inbox.mails] == ["x@example.com"]
    problem(404, admin.post(f"/admin/mails/{listed['id']}/retry"))


# Health


def _checks(report: Body) -> dict[str, str]:
    return {check["name"]: check["state"] for check in report["checks"]}


def test_every_part_says_how_it_is(admin: Api, inbox: Inbox) -> None:
    report = admin.read("/admin/health")
    assert _checks(report) == {
        "database": "ok", "redis": "ok", "queue": "warning", "mail": "ok", "storage": "ok",
        "files": "ok",
    }  # fmt: skip
    assert report["status"] == "degraded"
    queues = next(one for one in report["checks"] if one["name"] == "queue")
    assert "No worker is alive" in queues["said"]
    assert queues["advice"]
    assert {"Python", "Flask"} <= set(report["versions"])
    assert all(report["versions"].values())


def test_parts_that_are_away_are_said_within_two_seconds(
    admin: Api, app: Flask, tmp_path: Path
) -> None:
    settings = app.extensions["settings"]
    with hanging_server() as url, sending_to(app, url):
        app.extensions["settings"] = replace(settings, data_dir=tmp_path / "nowhere")
        queue.configure("redis://127.0.0.1:1/0")
        try:
            started = time.monotonic()
            report = admin.read("/admin/health")
            assert time.monotonic() - started < 3
        finally:
            queue.configure(settings.redis_url)
            app.extensions["settings"] = settings
    assert _checks(report) == {
        "database": "ok", "redis": "away", "queue": "away", "mail": "away", "storage": "away",
        "files": "ok",
    }  # fmt: skip
    assert report["status"] == "down"
    assert all(one["said"] and one["advice"] for one in report["checks"][1:-1])


def test_the_scheduler_is_missed_when_it_is_silent(
    admin: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = Worker([queue.queue()], connection=queue.connection(), serializer=JSONSerializer)
    worker.register_birth()  # type: ignore[no-untyped-call]

    def said() -> str:
        checks = admin.read("/admin/health")["checks"]
        return str(next(one for one in checks if one["name"] == "queue")["said"])

    assert said() == "The scheduler has said nothing for a week."
    queue.note_beat()
    assert said().startswith("One worker is alive: 0 waiting, 0 running, 0 failed. The scheduler")
    later = clock.now() + dt.timedelta(seconds=61)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert "The scheduler was last heard at" in said()


def test_monitoring_comes_with_a_token_of_an_administrator(admin: Api, other: Api) -> None:
    client = admin.app.test_client(use_cookies=False)

    def status(token: str) -> int:
        headers = {"Authorization": f"Bearer {token}"}
        elsewhere = {"REMOTE_ADDR": "203.0.113.9"}
        path = "/health/detailed"
        return client.get(path, headers=headers, environ_overrides=elsewhere).status_code

    tokens = [
        admin.add("/user/tokens", name=scope, scopes=[scope])["token"]
        for scope in ("admin", "read")
    ]
    assert status(str(admin.token)) == status(tokens[0]) == 200
    assert status(tokens[1]) == status(str(other.token)) == status("x") == 404


# Figures, the log


def test_figures_tell_nothing_of_one_person(admin: Api, other: Api) -> None:
    for number in range(12):
        other.spend(f"{number + 1}.00")
    shown = admin.read("/admin/statistics")
    assert shown.pop("database_bytes") > 10_000
    assert shown == {"people": 2, "active": 2, "ledgers": 2, "transactions": 10}


def test_the_log_of_the_instance_has_nothing_of_ledgers(admin: Api, other: Api, app: Flask) -> None:
    other.spend("12.34", description="Secret")
    other.add("/user/tokens", name="Secret script", scopes=["read"])
    expect(200, admin.patch(f"/admin/users/{other.person.id}", {"role": "admin"}))
    made = admin.add("/admin/registration-invitations", email="new@example.com")
    assert admin.delete(f"/admin/registration-invitations/{made['id']}").status_code == 204
    expect(200, admin.patch(SETTINGS, {"registration": "invite"}))
    with app.app_context(), unit_of_work() as work:
        work.session.add(Activity(kind="user.odd", ledger_id=other.person.ledger_id))
    answer = admin.get("/admin/activity")
    items = answer.get_json()["items"]
    kinds = [item["kind"] for item in items]
    assert kinds[:4] == [
        "settings.changed", "invitation.revoked", "invitation.created", "user.role_changed",
    ]  # fmt: skip
    assert "user.odd" not in kinds
    assert not [kind for kind in kinds if kind.startswith("transaction")]
    assert "Secret" not in answer.text
    assert {"before", "after", "address", "details"}.isdisjoint(items[0])
    assert items[3]["user_id"] == other.person.id
    assert items[3]["actor_id"] == admin.person.id
    narrowed = admin.read("/admin/activity", kind="settings")
    assert [item["kind"] for item in narrowed["items"]] == ["settings.changed"]


def test_everybody_else_finds_nothing_here(api: Api) -> None:
    for path in (SETTINGS, "/admin/health", "/admin/statistics", "/admin/activity"):
        problem(404, api.get(path))
    problem(404, api.patch(SETTINGS, {"registration": "closed"}))
    problem(404, api.post("/admin/mail-test", {}))
    problem(404, api.post("/admin/mails/1/retry"))


def test_a_token_needs_the_scope_admin(admin: Api, caller: Caller) -> None:
    for scopes, status in ((["read", "write"], 403), (["admin"], 200)):
        script = Api(admin.app, admin.person)
        script.token = admin.add("/user/tokens", name="Script", scopes=scopes)["token"]
        assert script.get("/admin/users").status_code == status
        assert script.patch(SETTINGS, {"locale": None}).status_code == status
