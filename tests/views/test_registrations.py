"""Administration, and its page of invitations to register."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from app.models.base import session
from app.models.invitations import Invitation
from tests.factories.fixtures import Work
from tests.factories.mails import Inbox, link_in
from tests.views.visitors import PASSWORD, Visitor, error_of, value_of, words

PAGE = "/admin/invitations"
ONCE = re.compile(r'name="once" value="([0-9a-f]{32})"')
REVOKE = re.compile(rf'action="({PAGE}/\d+/revoke)"')


@contextmanager
def _registration(app: Flask, mode: str) -> Iterator[None]:
    settings = app.extensions["settings"]
    app.extensions["settings"] = replace(settings, registration=mode)
    try:
        yield
    finally:
        app.extensions["settings"] = settings


def _invite(visitor: Visitor, **fields: str) -> str:
    """Fill in the form, which has to work; returns the newest link."""
    given = {"email": "", "days": "7", "max_uses": "1", **fields}
    response = visitor.post(PAGE, given)
    assert (response.status_code, response.location) == (303, PAGE), words(response)
    return _links(visitor)[0]


def _links(visitor: Visitor) -> list[str]:
    return re.findall(r'value="(\S+/register\?invitation=\S+)"', visitor.get(PAGE).text)


def _stored(app: Flask) -> Invitation:
    with app.app_context():
        return session.scalars(select(Invitation)).one()


def test_administration_is_in_the_menu_of_administrators_only(mia: Visitor, sam: Visitor) -> None:
    """The first person of an instance is its administrator."""
    assert 'href="/admin"' in mia.get("/accounts").text
    assert 'href="/admin"' not in sam.get("/accounts").text
    assert f'href="{PAGE}"' in mia.get("/admin").text
    assert f'href="{PAGE}" aria-current="page"' in mia.get(PAGE).text


def test_for_everybody_else_there_is_nothing(app: Flask, mia: Visitor, sam: Visitor) -> None:
    _invite(mia)
    path = f"{PAGE}/{_stored(app).id}/revoke"
    for response in (
        sam.get("/admin"), sam.get(PAGE), sam.get(path), sam.post(PAGE, {}), sam.post(path),
    ):  # fmt: skip
        assert response.status_code == 404
        assert "invitation" not in words(response).lower()
    assert _stored(app).state == "waiting"


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        ("open", "Anybody who finds this Outlay can register now"),
        ("invite", "Only people with an invitation can register now."),
        ("closed", "Nobody can register now, not even with an invitation."),
    ],
)
def test_the_page_says_who_can_register(app: Flask, mia: Visitor, mode: str, said: str) -> None:
    with _registration(app, mode):
        page = mia.get(PAGE)
    assert said in words(page)
    assert "Nobody is invited yet" in words(page)
    assert (value_of(page, "days"), value_of(page, "max_uses")) == ("7", "1")


def test_a_link_is_shown_until_somebody_used_it(
    app: Flask, mia: Visitor, stranger: Visitor
) -> None:
    mia.post(PAGE, {"email": "", "days": "7", "max_uses": "1"})
    assert "The link is ready: copy it and pass it on." in words(mia.get(PAGE))
    [link] = _links(mia)
    base_url = app.extensions["settings"].base_url
    with _registration(app, "invite"):
        shown = stranger.get(link.removeprefix(base_url))
        fields = {"email": stranger.email, "password": PASSWORD, "currency": "EUR"}
        invitation = str(value_of(shown, "invitation"))
        assert stranger.post("/register", {**fields, "invitation": invitation}).status_code == 303
    page = mia.get(PAGE)
    assert "Whoever has the link" in words(page)
    assert "Used" in words(page)
    assert _links(mia) == []
    assert not REVOKE.search(page.text)


def test_an_invitation_for_an_address_leaves_as_a_mail(
    mia: Visitor, inbox: Inbox, work: Work
) -> None:
    work()
    inbox.mails.clear()
    link = _invite(mia, email="ada@example.com")
    work()
    [mail] = inbox.mails
    assert mail["To"] == "ada@example.com"
    assert link_in(mail) == link


def test_how_long_and_for_how_many_can_be_chosen(app: Flask, mia: Visitor) -> None:
    _invite(mia, days="30", max_uses="")
    made = _stored(app)
    assert (made.max_uses, (made.expires_at - made.created_at).days) in {(None, 29), (None, 30)}
    assert "0 registered · until" in words(mia.get(PAGE))


def test_taking_one_back_is_asked_first(app: Flask, mia: Visitor) -> None:
    _invite(mia, email="ada@example.com")
    (path,) = set(REVOKE.findall(mia.get(PAGE).text))
    asked = mia.get(path)
    assert "The link that went to ada@example.com will work no more." in words(asked)
    assert _stored(app).state == "waiting"
    response = mia.post(path)
    assert (response.status_code, response.location) == (303, PAGE)
    page = mia.get(PAGE)
    assert "The invitation is taken back." in words(page)
    assert _links(mia) == []
    mia.post(path)
    assert "nothing to take back" in words(mia.get(PAGE))


def test_a_form_sent_twice_invites_once(app: Flask, mia: Visitor) -> None:
    found = ONCE.search(mia.get(PAGE).text)
    assert found
    for _ in range(2):
        _invite(mia, once=found[1])
    assert _stored(app).uses == 0


def test_faults_stand_beside_their_fields_and_choices_stay(app: Flask, mia: Visitor) -> None:
    page = mia.post(PAGE, {"email": "ada", "days": "30", "max_uses": ""})
    assert page.status_code == 422
    assert error_of(page, "email") == "Not a valid email address."
    assert (value_of(page, "email"), value_of(page, "days")) == ("ada", "30")
    assert value_of(page, "max_uses") == ""
    page = mia.post(PAGE, {"email": "ada@example.com", "days": "30", "max_uses": "5"})
    assert error_of(page, "max_uses") == "An invitation for one address works once."
    assert "Nobody is invited yet" in words(page)


def test_what_was_typed_is_text(mia: Visitor) -> None:
    page = mia.post(PAGE, {"email": '"><script>alert(1)</script>', "days": "7", "max_uses": "1"})
    assert "<script>alert" not in page.text


def test_a_long_list_has_pages(mia: Visitor) -> None:
    for _ in range(3):
        _invite(mia)
    assert len(re.findall(r"/register\?invitation=", mia.get(f"{PAGE}?per_page=2").text)) == 2
    assert "page 2 of 2" in words(mia.get(f"{PAGE}?per_page=2&page=2"))
    assert "No invitations on this page" in words(mia.get(f"{PAGE}?page=9"))
    assert mia.get(f"{PAGE}?page=x").status_code == 404
