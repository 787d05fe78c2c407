"""Money between one's own accounts: across currencies, and as two statements tell of it."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import Person

pytestmark = pytest.mark.any_database


@pytest.fixture
def sent(tmp_path: Path) -> Path:
    """What the bank that money left says of it, in the layout of Outlay's export."""
    return _statement(tmp_path / "sent.csv", "2026-09-01,To my savings,-250.00,EUR,,")


@pytest.fixture
def arrived(tmp_path: Path) -> Path:
    """What the bank that it came to says, a day later."""
    return _statement(tmp_path / "arrived.csv", "2026-09-02,From my main account,250.00,EUR,,")


@pytest.mark.usefixtures("worker")
def test_two_currencies_and_two_halves(person: Person, sent: Path, arrived: Path) -> None:
    page = person.page
    person.register()
    _open(page, "Savings", "EUR")
    _open(page, "Travel", "USD")

    # By hand, where the rate is told from what left and what arrived.
    page.goto("/transactions/new")
    page.get_by_text("Transfer", exact=True).click()
    page.get_by_label("Amount", exact=True).fill("1,000")
    page.get_by_label("Account", exact=True).select_option(label="Main account (EUR)")
    page.get_by_label("To account").select_option(label="Travel (USD)")
    page.get_by_label("What arrived").fill("1085")
    person.sees("1 EUR = 1.085 USD")
    page.get_by_label("Description").fill("For the journey")
    page.keyboard.press("Enter")
    page.get_by_role("link", name=re.compile("^For the journey")).click()
    person.sees("€1,000.00 went from Main account to Travel, where $1,085.00 arrived")
    person.sees("1 EUR = 1.085 USD")

    # Two rows that came with statements are offered as one, joined, and taken apart again.
    for path, account in ((sent, "Main account (EUR)"), (arrived, "Savings (EUR)")):
        person.upload(path, account)
        page.get_by_role("button", name="Import 1 row").click()
        person.sees("Yes, it all arrived")
    page.goto("/transactions")
    page.get_by_role("link", name="Look at it").click()
    pair = page.get_by_role("main").get_by_role("listitem")
    expect(pair).to_have_count(1)
    expect(pair).to_contain_text("Main account → Savings")
    page.get_by_role("button", name=re.compile("^Join €250.00")).click()
    person.sees("The two rows are one transfer now.")
    page.goto("/transactions")
    expect(page.get_by_role("link", name=re.compile("^From my main account"))).to_have_count(0)
    page.get_by_role("link", name=re.compile("^To my savings")).click()
    person.sees("went from Main account to Savings")
    page.get_by_role("button", name="Take apart").click()
    person.sees("The transfer is two rows again.")
    page.goto("/transactions")
    expect(page.get_by_role("link", name=re.compile("^From my main account"))).to_have_count(1)


def _open(page: Page, name: str, currency: str) -> None:
    page.goto("/accounts/new")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Currency").select_option(currency)
    page.get_by_role("button", name="Open the account").click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()


def _statement(path: Path, row: str) -> Path:
    path.write_text(f"date,description,amount,currency,category,account\n{row}\n", encoding="utf-8")
    return path
