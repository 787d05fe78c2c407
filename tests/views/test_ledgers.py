"""Several ledgers: switching, never mixing, putting away, and what a role does not see."""

import re
from html import unescape
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import RequestRedirect
from werkzeug.test import TestResponse

from app.core.uow import unit_of_work
from app.models.base import session
from app.models.members import Member
from app.models.users import User
from app.policies import ALLOWED, WHILE_ARCHIVED, Permission, access_of
from tests.factories import statements
from tests.factories.fixtures import Work
from tests.views.conftest import Queries, Visit
from tests.views.visitors import PASSWORD, Visitor, error_of, value_of, words


def _open(visitor: Visitor, name: str = "Flat", **fields: str) -> int:
    """Open a ledger by its form; returns its id."""
    response = visitor.post("/ledgers", {"name": name, "currency": "EUR", **fields})
    assert response.status_code == 303, words(response)
    visitor.get(response.location)
    return int(parse_qs(urlsplit(response.location).query)["ledger_id"][0])


def _own(visitor: Visitor) -> int:
    """Return the id of the personal ledger of somebody with several."""
    page = visitor.get("/ledgers").text
    found = re.search(r'href="/\?ledger_id=(\d+)"[^>]*>(?:(?!</a>).)*>Personal<', page, re.DOTALL)
    assert found
    return int(found[1])


def _account(visitor: Visitor, ledger_id: int) -> int:
    found = re.search(
        r'href="/accounts/(\d+)', visitor.get(f"/accounts?ledger_id={ledger_id}").text
    )
    assert found
    return int(found[1])


def _spend(visitor: Visitor, ledger_id: int, text: str, amount: str = "5") -> int:
    """Add a row to a ledger by its form; returns its id."""
    fields = {
        "type": "expense", "amount": amount, "description": text,
        "account_id": _account(visitor, ledger_id),
    }  # fmt: skip
    response = visitor.post(f"/transactions?ledger_id={ledger_id}", fields)
    assert response.status_code == 303, words(response)
    page = visitor.get(f"/transactions?ledger_id={ledger_id}").text
    return max(int(found) for found in re.findall(r'href="/transactions/(\d+)[?"]', page))


def _join(app: Flask, visitor: Visitor, ledger_id: int, role: str) -> None:
    with app.app_context(), unit_of_work():
        user_id = session.scalars(select(User.id).where(User.email == visitor.email)).one()
        session.add(Member(ledger_id=ledger_id, user_id=user_id, role=role))


def _current(response: TestResponse) -> str:
    """Return the name of the ledger that a page says it is about."""
    found = re.search(r'class="brand-name">([^<]*)<', response.text)
    assert found
    return unescape(found[1])


def _switches(response: TestResponse) -> dict[str, str]:
    """Return where the switcher of a page leads, by the ledger's name."""
    menu = response.text.split('aria-label="Ledgers">')[1].split("</ul>")[0]
    found = re.findall(r'href="([^"]+)".*?menu-name">([^<]*)<', menu)
    return {name: unescape(address) for address, name in found}


# Opening and switching


def test_with_one_ledger_the_menu_offers_another_and_addresses_stay_plain(mia: Visitor) -> None:
    page = mia.get("/transactions")
    assert "New ledger" in words(page)
    assert "ledger_id=" not in page.text.replace(_switches(page)["Personal"], "")
    page = mia.get("/ledgers/new")
    assert value_of(page, "currency") == "EUR"


def test_a_new_ledger_is_opened_and_looked_at(mia: Visitor) -> None:
    ledger = _open(mia, "Flat & garden", currency="CHF")
    page = mia.get(f"/?ledger_id={ledger}")
    assert _current(page) == "Flat & garden"
    accounts = mia.get(f"/accounts?ledger_id={ledger}")
    assert "Main account Checking · CHF" in words(accounts)


def test_the_form_sent_twice_opens_one_ledger(mia: Visitor) -> None:
    once = value_of(mia.get("/ledgers/new"), "once")
    fields = {"name": "Flat", "currency": "EUR", "once": once}
    assert mia.post("/ledgers", fields).location == mia.post("/ledgers", fields).location
    assert len(_switches(mia.get("/"))) == 2


def test_a_ledger_needs_a_name(mia: Visitor) -> None:
    response = mia.post("/ledgers", {"name": " ", "currency": "EUR"})
    assert response.status_code == 422
    assert error_of(response, "name")


def test_every_other_ledger_is_one_click_away_at_the_same_section(mia: Visitor) -> None:
    flat = _open(mia)
    row = _spend(mia, flat, "Tea")
    own = _own(mia)
    sections = {
        "/": f"/?ledger_id={own}",
        "/months/2026/3": f"/months/2026/3?ledger_id={own}",
        "/transactions": f"/transactions?ledger_id={own}",
        f"/transactions/{row}": f"/transactions?ledger_id={own}",
        f"/transactions/{row}/edit": f"/transactions?ledger_id={own}",
        f"/accounts/{_account(mia, flat)}": f"/accounts?ledger_id={own}",
        "/categories": f"/categories?ledger_id={own}",
        "/imports": f"/imports?ledger_id={own}",
        "/settings/profile": f"/?ledger_id={own}",
        f"/ledgers/{flat}/edit": f"/?ledger_id={own}",
        "/nowhere": f"/?ledger_id={own}",
    }
    for path, wanted in sections.items():
        page = mia.get(f"{path}?ledger_id={flat}")
        assert _current(page) == "Flat", path
        assert _switches(page)["Personal"] == wanted, path
        if "nowhere" not in path:
            assert _current(mia.get(wanted)) == "Personal"
            mia.get(f"/?ledger_id={flat}")


def test_a_list_that_was_narrowed_is_whole_in_the_other_ledger(mia: Visitor) -> None:
    flat = _open(mia)
    page = mia.get(f"/transactions?ledger_id={flat}&account_id={_account(mia, flat)}&q=tea")
    assert _switches(page)["Personal"] == f"/transactions?ledger_id={_own(mia)}"


def test_the_start_page_is_about_the_ledger_looked_at_last(mia: Visitor) -> None:
    flat = _open(mia)
    assert _current(mia.get("/")) == "Flat"
    mia.get(f"/transactions?ledger_id={_own(mia)}")
    assert _current(mia.get("/")) == "Personal"
    assert _current(mia.get("/settings/profile")) == "Personal"
    mia.post(f"/ledgers/{flat}/archive")
    assert _current(mia.get("/")) == "Personal"


@pytest.mark.parametrize("named", ["0", "999999", "x", ""])
def test_a_ledger_that_is_not_there(mia: Visitor, sam: Visitor, named: str) -> None:
    for wrong in (named, str(_open(sam))):
        response = mia.get(f"/transactions?ledger_id={wrong}")
        assert response.status_code == 404
        assert _current(response) == "Personal"


# Two ledgers never mix


def test_a_form_is_about_the_ledger_it_was_opened_in(mia: Visitor) -> None:
    flat = _open(mia)
    own = _own(mia)
    form = mia.get(f"/transactions/new?ledger_id={flat}")
    action = re.search(r'method="post" action="(/transactions[^"]*)"', form.text)
    assert action
    mia.get(f"/?ledger_id={own}")  # the other window
    account = value_of(form, "account_id")
    fields = {"type": "expense", "amount": "5", "date": "2026-03-02", "description": "Tea"}
    sent = mia.post(unescape(action[1]), {**fields, "account_id": account})
    assert sent.location == f"/transactions?ledger_id={flat}"
    assert "Tea" in words(mia.get(f"/transactions?ledger_id={flat}"))
    assert "Tea" not in words(mia.get(f"/transactions?ledger_id={own}"))


def test_an_account_of_the_other_ledger_is_refused(mia: Visitor) -> None:
    flat = _open(mia)
    fields = {"type": "expense", "amount": "5", "account_id": _account(mia, flat)}
    response = mia.post(f"/transactions?ledger_id={_own(mia)}", fields)
    assert response.status_code == 422
    assert error_of(response, "account_id") == "There is no such one in this ledger."


def test_a_page_of_a_row_is_about_its_ledger_whatever_the_address_says(
    mia: Visitor, work: Work
) -> None:
    flat = _open(mia)
    own = _own(mia)
    row = _spend(mia, flat, "Tea")
    account = _account(mia, flat)
    category = mia._id(mia.get(f"/categories?ledger_id={flat}").text, "categories", "Groceries")
    paths = (
        f"/transactions/{row}",
        f"/transactions/{row}/edit",
        f"/transactions/{row}/delete",
        f"/accounts/{account}",
        f"/accounts/{account}/edit",
        f"/accounts/{account}/delete",
        f"/categories/{category}/edit",
        f"/categories/{category}/delete",
        f"/categories/new?parent_id={category}",
        f"/imports/{_upload(mia, flat, work)}",
    )
    for path in paths:
        for address in (path, f"{path}{'&' if '?' in path else '?'}ledger_id={own}"):
            page = mia.get(address)
            assert page.status_code == 200, address
            assert _current(page) == "Flat", address
            inside = page.text.split('class="page-head"')[1]
            assert f"ledger_id={own}" not in inside, address
    fields = {"type": "expense", "amount": "7", "date": "2026-03-02", "account_id": account}
    changed = mia.post(f"/transactions/{row}?ledger_id={own}", fields)
    assert changed.location == f"/transactions/{row}?ledger_id={flat}"
    gone = mia.post(f"/transactions/{row}/delete?ledger_id={own}")
    assert gone.location == f"/transactions?ledger_id={flat}"


def _upload(visitor: Visitor, ledger_id: int, work: Work) -> int:
    """Upload a statement that waits for its review; returns its id."""
    content = statements.simple(("2026-03-02", "Bread", "-3.50"), ("x", "y", "z"))
    file = visitor.client.post(
        f"/imports/new?ledger_id={ledger_id}",
        data={
            "csrf_token": visitor.token,
            "account_id": _account(visitor, ledger_id),
            "file": (BytesIO(content.encode()), "statement.csv"),
        },
        headers={"Accept-Language": visitor.language},
    )
    assert file.status_code == 303, words(file)
    work()
    return int(urlsplit(file.location).path.rpartition("/")[2])


def test_filters_pages_and_exports_stay_in_their_ledger(mia: Visitor) -> None:
    flat = _open(mia)
    own = _own(mia)
    for number in range(3):
        _spend(mia, flat, f"Tea {number}")
    _spend(mia, own, "Coffee")
    page = mia.get(f"/transactions?ledger_id={flat}&per_page=1&q=tea")
    assert f'<input type="hidden" name="ledger_id" value="{flat}">' in page.text
    following = re.search(r'rel="next" href="([^"]+)"', page.text)
    assert following
    assert parse_qs(urlsplit(unescape(following[1])).query)["ledger_id"] == [str(flat)]
    assert "Tea" in words(mia.get(unescape(following[1])))
    export = re.search(r'href="(/exports[^"]+)"', page.text)
    assert export
    content = mia.get(unescape(export[1])).text
    assert "Tea 1" in content
    assert "Coffee" not in content
    assert "Coffee" in mia.get(f"/exports/transactions?ledger_id={own}").text


def test_what_is_added_in_short_stays_in_its_ledger(mia: Visitor) -> None:
    flat = _open(mia)
    page = mia.get(f"/?ledger_id={flat}")
    quick = page.text.split('id="quick-add"')[1]
    for attribute in ("action", "hx-post"):
        assert f'{attribute}="/transactions?ledger_id={flat}"' in quick
    assert f"ledger_id={flat}" in str(value_of(page, "next"))


# Putting away, deleting, bringing back


def test_a_ledger_is_renamed(mia: Visitor) -> None:
    flat = _open(mia)
    assert value_of(mia.get(f"/ledgers/{flat}/edit"), "name") == "Flat"
    assert mia.post(f"/ledgers/{flat}", {"name": ""}).status_code == 422
    mia.post(f"/ledgers/{flat}", {"name": "House"})
    assert set(_switches(mia.get("/"))) == {"Personal", "House"}


def test_an_archived_ledger_is_only_read(mia: Visitor) -> None:
    flat = _open(mia)
    _spend(mia, flat, "Tea")
    undo = words(mia.get(mia.post(f"/ledgers/{flat}/archive").location))
    assert "The ledger Flat is archived. Undo" in undo
    page = mia.get(f"/transactions?ledger_id={flat}")
    assert "Archived: read only. Use it again" in words(page)
    assert "Tea" in words(page)
    assert mia.get(f"/transactions/new?ledger_id={flat}").status_code == 403
    assert set(_switches(mia.get("/"))) == {"Personal"}
    mia.post(f"/ledgers/{flat}/unarchive")
    assert "Archived" not in words(mia.get(f"/transactions?ledger_id={flat}"))


def test_deleting_says_what_goes_and_can_be_taken_back(mia: Visitor) -> None:
    flat = _open(mia)
    _spend(mia, flat, "Tea")
    page = mia.get(f"/ledgers/{flat}/delete")
    assert "1 account, 1 transaction and 0 imports will be gone" in words(page)
    wrong = mia.post(f"/ledgers/{flat}/delete", {"password": "wrong"})
    assert (wrong.status_code, error_of(wrong, "password")) == (422, "This is not your password.")
    gone = mia.get(mia.post(f"/ledgers/{flat}/delete", {"password": PASSWORD}).location)
    assert (
        f'action="/ledgers/{flat}/restore"' in gone.text.split('id="flash"')[1].split("</form>")[0]
    )
    assert "Kept until" in words(gone)
    assert mia.get(f"/transactions?ledger_id={flat}").status_code == 404
    assert set(_switches(mia.get("/"))) == {"Personal"}
    back = mia.post(f"/ledgers/{flat}/restore")
    assert back.location == f"/?ledger_id={flat}"
    assert "Tea" in words(mia.get(f"/transactions?ledger_id={flat}"))
    assert "Kept until" not in words(mia.get("/ledgers"))


def test_ones_own_ledger_is_not_deleted(mia: Visitor) -> None:
    _open(mia)
    own = _own(mia)
    assert f"/ledgers/{own}/delete" not in mia.get(f"/ledgers/{own}/edit").text
    assert mia.get(f"/ledgers/{own}/delete").status_code == 409
    response = mia.post(f"/ledgers/{own}/delete", {"password": PASSWORD})
    assert response.status_code == 409


@pytest.mark.parametrize("path", ["edit", "delete", "archive", "unarchive", "restore", ""])
def test_only_owners_manage_and_strangers_know_nothing(
    app: Flask, mia: Visitor, visit: Visit, path: str
) -> None:
    flat = _open(mia)
    for role, status in (("editor", 403), ("viewer", 403), (None, 404)):
        visitor = visit()
        if role:
            _join(app, visitor, flat, role)
        address = f"/ledgers/{flat}/{path}".rstrip("/")
        if path in {"edit", "delete"}:
            assert visitor.get(address).status_code == status, role
        if path != "edit":
            fields = {"name": "Mine", "password": PASSWORD}
            assert visitor.post(address, fields).status_code == status, role


# What a role does not see


def _forbidden(app: Flask, page: str, allowed: frozenset[str]) -> list[str]:
    """Return the links and forms of a page that lead to what is not ``allowed``."""
    adapter = app.url_map.bind("localhost")
    links = [(address, "GET") for address in re.findall(r'<a[^>]* href="(/[^"#]*)', page)]
    forms = re.findall(r'<form[^>]*method="post"[^>]* action="(/[^"]*)"', page)
    found = []
    for address, method in [*links, *((address, "POST") for address in forms)]:
        try:
            endpoint, _ = adapter.match(urlsplit(unescape(address)).path, method)
        except RequestRedirect:
            continue
        access: Any = access_of(app.view_functions[endpoint])
        in_ledger = isinstance(access, Permission) and access != Permission.ADMINISTER
        if in_ledger and access not in allowed:
            found.append(f"{method} {address}")
    return found


@pytest.mark.parametrize("role", ["viewer", "editor", "owner", "archived"])
def test_a_page_offers_nothing_that_the_role_forbids(
    app: Flask, mia: Visitor, sam: Visitor, work: Work, role: str
) -> None:
    flat = _open(mia)
    empty = _open(mia, "Empty")
    row = _spend(mia, flat, "Tea")
    mia.post(f"/accounts?ledger_id={flat}", {"name": "Unused", "type": "cash", "currency": "EUR"})
    import_id = _upload(mia, flat, work)
    account = _account(mia, flat)
    for ledger in (flat, empty):
        if role == "archived":
            mia.post(f"/ledgers/{ledger}/archive")
        _join(app, sam, ledger, "owner" if role == "archived" else role)
    allowed = ALLOWED["owner"] & WHILE_ARCHIVED if role == "archived" else ALLOWED[role]
    of_rows = (
        f"/transactions/{row}", f"/accounts/{account}", f"/imports/{import_id}",
    )  # fmt: skip
    lists = ("/", "/months/2026/3", "/transactions", "/transactions?q=zzz", "/accounts",
             "/categories", "/imports")  # fmt: skip
    addresses = [
        *of_rows,
        *(f"{path}{'&' if '?' in path else '?'}ledger_id={one}"
          for path in lists for one in (flat, empty)),
    ]  # fmt: skip
    for address in addresses:
        page = sam.get(address)
        assert page.status_code == 200, address
        # The frame's menus lead to other ledgers, in which the person may do more.
        shown = page.text.split('id="main"')[1].split('class="frame-bar"')[0]
        assert _forbidden(app, shown, allowed) == [], address
        side = page.text.split('<div class="side-actions">')[1].split("</nav>")[0]
        assert _forbidden(app, side, allowed) == [], address
        may_add = Permission.EDIT in allowed
        assert ('class="fab"' in page.text) == may_add, address
        assert ('data-key="n"' in side) == may_add, address
        assert ("Add a transaction" in words(page)) == may_add, address


def test_a_viewer_is_not_asked_to_upload(app: Flask, mia: Visitor, sam: Visitor) -> None:
    flat = _open(mia)
    _join(app, sam, flat, "viewer")
    for path in ("/", "/transactions", "/imports", f"/accounts/{_account(mia, flat)}"):
        page = words(sam.get(f"{path}?ledger_id={flat}"))
        assert "Upload" not in page, path
        assert "shows up here" in page or "show up here" in page, path
    assert "You can look" in words(sam.get(f"/?ledger_id={flat}"))


def test_a_form_is_not_shown_to_who_cannot_send_it(
    app: Flask, mia: Visitor, sam: Visitor, work: Work
) -> None:
    flat = _open(mia)
    row = _spend(mia, flat, "Tea")
    account = _account(mia, flat)
    import_id = _upload(mia, flat, work)
    _join(app, sam, flat, "viewer")
    own = _own(sam)
    for path in ("/transactions/new", "/accounts/new", "/categories/new", "/imports/new"):
        assert sam.get(f"{path}?ledger_id={flat}").status_code == 403, path
        assert sam.get(f"{path}?ledger_id={own}").status_code == 200, path
    for path in (
        f"/transactions/{row}/edit", f"/transactions/{row}/delete",
        f"/accounts/{account}/edit", f"/accounts/{account}/delete", f"/imports/{import_id}/mapping",
    ):  # fmt: skip
        assert sam.get(path).status_code == 403, path
        assert sam.get(f"{path}?ledger_id={own}").status_code == 403, path


# What it costs


def test_more_ledgers_cost_no_more_queries(mia: Visitor, queries: Queries) -> None:
    _open(mia, "One")
    sent = []
    for name in ("Two", "Three"):
        with queries() as few:
            for path in ("/", "/transactions", "/accounts", "/ledgers"):
                mia.get(path)
        sent.append(len(few))
        _open(mia, name)
    assert sent[0] == sent[1]
