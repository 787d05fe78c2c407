"""Two people in two browsers keep one ledger."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from config import Settings
from tests.browser.mailbox import mail_to
from tests.browser.people import PASSWORD, Person
from tests.conftest import BROWSER_MILLISECONDS
from tests.factories.mails import link_in


@pytest.fixture
def guest(browser: Browser, live_server: str) -> Iterator[Person]:
    """Somebody else, with a browser of their own on a telephone."""
    context = browser.new_context(
        base_url=live_server, viewport={"width": 360, "height": 740}, color_scheme="dark"
    )
    context.set_default_timeout(BROWSER_MILLISECONDS)
    yield Person(context.new_page())
    context.close()


def _prove_address(person: Person, settings: Settings) -> None:
    person.page.goto(link_in(mail_to(settings, person.email, "Is this your address?")))
    person.page.get_by_role("button", name="This is my address").click()
    person.page.wait_for_url("**/")


def _name(person: Person, name: str) -> None:
    person.page.goto("/settings/profile")
    person.page.get_by_label("First name").fill(name)
    person.page.get_by_role("button", name="Save").click()
    person.sees("Saved.")


def _open_ledger(person: Person, name: str) -> None:
    person.page.goto("/ledgers/new")
    person.page.get_by_label("Name").fill(name)
    person.page.get_by_role("button", name="Open the ledger").click()
    person.page.wait_for_url("**/?ledger_id=*")


def _spend(person: Person, amount: str, what: str) -> None:
    person.page.get_by_role("link", name="Add").locator("visible=true").first.click()
    person.page.get_by_label("Amount", exact=True).fill(amount)
    person.page.get_by_label("Description").fill(what)
    person.page.get_by_role("button", name="Add", exact=True).click()
    person.sees(what)


@pytest.mark.usefixtures("worker")
def test_two_people_keep_one_ledger(person: Person, guest: Person, settings: Settings) -> None:
    ana, ben = person, guest
    ana.register()
    _name(ana, "Ana")
    _prove_address(ana, settings)
    _open_ledger(ana, "Cottage")

    # Ana invites Ben by mail.
    ana.page.get_by_role("link", name="Members").locator("visible=true").first.click()
    ana.sees("Only you.")
    ana.page.get_by_label("E-mail").fill(ben.email)
    ana.page.get_by_role("button", name="Invite").click()
    ana.sees(f"The invitation is on its way to {ben.email}.")

    # Ben reads it, registers, and joins; the link in the mail proved his address.
    ben.page.goto(link_in(mail_to(settings, ben.email, "Ana invites you to Cottage")))
    ben.sees("Ana invites you to Cottage")
    ben.sees("The others will see your name and your e-mail address")
    ben.fits()
    ben.page.get_by_role("link", name="Register to join").click()
    expect(ben.page.get_by_label("E-mail")).to_have_value(ben.email)
    ben.page.get_by_label("First name").fill("Ben")
    ben.page.get_by_label("Password").fill(PASSWORD)
    ben.page.get_by_role("button", name="Register").click()
    ben.sees("You are in Cottage")
    ben.page.get_by_role("link", name="Open Cottage").click()
    expect(ben.page.locator("#unverified")).to_have_count(0)

    # Both enter something; each sees what the other entered, and whose it is.
    _spend(ana, "12.50", "Firewood")
    _spend(ben, "7.20", "Paint")
    ana.page.get_by_role("link", name="Transactions", exact=True).locator(
        "visible=true"
    ).first.click()
    row = ana.page.get_by_role("link", name=re.compile("^Paint"))
    expect(row).to_contain_text("entered by Ben")
    row.click()
    ana.sees("By Ben,")
    ben.page.get_by_role("link", name="Transactions", exact=True).locator(
        "visible=true"
    ).first.click()
    expect(ben.page.get_by_role("link", name=re.compile("^Firewood"))).to_contain_text(
        "entered by Ana"
    )
    ben.fits()

    # A form is open in Ben's browser while Ana makes him a viewer.
    ben.page.get_by_role("link", name=re.compile("^Paint")).click()
    ben.page.get_by_role("link", name="Change", exact=True).click()
    ben.page.get_by_label("Amount", exact=True).fill("99.00")
    ana.page.get_by_role("link", name="Members").locator("visible=true").first.click()
    ana.page.get_by_role("link", name="Change Ben").click()
    ana.page.get_by_label("Role").select_option("viewer")
    ana.page.get_by_role("button", name="Save").click()
    ana.sees("Ben is a viewer now.")

    # The form is refused on a plain page, and after a reload the buttons are gone.
    ben.page.get_by_role("button", name="Save").click()
    ben.sees("Your role here is viewer; it does not include this.")
    ben.fits()
    ben.page.get_by_role("link", name="To your month").click()
    ben.page.get_by_role("link", name="Transactions", exact=True).locator(
        "visible=true"
    ).first.click()
    ben.page.get_by_role("link", name=re.compile("^Paint")).click()
    ben.sees("7.20")
    expect(ben.page.get_by_role("link", name="Change", exact=True)).to_have_count(0)

    # Removed, he finds nothing of it on the next page.
    ana.page.get_by_role("link", name="Change Ben").click()
    ana.page.get_by_role("link", name="Remove").click()
    ana.sees("Ben will see nothing of Cottage any more")
    ana.page.get_by_role("button", name="Remove").click()
    ana.sees("Ben is not in this ledger any more.")
    ben.page.reload()
    ben.sees("nothing here")


def test_without_scripts_a_link_is_made_and_taken_back(without_scripts: Person) -> None:
    person = without_scripts
    person.register()
    person.page.get_by_role("link", name="Members").locator("visible=true").first.click()
    person.page.get_by_role("button", name="Invite").click()
    person.sees("The link is ready")
    person.page.get_by_role("link", name="Take back").click()
    person.sees("The link will work no more")
    person.page.get_by_role("button", name="Take it back").click()
    person.sees("The invitation is taken back.")
