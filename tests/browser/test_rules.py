"""A rule, from the form over its preview to the past and back."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.people import Person

pytestmark = pytest.mark.any_database


@pytest.mark.usefixtures("worker")
def test_a_rule_is_tried_applied_to_the_past_and_undone(person: Person, statement: Path) -> None:
    page = person.page
    person.register()
    person.upload(statement)
    page.get_by_role("button", name="Import 12 rows").click()
    person.sees("Yes, it all arrived")
    page.goto("/rules")
    page.get_by_role("link", name="Add a rule").click()
    page.get_by_label("Name", exact=True).fill("Bread")
    page.get_by_label("Words 1").fill("bäckerei")
    page.get_by_role("button", name="Another condition").click()
    page.get_by_label("Condition 2").select_option("Amount is at least")
    page.get_by_label("Amount 2").fill("3.40")
    page.get_by_label("Category 1").select_option(label="\u2003Groceries")
    page.get_by_role("button", name="Another action").click()
    page.get_by_label("Action 2").select_option("Add a tag")
    page.get_by_label("Name 2").fill("bread")

    page.get_by_role("button", name="See what would change").click()
    person.sees("6 of 12 transactions would change.")
    change = page.locator(".change").first
    expect(change).to_contain_text("Bäckerei Özdemir")
    for part in ("No category →becomes Groceries", "No tags →becomes #bread"):
        expect(change).to_contain_text(part)
    expect(page.get_by_label("Words 1")).to_have_value("bäckerei")

    page.get_by_role("button", name="Save, then apply to the past…").click()
    person.sees("If any text has “bäckerei” and the amount is at least 3.40")
    page.get_by_role("button", name="Change 6 transactions").click()
    person.sees("6 transactions are changed.")
    page.goto("/transactions?tag=bread")
    expect(page.locator(".row-choosable")).to_have_count(6)
    expect(page.locator(".row-choosable").first).to_contain_text("Groceries")
    page.goto("/bulk-changes")
    page.get_by_role("button", name="Undo").click()
    person.sees("Everything is as it was.")
    page.goto("/transactions?tag=bread")
    expect(page.locator(".row-choosable")).to_have_count(0)
