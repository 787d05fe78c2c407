"""Several ledgers in a browser: two windows, the keyboard, and no scripts."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import Person

pytestmark = pytest.mark.any_database


def _menu(page: Page) -> None:
    page.locator(".menu-ledgers > summary:visible").click()


def _open(person: Person, name: str) -> None:
    _menu(person.page)
    person.page.locator("a:visible", has_text="New ledger").click()
    person.page.get_by_label("Name").fill(name)
    person.page.get_by_role("button", name="Open the ledger").click()
    person.page.wait_for_url("**ledger_id=*")


def _spend(page: Page, amount: str, text: str) -> None:
    quick = page.locator("#quick-add")
    quick.get_by_label("Amount", exact=True).fill(amount)
    quick.get_by_label("Description").fill(text)
    quick.get_by_role("button", name="Add").click()
    expect(page.locator("#newest")).to_contain_text(text)


def test_two_windows_with_two_ledgers_never_mix(person: Person) -> None:
    person.register()
    _open(person, "Household")
    first = person.page
    second = first.context.new_page()
    second.goto("/transactions")  # without a name: one's own
    _menu(second)
    second.locator("a:visible", has_text="Household").click()
    expect(second).to_have_url(re.compile(r"/transactions\?ledger_id="))
    second.locator("nav[aria-label=Main] a", has_text="Month").click()
    _menu(second)
    second.locator("a:visible", has_text="Personal").click()
    second.wait_for_load_state()
    _spend(first, "5", "Bread for all")
    _spend(second, "7", "Book for me")
    _spend(first, "6", "Milk for all")
    for page, here, elsewhere in ((first, "Milk for all", "Book"), (second, "Book for me", "Milk")):
        page.locator("nav[aria-label=Main] a", has_text="Transactions").click()
        expect(page.locator("#list")).to_contain_text(here)
        page.get_by_role("searchbox").fill("for")
        expect(page).to_have_url(re.compile(r"[?&]q=for"))
        expect(page.locator("#list")).to_contain_text(here)
        expect(page.locator("#list")).not_to_contain_text(elsewhere)


def test_the_switcher_works_with_the_keyboard_alone(person: Person) -> None:
    person.register()
    _open(person, "Household")
    summary = person.page.locator(".menu-ledgers > summary:visible")
    summary.focus()
    person.page.keyboard.press("Enter")
    person.page.keyboard.press("Tab")
    expect(person.page.locator("a:focus")).to_have_text("Personal")
    person.page.keyboard.press("Escape")
    expect(summary).to_be_focused()
    person.page.keyboard.press("Enter")
    person.page.keyboard.press("Tab")
    person.page.keyboard.press("Enter")
    expect(summary).to_contain_text("Personal")


def test_a_telephone_without_scripts_can_do_it_all(without_scripts: Person) -> None:
    page = without_scripts.page
    page.set_viewport_size({"width": 360, "height": 740})
    without_scripts.register()
    _open(without_scripts, "A household with quite a long name")
    _menu(page)
    without_scripts.fits()
    page.locator("a:visible", has_text="Manage ledgers").click()
    without_scripts.fits()
    page.get_by_role("link", name="Change A household").click()
    page.get_by_role("button", name="Archive").click()
    without_scripts.sees("is archived.")
    page.get_by_role("link", name="A household with quite a long name Yours").click()
    without_scripts.sees("Archived: read only.")
    without_scripts.fits()
    page.get_by_role("button", name="Use it again").click()
    without_scripts.sees("in use again")
