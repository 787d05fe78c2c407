"""The second factor as people live it: an app on the phone, and passkeys of a virtual device."""

import dataclasses
import socket
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from config import Settings
from tests.browser.people import PASSWORD, Person
from tests.conftest import BROWSER_MILLISECONDS, web_server
from tests.factories.codes import code_of

pytestmark = pytest.mark.any_database

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="module")
def named_server(settings: Settings) -> Iterator[str]:
    """A web server with a host name: a passkey is bound to one, and a number is none."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    named = dataclasses.replace(settings, port=port, base_url=f"http://localhost:{port}")
    with web_server(named) as url:
        yield url


@pytest.fixture
def named(browser: Browser, named_server: str) -> Iterator[Person]:
    """Somebody at that address; their browser complains of nothing."""
    context = browser.new_context(base_url=named_server)
    context.set_default_timeout(BROWSER_MILLISECONDS)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield Person(page)
    context.close()
    assert [text for text in complaints if "Failed to load resource" not in text] == []


def _device(page: Page) -> tuple[CDPSession, str]:
    """Give a page's browser a device that can keep passkeys; returns how to speak to it."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    made = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    return devtools, made["authenticatorId"]


def _add_passkey(page: Page, name: str, password: str = PASSWORD) -> None:
    page.goto("/settings/security")
    page.get_by_role("link", name="Passkeys").click()
    page.get_by_label("What to call it").fill(name)
    page.get_by_label("Your password").fill(password)
    page.get_by_role("button", name="Add a passkey").click()


def _sign_out(page: Page) -> None:
    page.context.clear_cookies()
    page.goto("/sign-in")


def test_an_app_on_the_phone(person: Person) -> None:
    page = person.page
    person.register()
    page.goto("/settings/security")
    page.get_by_role("link", name="Authenticator app").click()
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Set it up").click()
    expect(page.get_by_role("img", name="QR code").locator("svg")).to_be_visible()
    person.fits()
    secret = page.locator("[data-secret]").inner_text()
    page.get_by_role("textbox", name="Code").fill(code_of(secret, steps=-1))
    page.get_by_role("button", name="Turn it on").click()
    person.sees("shown only now")
    codes = page.locator("ol code").all_inner_texts()
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Download as text").click()
    kept = downloading.value.path().read_text(encoding="utf-8")
    assert all(code in kept for code in codes)

    _sign_out(page)
    person.sign_in()
    person.sees("Your password was right")
    page.get_by_role("textbox", name="Code").fill("000000")
    page.get_by_role("button", name="Sign in").click()
    person.sees("This code is not good")
    page.get_by_role("textbox", name="Code").fill(code_of(secret))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")

    _sign_out(page)
    person.sign_in()
    page.get_by_role("textbox", name="Code").fill(codes[0])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")
    page.goto("/settings/security/one-time-password")
    person.sees("9 recovery codes are left")


def test_a_passkey(named: Person) -> None:
    page = named.page
    devtools, device = _device(page)
    named.register()
    _add_passkey(page, "My laptop", "not my password")
    named.sees("This is not your password.")
    _add_passkey(page, "My laptop")
    named.sees("The passkey My laptop is there")
    named.sees("not used yet")
    _add_passkey(page, "Once more")
    named.sees("This device has a passkey for your account already.")

    _sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/")
    page.goto("/settings/security/passkeys")
    named.sees("last used")

    _sign_out(page)
    told = {"authenticatorId": device, "isUserVerified": False}
    devtools.send("WebAuthn.setUserVerified", told)
    page.get_by_role("button", name="Sign in with a passkey").click()
    named.sees("Nothing happened: it was cancelled, or it took too long.")
    devtools.send("WebAuthn.setUserVerified", {**told, "isUserVerified": True})
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/")

    page.goto("/settings/security/passkeys")
    page.get_by_role("link", name="Remove My laptop").click()
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Remove it").click()
    named.sees("The passkey is gone.")
    _sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    named.sees("This passkey is not known here any more.")


def test_without_scripts_no_passkey_is_offered(browser: Browser, named_server: str) -> None:
    context = browser.new_context(base_url=named_server, java_script_enabled=False)
    page = context.new_page()
    page.goto("/sign-in")
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
    context.close()
