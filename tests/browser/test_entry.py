"""The form of a transaction in a real browser: sums told while typing, lines that come and go."""

import pytest
from playwright.sync_api import expect

from tests.browser.people import Person

pytestmark = pytest.mark.any_database


def test_sums_are_told_and_lines_taken_out(person: Person) -> None:
    page = person.page
    person.register()
    page.goto("/transactions/new")
    amount, comes_to = page.locator("#f-amount"), page.locator("[data-sum-of]")
    for typed, told in (
        ("12.50+3*2", "= 18.50"),
        ("0.1+0.2", "= 0.30"),
        ("10/3", "does not come out even"),
        ("(1+2", ""),
        ("1e3+1", ""),
        ("alert(1)+1", ""),
    ):
        amount.fill(typed)
        expect(comes_to).to_have_text(told)
    page.get_by_text("Split over several").click()
    left = page.locator("[data-left-over]")
    amount.fill("0.3")
    page.locator("#f-split-amount-1").fill("0.1")
    page.locator("#f-split-amount-2").fill("0.05+0.05")
    expect(left).to_have_text("0.10 left to split")
    page.get_by_role("button", name="Another line").click()
    page.locator("#f-split-amount-3").fill("0.2")
    expect(left).to_have_text("−0.10 left to split")
    page.get_by_role("button", name="Remove line 2").click()
    expect(left).to_have_text("Nothing left to split")
    expect(page.get_by_label("Amount 2")).to_have_value("0.2")
    page.get_by_role("button", name="Add", exact=True).locator("visible=true").click()
    person.sees("Added: €0.30")
