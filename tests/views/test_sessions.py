"""The page of devices: where somebody is signed in, and signing out what they lost."""

import re

from flask import Flask
from sqlalchemy import update

from app.core.uow import unit_of_work
from app.models.users import User
from tests.views.visitors import Visitor, words

LINUX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
WINDOWS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0"
)


def _elsewhere(app: Flask, owner: Visitor, user_agent: str = WINDOWS) -> Visitor:
    """The same person with another browser."""
    second = Visitor(app, "en-US")
    second.client.environ_base["HTTP_USER_AGENT"] = user_agent
    second.email = owner.email
    assert second.sign_in().status_code == 303
    return second


def _signed_in(visitor: Visitor) -> bool:
    return visitor.get("/accounts").status_code == 200


def _revoke_paths(page: str) -> list[str]:
    return re.findall(r'action="(/settings/devices/\d+/revoke)"', page)


def test_somebody_who_is_signed_in_only_here(sam: Visitor) -> None:
    page = sam.get("/settings/devices")
    assert "You are signed in nowhere else." in words(page)
    assert "this device" in words(page)
    assert _revoke_paths(page.text) == []
    assert 'href="/settings/devices"' in page.text


def test_a_device_that_was_lost_is_signed_out(app: Flask, sam: Visitor) -> None:
    lost = _elsewhere(app, sam)
    page = sam.get("/settings/devices")
    assert "Edge on Windows" in words(page)
    (path,) = _revoke_paths(page.text)
    assert sam.post(path).status_code == 303
    assert "That device is signed out." in words(sam.get("/settings/devices"))
    assert not _signed_in(lost)
    assert _signed_in(sam)


def test_everywhere_else(app: Flask, sam: Visitor) -> None:
    others = [_elsewhere(app, sam, LINUX), _elsewhere(app, sam)]
    assert sam.post("/settings/devices/revoke-others").status_code == 303
    assert "2 devices are signed out." in words(sam.get("/settings/devices"))
    assert [_signed_in(one) for one in (*others, sam)] == [False, False, True]


def test_the_device_of_somebody_else_stays(app: Flask, sam: Visitor, mia: Visitor) -> None:
    _elsewhere(app, mia)
    (theirs,) = _revoke_paths(mia.get("/settings/devices").text)
    assert sam.post(theirs).status_code == 404
    assert _revoke_paths(mia.get("/settings/devices").text) == [theirs]


def test_disabling_signs_out_on_the_next_page(app: Flask, sam: Visitor) -> None:
    assert _signed_in(sam)
    with app.app_context(), unit_of_work() as work:
        work.session.execute(update(User).values(is_active=False))
    assert not _signed_in(sam)
