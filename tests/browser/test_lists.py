"""A long list by keyboard: many rows changed at once and taken back, one edited where it stands."""

import pytest
from playwright.sync_api import expect

from tests.browser.people import Person

pytestmark = pytest.mark.any_database


def test_choosing_across_pages_and_editing_by_keyboard(
    person: Person,
) -> None:
    page = person.page
    person.register()
    for number in range(3):
        page.goto("/transactions/new")
        page.get_by_label("Amount", exact=True).fill(f"{number + 1}.50")
        page.get_by_label("Description").fill(f"Tea {number}")
        page.keyboard.press("Enter")
        person.sees(f"Tea {number}")
    page.goto("/transactions?per_page=2")
    rows = page.locator(".row-item")
    for key, number in (("j", 0), ("j", 1), ("k", 0), ("k", 0)):
        page.keyboard.press(key)
        expect(rows.nth(number)).to_be_focused()
    for key in ("x", "j", "x"):
        page.keyboard.press(key)
    person.sees("2 chosen, together -€6.00")
    page.get_by_label("All 3", exact=True).check()
    person.sees("3 transactions, together -€7.50")
    page.keyboard.press("c")
    page.get_by_role("dialog").get_by_label("Payee", exact=True).fill("Cafe")
    page.get_by_role("button", name="Change 3 transactions").click()
    person.sees("Changed 3 transactions.")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.goto("/transactions?payee=Cafe")
    expect(page.locator(".row-choosable")).to_have_count(3)
    page.keyboard.press("j")
    page.keyboard.press("#")
    page.get_by_role("button", name="Delete 1 transaction").click()
    person.sees("Deleted 1 transaction.")
    page.get_by_role("button", name="Undo").click()
    person.sees("Everything is as it was.")
    expect(page.locator(".row-choosable")).to_have_count(3)
    page.keyboard.press("j")
    page.keyboard.press("e")
    page.get_by_label("Amount", exact=True).fill("x")
    page.keyboard.press("Enter")
    person.sees("Not an amount.")
    page.get_by_label("Amount", exact=True).fill("8+1")
    page.keyboard.press("Enter")
    expect(page.locator(".row-editing")).to_have_count(0)
    expect(page.locator(".row-choosable").first).to_contain_text("€9.00")
    expect(page.locator(".row-item").first).to_be_focused()
    page.keyboard.press("e")
    page.get_by_label("Description", exact=True).fill("Never")
    page.keyboard.press("Escape")
    expect(page.get_by_text("Never")).to_have_count(0)


def test_what_is_ticked_stays_so_on_other_pages(person: Person) -> None:
    page = person.page
    person.register()
    for number in range(5):
        page.goto("/transactions/new")
        page.get_by_label("Amount", exact=True).fill(f"{number + 1}.50")
        page.get_by_label("Description").fill(f"Tea {number}")
        page.keyboard.press("Enter")
        person.sees(f"Tea {number}")
    ticked = page.locator("input[name=ids]:checked")
    page.goto("/transactions?per_page=2")
    page.get_by_label("Choose Tea 4").check()
    page.get_by_role("link", name="Older").click()
    person.sees("1 chosen, 1 of them on other pages, -€5.50")
    page.get_by_label("Choose Tea 2").check()
    person.sees("2 chosen, 1 of them on other pages, together -€9.00")
    page.go_back()
    expect(page.get_by_label("Choose Tea 4")).to_be_checked()
    person.sees("2 chosen, 1 of them on other pages")
    page.goto("/transactions?per_page=2&sort=amount")
    expect(ticked).to_have_count(0)
    page.get_by_label("Choose Tea 0").check()
    person.sees("3 chosen, 2 of them on other pages, together -€10.50")
    page.goto("/transactions?per_page=2&q=tea")  # another list
    expect(page.locator("#selection")).to_be_hidden()
    page.goto("/transactions?per_page=2")
    expect(ticked).to_have_count(1)
    page.get_by_role("button", name="Change", exact=True).click()
    page.get_by_role("dialog").get_by_label("Payee", exact=True).fill("Cafe")
    page.get_by_role("button", name="Change 3 transactions").click()
    person.sees("Changed 3 transactions.")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(ticked).to_have_count(0)
    expect(page.locator("#selection")).to_be_hidden()
    page.reload()
    expect(page.locator("#selection")).to_be_hidden()
    page.get_by_label("Choose Tea 4").check()
    page.get_by_label("All 5", exact=True).check()
    page.get_by_role("link", name="Older").click()
    person.sees("5 transactions, together -€17.50")
    page.get_by_label("Choose Tea 2").uncheck()
    person.sees("1 chosen, -€2.50")
    page.get_by_role("button", name="Choose nothing").click()
    page.get_by_role("link", name="Newer").click()
    expect(page.get_by_label("Choose Tea 4")).not_to_be_checked()
    expect(page.locator("#selection")).to_be_hidden()
