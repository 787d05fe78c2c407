"""``flask users``, ``flask jobs`` and ``flask settings``."""

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from app.core import clock, queue
from app.models.base import session
from app.models.users import User
from tests.cli.conftest import Run
from tests.factories.administrators import administrator, change
from tests.factories.callers import Api, problem
from tests.factories.fixtures import Caller, Work
from tests.factories.mails import Inbox


def _fails(run: Run, *arguments: str) -> str:
    """Run a command that has to fail with a sentence; returns what it wrote."""
    result = run(*arguments)
    assert result.exit_code in {1, 2}, result.output
    assert isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output
    return str(result.output)


def _works(run: Run, *arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return str(result.output)


# Users


def test_people_are_listed_and_shown(run: Run, api: Api, caller: Caller) -> None:
    administrator(api)
    emails = {api.person.email, *(caller().person.email for _ in range(3))}
    listed = _works(run, "users", "list").splitlines()
    assert listed[0].split()[:4] == ["id", "address", "role", "state"]
    assert {line.split()[1] for line in listed[1:]} == emails
    [one] = _works(run, "users", "list", "--role", "admin").splitlines()[1:]
    assert one.split()[:4] == [str(api.person.id), api.person.email, "admin", "active"]
    assert "Nobody matches." in _works(run, "users", "list", "--search", "zzz")
    shown = _works(run, "users", "show", str(api.person.id))
    assert api.person.email in shown
    assert "ledgers         1" in shown
    assert "role" in _fails(run, "users", "list", "--role", "king")


def test_everybody_is_listed_however_many(
    run: Run, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.cli.users.MAX_PER_PAGE", 2)
    for _ in range(5):
        caller()
    assert len(_works(run, "users", "list").splitlines()) == 6


def test_accounts_are_disabled_enabled_and_given_roles(run: Run, api: Api, other: Api) -> None:
    administrator(api)
    who = other.person.email
    assert _works(run, "users", "disable", who.upper()) == f"Disabled: {who}.\n"
    problem(401, other.get("/accounts"))
    assert _works(run, "users", "enable", str(other.person.id)) == f"Enabled: {who}.\n"
    assert _works(run, "users", "role", who, "admin") == f"Now admin: {who}.\n"
    assert _works(run, "users", "role", who, "user") == f"Now user: {who}.\n"
    for arguments in (("disable", api.person.email), ("role", api.person.email, "user")):
        assert "only administrator" in _fails(run, "users", *arguments)
    assert "nobody with this address" in _fails(run, "users", "disable", "no@x.test")
    _fails(run, "users", "role", who, "king")


def test_a_link_to_a_new_password_and_signing_out(
    run: Run, api: Api, app: Flask, inbox: Inbox, work: Work
) -> None:
    assert "not proved" in _fails(run, "users", "reset", api.person.email)
    change(app, api.person.id, email_verified_at=clock.now())
    assert "on its way" in _works(run, "users", "reset", api.person.email)
    work()
    assert [mail["To"] for mail in inbox.mails] == [api.person.email]
    assert _works(run, "users", "sign-out", api.person.email) == "Ended: 1.\n"
    problem(401, api.get("/accounts"))


def test_deleting_asks_first(run: Run, api: Api, other: Api, work: Work, app: Flask) -> None:
    administrator(api)
    result = run("users", "delete", other.person.email, input="n\n")
    assert result.exit_code == 1
    other.read("/accounts")
    assert "nobody here any more" in _works(run, "users", "delete", other.person.email, "--yes")
    problem(401, other.get("/accounts"))
    work()
    with app.app_context():
        assert session.get(User, other.person.id) is None
    assert "administrator" in _fails(run, "users", "delete", api.person.email, "--yes")


# Jobs, settings


def test_jobs_are_listed_dropped_and_tried_again(run: Run, other: Api) -> None:
    upload = other.upload("date,description,amount\n2026-01-02,Secret,1\n", name="secret.csv")
    import_id = upload.get_json()["id"]
    listed = _works(run, "jobs", "list")
    assert "1 waiting, 0 running, 0 failed; 0 workers." in listed
    assert f"import-{import_id}-queued" in listed
    assert "ecret" not in listed
    assert "did not fail" in _fails(run, "jobs", "retry", f"import-{import_id}-queued")
    assert _works(run, "jobs", "drop", f"import-{import_id}-queued") == "Dropped.\n"
    assert "nothing here" in _fails(run, "jobs", "drop", f"import-{import_id}-queued")


def test_without_redis_the_rest_is_listed(run: Run, other: Api, app: Flask) -> None:
    other.upload("date,description,amount\n2026-01-02,x,1\n")
    queue.configure("redis://127.0.0.1:1/0")
    try:
        listed = _works(run, "jobs", "list")
        assert "The queue is away" in listed
        assert "import" in listed
        assert "away" in _fails(run, "jobs", "retry", "x")
    finally:
        queue.configure(app.extensions["settings"].redis_url)


def test_settings_are_set_and_unset(run: Run, api: Api) -> None:
    assert _works(run, "settings", "set", "registration", "invite") == (
        "registration is invite now.\n"
    )
    shown = [line.split() for line in _works(run, "settings", "show").splitlines()]
    assert ["registration", "invite", "here", "open"] in shown
    assert ["currency", "EUR", "environment", "EUR"] in shown
    _works(run, "settings", "unset", "registration")
    shown = [line.split() for line in _works(run, "settings", "show").splitlines()]
    assert ["registration", "open", "environment", "open"] in shown
    assert "Not a currency" in _fails(run, "settings", "set", "currency", "XXX")
    _fails(run, "settings", "set", "colour", "blue")
    _works(run, "settings", "set", "registration", "closed")
    assert "now it is closed" in _works(run, "users", "invite")


def test_a_database_that_is_away_is_a_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> None:
        raise OperationalError("SELECT 1", {}, OSError("refused"))

    monkeypatch.setattr("app.services.people.find_page", away)
    assert "The database does not answer." in _fails(run, "users", "list")
