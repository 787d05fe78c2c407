"""A category that is suggested while somebody types, and is theirs to take or leave."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import Person

pytestmark = pytest.mark.any_database


def _begin(page: Page, payee: str) -> None:
    page.goto("/transactions/new")
    page.get_by_label("Amount", exact=True).fill("3")
    page.get_by_text("Payee, tags and notes").click()
    page.get_by_label("Payee").fill(payee)
    page.get_by_label("Payee").blur()


def test_a_suggestion_is_used_or_refused_for_good(person: Person) -> None:
    page = person.page
    person.register()
    _begin(page, "Rewe")
    food = page.locator("#f-category_id option", has_text="Groceries").get_attribute("value")
    page.locator("#f-category_id").select_option(value=food)
    page.get_by_role("button", name="Add", exact=True).click()
    page.wait_for_url("**/transactions*")
    _begin(page, "Rewe")
    category = page.locator("#f-category_id")
    use = page.get_by_role("button", name="Use Groceries")
    expect(use).to_be_visible()
    expect(category).to_have_value("")
    use.click()
    expect(category).not_to_have_value("")
    expect(use).to_have_count(0)
    _begin(page, "Rewe")
    with page.expect_response("**/suggestion/refuse*"):
        page.get_by_role("button", name="No, not Groceries").click()
    with page.expect_response("**/categories/suggestion?*"):
        _begin(page, "Rewe")
    expect(use).to_have_count(0)
    expect(category).to_have_value("")
