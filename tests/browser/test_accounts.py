"""An account from its opening to the archive: balances of days, and a statement it agrees with."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import Person

pytestmark = pytest.mark.any_database


def test_an_account_is_opened_ordered_reconciled_and_archived(person: Person) -> None:
    page = person.page
    person.register()
    for name in ("Rainy days", "Piggy bank"):
        _open(page, name)
    _put_first(page, "Rainy days")

    # What happened in it, and what was in it on a day.
    page.get_by_role("link", name=re.compile("^Rainy days")).click()
    person.sees("There are €100.00 in it.")
    _add(page, "2026-02-10", "Umbrella", "30")
    _add(page, "2026-03-10", "Boots", "50.25")
    person.sees("There are €19.75 in it.")
    page.get_by_label("Balance at the end of").fill("2026-02-28")
    page.get_by_role("button", name="Show").click()
    person.sees("At the end of Saturday, February 28, 2026 the balance was €70.00")
    page.get_by_role("link", name="Five years").click()
    page.get_by_text("As a table").click()
    expect(page.get_by_role("row", name="February 2026 €70.00")).to_be_visible()

    # A statement that does not agree is refused; one that does is kept, and can be taken back.
    page.get_by_role("link", name="Reconcile").click()
    page.get_by_label("Its last day").fill("2026-02-28")
    page.get_by_label("Balance at the end of it").fill("60")
    page.get_by_role("button", name="Show what to tick").click()
    expect(page.get_by_text("Boots")).to_have_count(0)
    page.get_by_label("Umbrella").check()
    person.sees("What is ticked comes to €70.00: €10.00 too much")
    page.get_by_role("button", name="Finish", exact=True).click()
    person.sees("They do not agree yet")
    page.get_by_label("Balance at the end of it").fill("70")
    page.get_by_role("button", name="Show what to tick").click()
    person.sees("What is ticked comes to €70.00, too.")
    page.get_by_role("button", name="Finish", exact=True).click()
    person.sees("The account is reconciled.")
    person.sees("It agreed with the statement of Saturday, February 28, 2026: €70.00.")

    # A reconciled row asks before it changes.
    page.get_by_role("link", name=re.compile("^Umbrella")).click()
    page.get_by_role("link", name="Change", exact=True).click()
    page.get_by_label("Amount", exact=True).fill("31")
    page.get_by_role("button", name="Save").click()
    meant = page.get_by_label("This transaction is reconciled")
    expect(meant).not_to_be_checked()
    expect(page.get_by_role("alert")).to_be_visible()
    meant.check()
    page.get_by_role("button", name="Save").click()
    person.sees("€31.00 went out of Rainy days")

    page.get_by_role("link", name="Rainy days").click()
    page.get_by_role("button", name="Archive").click()
    person.sees("The account is archived.")
    page.goto("/transactions/new")
    expect(page.get_by_label("Account", exact=True)).not_to_contain_text("Rainy days")


def _open(page: Page, name: str) -> None:
    page.goto("/accounts")
    page.get_by_role("link", name="Open an account").click()
    page.get_by_label("Name").fill(name)
    page.get_by_label("What it is").select_option("Savings")
    page.get_by_label("Opening balance").fill("100")
    page.get_by_label("On which day").fill("2026-01-01")
    page.get_by_label("Group").fill("Reserves")
    page.get_by_role("button", name="Open the account").click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()


def _put_first(page: Page, name: str) -> None:
    page.goto("/accounts")
    group = page.get_by_role("region", name="Reserves")
    expect(group).to_contain_text("€200.00")
    page.get_by_role("link", name="Put in order").click()
    page.get_by_role("button", name=f"Move {name} up").click()
    page.get_by_role("link", name="Done").click()
    expect(group.get_by_role("listitem").first).to_contain_text(name)


def _add(page: Page, date: str, what: str, amount: str) -> None:
    page.get_by_role("main").get_by_role("link", name="Add").first.click()
    page.get_by_label("Date").fill(date)
    page.get_by_label("Description").fill(what)
    page.get_by_label("Amount", exact=True).fill(amount)
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name=re.compile(f"^{what}"))).to_be_visible()
