"""What somebody says of themselves: names, how amounts look, and a picture."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.people import Person
from tests.factories.pictures import phone_picture

pytestmark = pytest.mark.any_database


@pytest.fixture
def photograph(tmp_path: Path) -> Path:
    """A picture as a telephone takes it."""
    path = tmp_path / "me.jpg"
    path.write_bytes(phone_picture())
    return path


def test_the_profile_changes_what_the_pages_say(person: Person) -> None:
    page = person.page
    person.register()
    page.goto("/settings/profile")
    page.get_by_label("First name").fill("Zoë")
    page.get_by_label("Last name").fill("<b>Özdemir</b>")
    page.get_by_label("Website").fill("javascript:alert(1)")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="Website")).to_be_visible()
    page.get_by_label("Website").fill("https://zoe.example")
    page.get_by_label("Amounts and dates").select_option("de_DE")
    person.sees("1.234,56")
    page.get_by_role("button", name="Save").click()
    person.sees("Zoë <b>Özdemir</b>")
    expect(page.get_by_label("Website")).to_have_value("https://zoe.example")
    expect(page.get_by_label("Amounts and dates")).to_have_value("de_DE")


def test_a_picture_is_shown_replaced_and_removed(
    person: Person, photograph: Path, tmp_path: Path
) -> None:
    page = person.page
    person.register()
    page.goto("/settings/profile")
    person.sees("your first letter stands for you")
    note = tmp_path / "note.png"
    note.write_text("no picture at all", encoding="utf-8")
    _send(person, note)
    expect(page.locator("[aria-invalid=true]")).to_be_visible()

    _send(person, photograph)
    shown = page.get_by_alt_text("Your picture")
    expect(shown).to_be_visible()
    assert shown.evaluate("image => [image.naturalWidth, image.naturalHeight]") == [256, 256]
    assert page.locator("img.person-mark").first.evaluate("image => image.naturalWidth") > 0

    page.get_by_role("button", name="Remove the picture").click()
    person.sees("your first letter stands for you")
    expect(page.locator("img.picture, img.person-mark")).to_have_count(0)


def test_a_picture_without_scripts(without_scripts: Person, photograph: Path) -> None:
    without_scripts.register()
    without_scripts.page.goto("/settings/profile")
    _send(without_scripts, photograph)
    expect(without_scripts.page.get_by_alt_text("Your picture")).to_be_visible()


def _send(person: Person, path: Path) -> None:
    person.page.locator("input[type=file]").set_input_files(path)
    person.page.get_by_role("button", name="Use this picture").click()
