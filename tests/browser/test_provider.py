"""Signing in where somebody is known already: with an OpenID provider, over its real pages."""

import dataclasses
import socket
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from config import Settings
from tests.browser.conftest import visiting
from tests.browser.people import PASSWORD, Person
from tests.conftest import web_server
from tests.factories.openid import CLIENT_ID, CLIENT_SECRET, Provider, serving

pytestmark = pytest.mark.any_database

ADA = {"sub": "ada-1", "email": "ada@example.com", "email_verified": True, "given_name": "Ada"}


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    """A provider at which Ada is signed in."""
    with serving(Provider()) as provider:
        yield provider


@pytest.fixture(scope="module")
def house(settings: Settings, provider: Provider) -> Iterator[str]:
    """The address of an Outlay that knows the provider as Acme."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    knowing = dataclasses.replace(
        settings,
        port=port,
        base_url=f"http://127.0.0.1:{port}",
        oidc_issuer=provider.issuer,
        oidc_client_id=CLIENT_ID,
        oidc_client_secret=CLIENT_SECRET,
        oidc_name="Acme",
    )
    with web_server(knowing) as url:
        yield url


@pytest.fixture
def visitor(browser: Browser, house: str, provider: Provider) -> Iterator[Person]:
    """Somebody there whom the provider knows as Ada."""
    provider.person = dict(ADA)
    yield from visiting(browser.new_context(base_url=house))


def test_somebody_new_comes_in_through_the_provider(visitor: Person, provider: Provider) -> None:
    page = visitor.page
    page.goto("/accounts")
    page.wait_for_url("**/sign-in?next=/accounts")
    page.get_by_role("link", name="Sign in with Acme").click()
    page.wait_for_url("**/accounts")
    assert {"/authorize", "/token", "/keys"} <= set(provider.calls)
    page.goto("/settings/profile")
    visitor.sees("ada@example.com · proved to be yours")
    expect(page.get_by_label("First name")).to_have_value("Ada")

    page.context.clear_cookies()
    page.goto("/sign-in")
    page.get_by_role("link", name="Sign in with Acme").click()
    page.goto("/settings/security/identities")
    visitor.sees("as ada-1")


def test_linking_the_provider_and_unlinking_it(visitor: Person, provider: Provider) -> None:
    page = visitor.page
    visitor.register()
    provider.person["email"] = visitor.email
    page.goto("/settings/security/identities")
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Continue to Acme").click()
    visitor.sees("Acme is linked")
    visitor.sees("as ada-1")

    page.context.clear_cookies()
    page.goto("/sign-in")
    page.get_by_role("link", name="Sign in with Acme").click()
    page.wait_for_url("**/")
    page.goto("/settings/security/identities")
    page.get_by_role("link", name="Unlink").click()
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Unlink").click()
    visitor.sees("It is unlinked")


def test_what_is_not_believed_lets_nobody_in(visitor: Person, provider: Provider) -> None:
    page = visitor.page
    page.goto("/sign-in")
    provider.person["nonce"] = "of another visit"
    page.get_by_role("link", name="Sign in with Acme").click()
    page.wait_for_url("**/sign-in")
    visitor.sees("Acme did not confirm who you are. Try again.")
    page.goto("/accounts")
    page.wait_for_url("**/sign-in?next=/accounts")
