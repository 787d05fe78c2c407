"""What people come to Outlay for, from end to end, in a real browser with a real worker."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.people import Person


@pytest.mark.usefixtures("worker")
def test_from_nothing_to_the_month(person: Person, statement: Path) -> None:
    page = person.page
    person.register()
    person.sees("Upload a statement")
    person.upload(statement)
    person.sees("Read as N26, 12 rows")
    page.get_by_role("button", name="Import 12 rows").click()
    person.sees("Yes, it all arrived: 12 rows went into Main account.")
    page.goto("/months/2026/9")
    person.sees("You spent €61.40 and received €1,250.00 in September")
    expect(page.get_by_text("Café <b>Zoë</b>").first).to_be_visible()


@pytest.mark.usefixtures("worker")
def test_a_month_has_a_picture_and_its_table(person: Person, own_statement: Path) -> None:
    page = person.page
    person.register()
    person.upload(own_statement)
    page.get_by_role("button", name="Import 3 rows").click()
    person.sees("Yes, it all arrived")
    page.goto("/months/2026/9")
    chart = page.locator("canvas[data-chart]").first
    expect(chart).to_be_visible()
    drawn = "canvas => canvas.getContext('2d').getImageData(0, 0, 300, 150).data.some(Boolean)"
    page.wait_for_function(f"({drawn})(document.querySelector('canvas[data-chart]'))")
    page.get_by_text("As a table").first.click()
    expect(page.get_by_role("cell", name="€980.00").first).to_be_visible()


@pytest.mark.usefixtures("worker")
def test_the_same_file_again_adds_nothing_and_undo_takes_it_all(
    person: Person, statement: Path
) -> None:
    page = person.page
    person.register()
    for _ in range(2):
        person.upload(statement)
        person.sees("Read as N26")
        if page.get_by_role("button", name="Import 12 rows").is_visible():
            page.get_by_role("button", name="Import 12 rows").click()
            person.sees("Yes, it all arrived")
    person.sees("All 12 rows are here already. There is nothing to import.")
    page.goto("/imports")
    page.get_by_role("link", name="n26.csv").last.click()
    page.get_by_role("button", name="Undo this import").click()
    page.get_by_role("button", name="Take it back").click()
    person.sees("These rows are out of your books again.")
    page.goto("/transactions")
    expect(page.get_by_text("Bäckerei")).to_have_count(0)


@pytest.mark.usefixtures("worker")
def test_an_unknown_file_is_mapped_and_its_dates_are_asked_for(
    person: Person, unknown_statement: Path
) -> None:
    page = person.page
    person.register()
    person.upload(unknown_statement)
    page.get_by_role("link", name="columns").first.click()
    page.get_by_label("Date", exact=True).select_option(label="When — 03/04/2026")
    page.get_by_label("Amount", exact=True).select_option(label="Much — -2,50")
    page.get_by_label("Description").select_option(label="What — Bakery")
    page.get_by_label("A minus means").select_option(label="Money out")
    page.get_by_role("button", name="Read it like this").click()
    page.get_by_label("3 Apr 2026").check()
    page.get_by_role("button", name="Read it like this").click()
    page.get_by_role("button", name="Import 2 rows").click()
    person.sees("Yes, it all arrived: 2 rows went into Main account.")
    page.goto("/months/2026/4")
    person.sees("You spent €2.50")


def test_by_keyboard_alone(person: Person) -> None:
    page = person.page
    person.register()
    page.keyboard.press("n")
    page.wait_for_url("**/transactions/new*")
    page.get_by_label("Amount", exact=True).focus()
    page.keyboard.type("12.50")
    page.get_by_label("Description").focus()
    page.keyboard.type("By hand")
    page.keyboard.press("Enter")
    person.sees("By hand")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.keyboard.press("g")
    page.keyboard.press("t")
    page.wait_for_url("**/transactions")
    person.sees("By hand")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("nothing like it?")  # while somebody types, no key is a shortcut
    expect(page).to_have_url(re.compile(r"[?&]q=nothing"))
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_text("By hand")).to_have_count(0)
    page.goto("/accounts")
    page.keyboard.press("/")
    page.wait_for_url("**/transactions#search")
    expect(page.get_by_role("searchbox")).to_be_focused()


@pytest.mark.usefixtures("worker")
def test_without_javascript(without_scripts: Person, statement: Path) -> None:
    person, page = without_scripts, without_scripts.page
    person.register()
    person.upload(statement)
    for _ in range(20):
        if page.get_by_role("button", name="Import 12 rows").is_visible():
            break
        page.wait_for_timeout(500)
        page.reload()
    page.get_by_role("button", name="Import 12 rows").click()
    for _ in range(20):
        if page.get_by_text("Yes, it all arrived").is_visible():
            break
        page.wait_for_timeout(500)
        page.reload()
    page.goto("/transactions?q=özdemir")
    expect(page.get_by_text("Bäckerei Özdemir")).to_have_count(6)
    page.goto("/months/2026/8")
    person.sees("You spent €61.40")


@pytest.mark.usefixtures("worker")
def test_on_a_phone_in_the_dark(phone: Person, statement: Path) -> None:
    page = phone.page
    phone.register()
    phone.upload(statement)
    page.get_by_role("button", name="Import 12 rows").click()
    phone.sees("Yes, it all arrived")
    for path in ("/", "/months/2026/9", "/transactions", "/accounts", "/categories", "/imports"):
        page.goto(path)
        phone.fits()
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"


def test_signing_out_counts_at_once(person: Person) -> None:
    page = person.page
    person.register()
    cookies = page.context.cookies()
    page.locator("summary:visible", has_text=f"Menu of {person.email}").click()
    page.get_by_role("button", name="Sign out").locator("visible=true").click()
    page.wait_for_url("**/sign-in*")
    page.context.add_cookies(cookies)  # type: ignore[arg-type]
    page.goto("/accounts")
    page.wait_for_url("**/sign-in?next=/accounts")
    person.sign_in()
    page.wait_for_url("**/accounts")


def test_two_clicks_add_one_row(person: Person) -> None:
    page = person.page
    person.register()
    page.goto("/transactions/new")
    page.get_by_label("Amount", exact=True).fill("7.00")
    page.get_by_label("Description").fill("Only once")
    page.evaluate(
        """async () => {
            const form = document.querySelector('[name=amount]').form
            const send = () => fetch(form.action, {method: 'POST', body: new FormData(form)})
            await Promise.all([send(), send()])
        }"""
    )
    page.goto("/transactions")
    expect(page.get_by_text("Only once")).to_have_count(1)
