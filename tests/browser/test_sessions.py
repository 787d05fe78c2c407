"""Devices and tokens, from where their owner sits."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.people import Person
from tests.conftest import BROWSER_MILLISECONDS

pytestmark = pytest.mark.any_database

TELEPHONE = (
    "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/142.0.0.0 Mobile Safari/537.36"
)


def test_a_lost_telephone_is_signed_out(person: Person, browser: Browser, live_server: str) -> None:
    person.register()
    context = browser.new_context(base_url=live_server, user_agent=TELEPHONE)
    context.set_default_timeout(BROWSER_MILLISECONDS)
    lost = Person(context.new_page())
    lost.email = person.email
    lost.page.goto("/sign-in")
    lost.sign_in()
    lost.page.wait_for_url("**/")

    page = person.page
    page.goto("/settings/devices")
    person.sees("2 devices")
    person.sees("this device")
    page.get_by_role("button", name="Sign out Chrome on Android").click()
    person.sees("That device is signed out.")
    person.sees("You are signed in nowhere else.")

    lost.page.goto("/accounts")
    lost.page.wait_for_url("**/sign-in?next=/accounts")
    page.goto("/accounts")
    expect(page.get_by_role("heading", name="Accounts")).to_be_visible()
    context.close()


def test_a_token_is_copied_once_and_revoked(person: Person) -> None:
    page = person.page
    person.register()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/settings/tokens")
    page.get_by_label("Name").fill("Backup")
    page.get_by_label("Lasts").select_option(label="until I revoke it")
    page.get_by_role("button", name="Make a token").click()
    person.sees("Copy it now: it is not shown again.")
    page.get_by_role("button", name="Copy").click()
    person.sees("Copied")
    token = page.evaluate("navigator.clipboard.readText()")
    headers = {"Authorization": f"Bearer {token}"}
    assert page.request.get("/api/accounts", headers=headers).status == 200
    page.get_by_role("link", name="Done").click()
    expect(page.get_by_text(token)).to_have_count(0)
    person.sees("no end")
    page.get_by_role("button", name="Revoke Backup").click()
    person.sees("No tokens yet")
    assert page.request.get("/api/accounts", headers=headers).status == 401
