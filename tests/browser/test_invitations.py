"""An instance that lets in only who is invited."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from config import Settings
from tests.browser.mailbox import mail_to
from tests.browser.people import Person
from tests.conftest import BROWSER_MILLISECONDS, StartWorker, web_server
from tests.factories.mails import free_port, link_in

pytestmark = pytest.mark.any_database

SUBJECT = "You are invited to Outlay"


@dataclass(frozen=True, slots=True)
class House:
    """Where only who is invited comes in; each one has a browser of their own."""

    browser: Browser
    url: str

    def arrive(self, **options: object) -> Person:
        """Return somebody new at a browser of their own."""
        context: BrowserContext = self.browser.new_context(base_url=self.url, **options)  # type: ignore[arg-type]
        context.set_default_timeout(BROWSER_MILLISECONDS)
        return Person(context.new_page())


@pytest.fixture
def house(browser: Browser, settings: Settings, start_worker: StartWorker) -> Iterator[House]:
    """A web server and a worker whose registration is by invitation."""
    port = free_port()
    changes = {"registration": "invite", "port": port, "base_url": f"http://127.0.0.1:{port}"}
    with web_server(replace(settings, **changes)) as url:  # type: ignore[arg-type]
        start_worker(**changes)
        yield House(browser, url)
    for context in browser.contexts:
        context.close()


def test_invited_by_mail_somebody_registers(house: House, settings: Settings) -> None:
    admin, guest = house.arrive(), house.arrive(viewport={"width": 360, "height": 740})
    admin.register()
    guest.page.goto("/register")
    guest.sees("You can register here with an invitation only.")
    admin.page.locator("summary:visible", has_text="Menu of").click()
    admin.page.get_by_role("link", name="Administration").last.click()
    admin.page.get_by_role("link", name="Invitations").click()
    admin.sees("Only people with an invitation can register now.")
    admin.page.get_by_label("E-mail").fill(guest.email)
    admin.page.get_by_role("button", name="Invite").click()
    admin.sees(f"The invitation is on its way to {guest.email}.")
    link = link_in(mail_to(settings, guest.email, SUBJECT))
    assert admin.page.get_by_label(f"Link for {guest.email}", exact=True).input_value() == link
    guest.register(link)
    guest.fits()
    admin.page.reload()
    admin.sees("Used")
    late = house.arrive()
    late.page.goto(link)
    late.sees("This invitation was used already.")
    guest.page.goto("/admin/invitations")
    guest.sees("nothing here")


def test_a_link_is_copied_and_taken_back(house: House) -> None:
    admin = house.arrive(permissions=["clipboard-read", "clipboard-write"])
    admin.register()
    admin.page.goto("/admin/invitations")
    admin.page.get_by_role("button", name="Invite").click()
    admin.page.get_by_role("button", name="Copy the link").click()
    admin.sees("Copied")
    link = str(admin.page.evaluate("navigator.clipboard.readText()"))
    guest = house.arrive()
    guest.page.goto(link)
    expect(guest.page.get_by_label("Password")).to_be_visible()
    admin.page.get_by_role("button", name="Take back").click()
    admin.sees("The link will work no more, wherever you passed it on.")
    admin.page.get_by_role("button", name="Take it back").click()
    admin.sees("The invitation is taken back.")
    guest.page.reload()
    guest.sees("This invitation was taken back.")


def test_without_scripts_taking_back_is_asked_on_a_page(house: House) -> None:
    admin = house.arrive(java_script_enabled=False)
    admin.register()
    admin.page.goto("/admin/invitations")
    admin.page.get_by_role("button", name="Invite").click()
    admin.page.get_by_role("link", name="Take back").click()
    admin.page.get_by_role("button", name="Take it back").click()
    admin.sees("The invitation is taken back.")
