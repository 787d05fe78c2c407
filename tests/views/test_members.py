"""Members and invitations in the browser: who is in a ledger, inviting, accepting, leaving."""

import re
from html import unescape
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.services import invitations
from tests.factories.fixtures import Work
from tests.factories.mails import Inbox, link_in
from tests.views.conftest import Visit
from tests.views.visitors import PASSWORD, Visitor, error_of, value_of, words


def _open_ledger(visitor: Visitor, name: str = "Cottage") -> str:
    """Open a ledger; returns the address of its members."""
    response = visitor.post("/ledgers", {"name": name, "currency": "EUR"})
    assert response.status_code == 303, words(response)
    found = re.search(r'href="(/ledgers/\d+/members)', visitor.get(response.location).text)
    assert found, words(visitor.get(response.location))
    return found.group(1)


def _link(visitor: Visitor, members: str, **fields: Any) -> str:
    """Make an invitation by the form; returns the path of its link."""
    given = {"role": "editor", "days": "7", "max_uses": "1", **fields}
    response = visitor.post(members.replace("members", "invitations"), given)
    assert response.status_code == 303, words(response)
    page = visitor.get(members).text
    found = re.findall(r'value="https?://[^/]+(/invitation\?token=[^"]+)"', page)
    return unescape(found[0])


def _join(visitor: Visitor, link: str) -> TestResponse:
    visitor.get(link)
    return visitor.post("/invitation", {"token": link.partition("token=")[2]})


def _member(visitor: Visitor, members: str, name: str) -> str:
    """The address of a member's page."""
    lines = visitor.get(members).text.split("<li>")
    line = next(line for line in lines if f"Change </span>{name}" in line)
    found = re.search(rf'href="({members}/\d+)"', line)
    assert found, name
    return found.group(1)


@pytest.fixture
def home(mia: Visitor, sam: Visitor) -> str:
    """The members of a ledger that Mia owns and Sam edits."""
    members = _open_ledger(mia)
    assert _join(sam, _link(mia, members)).status_code == 303
    return members


def test_alone_one_is_asked_to_invite(mia: Visitor) -> None:
    page = mia.get(_open_ledger(mia))
    assert "Who is in Cottage" in words(page)
    assert "Only you. Invite somebody below" in words(page)
    assert value_of(page, "role") == "editor"


def test_a_link_is_shown_to_everybody_and_accepted_with_one_button(
    mia: Visitor, sam: Visitor, stranger: Visitor
) -> None:
    members = _open_ledger(mia)
    link = _link(mia, members)
    said = words(stranger.get(link))
    assert f"{mia.email} invites you to Cottage" in said
    assert "The others will see your name and your e-mail address" in said
    assert "Sign in to join" in said
    said = words(sam.get(link))
    assert "Join Cottage" in said
    joined = _join(sam, link)
    assert joined.status_code == 303
    assert "Welcome to Cottage." in words(sam.get(joined.location))
    again = words(sam.get(link))
    assert "You are in Cottage You are an editor of it." in again
    page = words(mia.get(members))
    assert "2 people see everything" in page
    assert sam.email in page
    assert "waits" not in page


def test_who_is_not_signed_in_comes_back_to_the_invitation(mia: Visitor, stranger: Visitor) -> None:
    link = _link(mia, _open_ledger(mia))
    page = stranger.get(link).text
    to_sign_in, to_register = (
        unescape(found) for found in re.findall(r'href="(/(?:sign-in|register)\?[^"]+)"', page)
    )
    assert value_of(stranger.get(to_sign_in), "next") == link
    form = stranger.get(to_register)
    assert value_of(form, "next") == link
    given = {"email": stranger.email, "password": PASSWORD, "currency": "EUR", "next": link}
    response = stranger.post("/register", given)
    assert (response.status_code, response.location) == (303, link)
    assert _join(stranger, link).status_code == 303


def test_who_registers_with_an_invitation_is_in(mia: Visitor, stranger: Visitor) -> None:
    members = _open_ledger(mia)
    link = _link(mia, members)
    token = link.partition("token=")[2]
    given = {"email": stranger.email, "password": PASSWORD, "currency": "EUR", "next": link}
    assert stranger.post("/register", given | {"invitation": token}).location == link
    assert "You are in Cottage" in words(stranger.get(link))
    assert stranger.email in words(mia.get(members))


def test_an_invitation_by_mail_is_for_its_address(
    app: Flask, mia: Visitor, sam: Visitor, visit: Visit, work: Work, inbox: Inbox
) -> None:
    members = _open_ledger(mia)
    fields = {"role": "viewer", "days": "1", "max_uses": "1", "email": sam.email}
    refused = mia.post(members.replace("members", "invitations"), fields)
    assert refused.status_code == 409
    assert "Prove your own address first" in words(refused)
    assert value_of(refused, "email") == sam.email
    work()
    _follow(mia, inbox, mia.email)
    sent = mia.post(members.replace("members", "invitations"), fields)
    assert sent.status_code == 303
    work()
    link = link_in([mail for mail in inbox.mails if mail["To"] == sam.email][-1])
    path = "/" + link.split("/", 3)[3]
    other = visit()
    said = words(_join(other, path))
    assert f"This invitation is for {sam.email}." in said
    assert f"You are signed in as {other.email}" in said
    assert _join(sam, path).status_code == 303
    assert "Is " + sam.email + " your address?" not in words(sam.get("/"))
    assert "You are a viewer." in words(sam.get(members))


def _follow(visitor: Visitor, inbox: Inbox, address: str) -> None:
    """Prove an address by the link that went there."""
    mail = next(mail for mail in inbox.mails if mail["To"] == address)
    visitor.get("/" + link_in(mail).split("/", 3)[3])
    visitor.post("/verify-email", {"token": link_in(mail).partition("token=")[2]})


@pytest.mark.parametrize("end", ["used", "taken back", "nonsense", "nothing"])
def test_what_lets_nobody_in_is_one_plain_page(
    mia: Visitor, sam: Visitor, stranger: Visitor, end: str
) -> None:
    members = _open_ledger(mia)
    link = _link(mia, members)
    if end == "used":
        _join(sam, link)
    elif end == "taken back":
        found = re.search(
            rf'"({members.replace("members", "invitations")}/\d+/revoke)"', mia.get(members).text
        )
        assert found
        assert "will work no more" in words(mia.get(found.group(1)))
        assert mia.post(found.group(1)).status_code == 303
        assert "The invitation is taken back." in words(mia.get(members))
    else:
        link = "/invitation" + ("?token=x" if end == "nonsense" else "")
    page = stranger.get(link)
    assert page.status_code == 403
    assert "This invitation does not work" in words(page)
    assert "Ask for a new one" in words(page)


def test_roles_change_at_once(mia: Visitor, sam: Visitor, home: str) -> None:
    ledger = re.findall(r"\d+", home)[0]
    page = _member(mia, home, sam.email)
    assert value_of(mia.get(page), "role") == "editor"
    form = sam.get(f"/transactions/new?ledger_id={ledger}")
    assert form.status_code == 200
    changed = mia.post(page, {"role": "viewer"})
    assert changed.status_code == 303
    assert f"{sam.email} is a viewer now." in words(mia.get(home))
    fields = {"type": "expense", "amount": "1", "account_id": value_of(form, "account_id")}
    stale = sam.post(f"/transactions?ledger_id={ledger}", fields)
    assert stale.status_code == 403
    assert "Your role here is viewer" in words(stale)
    assert "Change" not in words(sam.get(home))


def test_an_editor_sees_who_is_there_and_changes_nobody(
    sam: Visitor, mia: Visitor, home: str
) -> None:
    said = words(sam.get(home))
    assert mia.email in said
    assert "Invite" not in said
    page = _member(mia, home, sam.email)
    for path in (page, f"{page}/remove", f"{page}/hand-over"):
        assert sam.get(path).status_code == 403
        assert sam.post(path, {"role": "owner"}).status_code == 403
    assert sam.post(home, {"name": "x"}).status_code == 403
    assert sam.post(home.replace("members", "invitations"), {"role": "owner"}).status_code == 403


def test_a_stranger_finds_nothing(visit: Visit, home: str) -> None:
    other = visit()
    for path in (home, f"{home}/leave", f"{home}/1", f"{home}/1/remove", f"{home}/1/hand-over"):
        assert other.get(path).status_code == 404, path
        assert other.post(path).status_code == 404, path
    assert other.post(home.replace("members", "invitations")).status_code == 404


def test_removing_is_asked_once_and_counts_at_once(mia: Visitor, sam: Visitor, home: str) -> None:
    page = f"{_member(mia, home, sam.email)}/remove"
    assert "will see nothing of Cottage any more" in words(mia.get(page))
    assert mia.post(page).status_code == 303
    assert f"{sam.email} is not in this ledger any more." in words(mia.get(home))
    assert sam.get(home).status_code == 404
    assert "Cottage" not in words(sam.get("/"))


def test_leaving_is_asked_once(mia: Visitor, sam: Visitor, home: str) -> None:
    assert "you need a new invitation" in words(sam.get(f"{home}/leave"))
    left = sam.post(f"{home}/leave")
    assert left.status_code == 303
    assert "You left Cottage." in words(sam.get(left.location))
    stays = mia.post(f"{home}/leave")
    assert stays.location == home
    assert "A ledger needs an owner." in words(mia.get(home))


def test_handing_over_is_asked_once(mia: Visitor, sam: Visitor, home: str) -> None:
    page = f"{_member(mia, home, sam.email)}/hand-over"
    assert "becomes the owner" in words(mia.get(page))
    assert mia.post(page).status_code == 303
    assert "You are an editor now." in words(mia.get(home))
    assert mia.get(page).status_code == 403
    assert _member(sam, home, mia.email)


def test_somebody_without_an_account_is_on_the_list(mia: Visitor, sam: Visitor) -> None:
    members = _open_ledger(mia)
    assert error_of(mia.post(members, {"name": " "}), "name")
    token = value_of(mia.get(members), "once")
    for _ in range(2):
        assert mia.post(members, {"name": "Oma Luise", "once": token}).status_code == 303
    assert words(mia.get(members)).count("Only a name.") == 1
    page = _member(mia, members, "Oma Luise")
    assert mia.post(page, {"name": "Oma"}).status_code == 303
    link = _link(mia, members, member_id=page.rpartition("/")[2])
    assert "You stand on its list of members as Oma" in words(sam.get(link))
    _join(sam, link)
    said = words(mia.get(members))
    assert "Only a name." not in said
    assert sam.email in said


def test_rows_say_who_entered_and_changed_them(mia: Visitor, sam: Visitor, home: str) -> None:
    ledger = f"ledger_id={re.findall(r'[0-9]+', home)[0]}"
    account = value_of(mia.get(f"/transactions/new?{ledger}"), "account_id")
    row = {"type": "expense", "account_id": account, "amount": "1"}
    mia.post(f"/transactions?{ledger}", row | {"description": "Bread"})
    assert "entered by" not in words(mia.get(f"/transactions?{ledger}"))
    sam.post(f"/transactions?{ledger}", row | {"description": "Milk"})
    for path in (
        f"/transactions?{ledger}",
        f"/?{ledger}",
        f"/accounts/{account}?{ledger}",
        f"/transactions?{ledger}&sort=amount",
    ):
        said = words(mia.get(path))
        assert f"entered by {sam.email}" in said, path
        assert f"entered by {mia.email}" in said, path
    found = re.search(
        r'href="(/transactions/\d+)[^"]*">(?:(?!</a>).)*>Milk<',
        mia.get(f"/transactions?{ledger}").text,
        re.DOTALL,
    )
    assert found
    path = found.group(1)
    assert f"Entered By {sam.email}, " in words(mia.get(path))
    mia.post(path, row | {"description": "Milk", "amount": "2", "version": "1"})
    said = words(sam.get(path))
    assert "Entered By you, " in said
    assert f"Changed By {mia.email}, " in said


def test_the_page_is_drawn_with_few_questions(mia: Visitor, home: str, queries: Any) -> None:
    with queries() as sent:
        mia.get(home)
    assert len(sent) <= 9, "\n".join(sent)


def test_a_mailed_token_is_another_than_the_one_shown(mia: Visitor) -> None:
    link = _link(mia, _open_ledger(mia))
    assert not invitations.was_mailed(link.partition("token=")[2])
