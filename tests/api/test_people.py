"""Accounts as administrators manage them: found, disabled, demoted, signed out."""

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core import clock
from app.core.uow import unit_of_work
from app.models.activities import Activity
from app.models.base import session
from app.models.mails import Mail
from app.models.users import User
from tests.factories.administrators import administrator, change
from tests.factories.callers import Api, expect, problem, refused
from tests.factories.fixtures import Caller, Work
from tests.factories.mails import Inbox, link_in
from tests.factories.people import PASSWORD

USERS = "/admin/users"


@pytest.fixture
def admin(api: Api) -> Api:
    """Somebody who runs the instance."""
    return administrator(api)


def _path(api: Api) -> str:
    return f"{USERS}/{api.person.id}"


def _kinds(app: Flask) -> list[str]:
    with app.app_context():
        return list(session.scalars(select(Activity.kind).order_by(Activity.id)))


def _emails(admin: Api, **query: str) -> list[str]:
    return [one["email"] for one in admin.read(USERS, **query)["items"]]


# Who there is


def test_an_account_is_told_without_a_word_about_its_books(admin: Api, other: Api) -> None:
    other.add("/ledgers", name="Secret plan", currency="EUR")
    other.spend("12.34", description="Secret shop")
    shown = admin.read(_path(other))
    assert shown["email"] == other.person.email
    assert (shown["role"], shown["is_active"], shown["ledgers"]) == ("user", True, 2)
    assert shown["last_seen_at"] is not None
    assert not shown["has_second_factor"]
    told = admin.get(_path(other)).text + admin.get(USERS).text
    assert not [word for word in ("Secret", "12.34", "1234") if word in told]


def test_people_are_found_by_each_word_of_name_and_address(
    admin: Api, caller: Caller, app: Flask
) -> None:
    elodie, bob = caller(), caller()
    change(app, elodie.person.id, first_name="Élodie", last_name="100% Büro", email="e@shop.test")
    change(app, bob.person.id, first_name="Bob", last_name="Büro", email="bob@shop.test")
    assert _emails(admin, q="éLODIE") == ["e@shop.test"]
    assert _emails(admin, q="büro SHOP") == ["bob@shop.test", "e@shop.test"]
    assert _emails(admin, q="100%") == ["e@shop.test"]
    assert _emails(admin, q="_") == []


def test_people_are_filtered_and_sorted(admin: Api, caller: Caller, app: Flask) -> None:
    disabled, proved = caller(), caller()
    change(app, disabled.person.id, is_active=False, email="a@x.test")
    change(app, proved.person.id, email_verified_at=clock.now(), email="z@x.test")
    assert _emails(admin, role="admin") == [admin.person.email]
    assert _emails(admin, state="disabled") == ["a@x.test"]
    assert "z@x.test" not in _emails(admin, state="unverified")
    assert "a@x.test" not in _emails(admin, state="active")
    by_email = _emails(admin)
    assert by_email == sorted(by_email)
    assert _emails(admin, sort="-email") == by_email[::-1]
    assert _emails(admin, sort="-registered")[0] == "z@x.test"
    assert len(_emails(admin, sort="seen")) == len(_emails(admin, sort="-seen")) == 3
    refused(admin.get(f"{USERS}?sort=password_hash"), "sort")


def test_people_come_in_pages(admin: Api, caller: Caller) -> None:
    everybody = {admin.person.email, *(caller().person.email for _ in range(4))}
    first, second = (admin.read(USERS, per_page="3", page=str(page)) for page in (1, 2))
    assert (first["total"], first["pages"]) == (5, 2)
    assert {one["email"] for one in first["items"] + second["items"]} == everybody


def test_who_was_never_seen_is_sorted_last(admin: Api, app: Flask) -> None:
    with app.app_context(), unit_of_work() as work:
        work.session.add(User(email="never@x.test", password_hash="!", currency="EUR"))
    assert _emails(admin, sort="-seen")[-1] == "never@x.test"
    assert _emails(admin, sort="seen")[0] == "never@x.test"
    never = next(one for one in admin.read(USERS)["items"] if one["email"] == "never@x.test")
    assert never["last_seen_at"] is None


def test_everybody_else_finds_nothing_here(api: Api, other: Api) -> None:
    for method, path in (
        ("GET", USERS), ("GET", _path(other)), ("PATCH", _path(other)),
        ("POST", f"{_path(other)}/password-reset"), ("POST", f"{_path(other)}/sign-out"),
    ):  # fmt: skip
        body = {"role": "admin"} if method == "PATCH" else None
        problem(404, api.request(method, path, body))
    problem(404, administrator(api).get(f"{USERS}/999999"))


# Disabling, roles


def test_disabling_counts_on_the_next_request_of_cookies_and_tokens(
    admin: Api, other: Api, app: Flask
) -> None:
    token = other.add("/user/tokens", name="Script", scopes=["read"])["token"]
    script = Api(app, other.person)
    script.token = token
    browser = app.test_client()
    page = browser.get("/sign-in").text
    csrf = page.partition('name="csrf-token" content="')[2].partition('"')[0]
    fields = {"email": other.person.email, "password": PASSWORD}
    browser.post("/sign-in", data={**fields, "csrf_token": csrf})
    assert browser.get("/accounts").status_code == 200
    script.read("/accounts")
    assert not expect(200, admin.patch(_path(other), {"is_active": False}))["is_active"]
    problem(401, other.get("/accounts"))
    problem(401, script.get("/accounts"))
    assert browser.get("/accounts").status_code == 303
    assert expect(200, admin.patch(_path(other), {"is_active": True}))["is_active"]
    problem(401, other.get("/accounts"))  # what was ended stays ended
    problem(401, script.get("/accounts"))
    login = {"email": other.person.email, "password": PASSWORD}
    assert other.post("/auth/login", login).status_code == 200
    ours = [kind for kind in _kinds(app) if kind in {"user.disabled", "user.enabled"}]
    assert ours == ["user.disabled", "user.enabled"]


def test_demotion_counts_on_the_next_request(admin: Api, other: Api, app: Flask) -> None:
    expect(200, admin.patch(_path(other), {"role": "admin"}))
    other.read(USERS)
    expect(200, admin.patch(_path(other), {"role": "user"}))
    problem(404, other.get(USERS))
    other.read("/accounts")
    with app.app_context():
        line = session.scalars(
            select(Activity).where(Activity.kind == "user.role_changed").order_by(Activity.id)
        ).all()[-1]
        assert (line.before, line.after) == ({"role": "admin"}, {"role": "user"})
        assert (line.actor_id, line.user_id) == (admin.person.id, other.person.id)


def test_what_is_so_already_changes_nothing(admin: Api, other: Api, app: Flask) -> None:
    expect(200, admin.patch(_path(other), {"role": "user", "is_active": True}))
    assert not [kind for kind in _kinds(app) if kind in {"user.role_changed", "user.enabled"}]
    other.read("/accounts")


def test_an_account_that_changed_meanwhile_is_left_alone(admin: Api, other: Api) -> None:
    tag = str(admin.get(_path(other)).headers["ETag"])
    expect(200, admin.patch(_path(other), {"role": "admin"}, headers={"If-Match": tag}))
    problem(412, admin.patch(_path(other), {"is_active": False}, headers={"If-Match": tag}))
    other.read("/accounts")


@pytest.mark.parametrize("body", [{"role": "user"}, {"is_active": False}])
def test_the_last_administrator_stays_one(admin: Api, other: Api, body: dict[str, Any]) -> None:
    said = problem(409, admin.patch(_path(admin), {**body, "confirm": True}))
    assert "only administrator" in said["detail"]
    expect(200, admin.patch(_path(other), {"role": "admin"}))
    expect(200, admin.patch(_path(other), {"is_active": False}))
    problem(409, admin.patch(_path(admin), {**body, "confirm": True}))
    admin.read(USERS)


@pytest.mark.parametrize("body", [{"role": "user"}, {"is_active": False}])
def test_nobody_shuts_out_themselves_by_mistake(
    admin: Api, other: Api, body: dict[str, Any]
) -> None:
    expect(200, admin.patch(_path(other), {"role": "admin"}))
    refused(admin.patch(_path(admin), body), "confirm")
    admin.read(USERS)
    expect(200, admin.patch(_path(admin), {**body, "confirm": True}))
    assert admin.get(USERS).status_code in {401, 404}


@pytest.mark.parametrize("body", [{"role": "user"}, {"is_active": False}])
def test_two_who_shut_out_each_other_leave_one(
    app: Flask, caller: Caller, body: dict[str, Any]
) -> None:
    for _ in range(3):
        pair = [administrator(caller()), administrator(caller())]
        _together(
            partial(pair[0].patch, _path(pair[1]), body),
            partial(pair[1].patch, _path(pair[0]), body),
        )
        with app.app_context():
            left = select(func.count()).where(
                User.role == "admin", User.is_active, User.id.in_([p.person.id for p in pair])
            )
            assert session.scalar(left) == 1
        for one in pair:
            change(app, one.person.id, role="user")


def _together(*works: Callable[[], object]) -> None:
    """Do things at the same instant."""
    barrier = threading.Barrier(len(works))

    def run(work: Callable[[], object]) -> None:
        barrier.wait()
        work()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()


# Erasing


def test_erasing_takes_the_password_of_whoever_asks(
    admin: Api, other: Api, work: Work, app: Flask
) -> None:
    refused(admin.delete(_path(other), data="{}", content_type="application/json"), "password")
    refused(admin.request("DELETE", _path(other), {"password": "wrong"}), "password")
    other.read("/accounts")
    assert admin.request("DELETE", _path(other), {"password": PASSWORD}).status_code == 202
    problem(401, other.get("/accounts"))
    assert admin.read(_path(other))["is_being_erased"]
    problem(409, admin.patch(_path(other), {"is_active": True}))
    work()
    problem(404, admin.get(_path(other)))
    with app.app_context():
        lines = session.scalars(select(Activity).where(Activity.kind == "user.erased")).all()
        assert [line.actor_id for line in lines] == [admin.person.id]


def test_nobody_erases_themselves_here(admin: Api, other: Api) -> None:
    expect(200, admin.patch(_path(other), {"role": "admin"}))
    problem(409, admin.request("DELETE", _path(admin), {"password": PASSWORD}))
    problem(404, admin.request("DELETE", f"{USERS}/999999", {"password": PASSWORD}))


def test_two_who_erase_each_other_leave_one(app: Flask, caller: Caller) -> None:
    pair = [administrator(caller()), administrator(caller())]
    _together(
        lambda: pair[0].request("DELETE", _path(pair[1]), {"password": PASSWORD}),
        lambda: pair[1].request("DELETE", _path(pair[0]), {"password": PASSWORD}),
    )
    with app.app_context():
        left = select(func.count()).where(User.role == "admin", User.is_active)
        assert session.scalar(left) == 1


def test_one_who_leaves_and_one_who_steps_down_leave_one(app: Flask, caller: Caller) -> None:
    pair = [administrator(caller()), administrator(caller())]
    _together(
        lambda: pair[0].request("DELETE", "/user", {"password": PASSWORD}),
        lambda: pair[1].patch(_path(pair[1]), {"role": "user", "confirm": True}),
    )
    with app.app_context():
        left = select(func.count()).where(User.role == "admin", User.is_active)
        assert session.scalar(left) == 1


# Signing out, new passwords


def test_signing_somebody_out_ends_sign_ins_and_tokens(admin: Api, other: Api, app: Flask) -> None:
    script = Api(app, other.person)
    script.token = other.add("/user/tokens", name="Script", scopes=["read"])["token"]
    assert expect(200, admin.post(f"{_path(other)}/sign-out"))["ended"] == 2
    problem(401, other.get("/accounts"))
    problem(401, script.get("/accounts"))
    assert expect(200, admin.post(f"{_path(other)}/sign-out"))["ended"] == 0
    admin.read(USERS)


def test_a_link_to_a_new_password_is_mailed(
    admin: Api, other: Api, inbox: Inbox, work: Work, app: Flask
) -> None:
    said = problem(409, admin.post(f"{_path(other)}/password-reset"))
    assert "not proved" in said["detail"]
    change(app, other.person.id, email_verified_at=clock.now())
    assert admin.post(f"{_path(other)}/password-reset").status_code == 204
    work()
    [mail] = inbox.mails
    assert mail["To"] == other.person.email
    assert "/reset-password?token=" in link_in(mail)
    change(app, other.person.id, is_active=False)
    problem(409, admin.post(f"{_path(other)}/password-reset"))
    with app.app_context():
        assert session.scalar(select(func.count()).select_from(Mail)) == 1
    assert _kinds(app).count("user.password_reset_sent") == 1
