"""Receipts of a transaction: dropped on it, photographed, and thrown away."""

import base64
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import Person
from tests.factories.pictures import phone_picture

pytestmark = pytest.mark.any_database

DROP = """(zone, [content, name]) => {
  const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0))
  const dataTransfer = new DataTransfer()
  dataTransfer.items.add(new File([bytes], name, { type: 'image/jpeg' }))
  for (const type of ['dragenter', 'dragover', 'drop']) {
    zone.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }))
  }
}"""


def test_a_receipt_is_dropped_on_a_transaction_and_another_photographed(
    person: Person, tmp_path: Path
) -> None:
    page = person.page
    person.register()
    page.goto("/transactions/new")
    page.get_by_label("Amount", exact=True).fill("4.20")
    page.get_by_label("Description").fill("Lunch")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Lunch").first.click()

    _drop(page, "lunch.jpg")
    person.sees("lunch.jpg · ")
    page.get_by_role("button", name="Add", exact=True).click()
    person.sees("The receipt is added.")
    receipts = page.locator(".receipt")
    expect(receipts).to_contain_text("lunch.jpg")
    expect(receipts.locator("img")).to_have_js_property("complete", True)
    assert receipts.locator("img").evaluate("image => image.naturalWidth") > 0

    # The camera's button takes pictures alone, and sends one as soon as it is taken.
    camera = page.get_by_label("Take a photo")
    expect(camera).to_have_attribute("capture", "environment")
    expect(camera).to_have_attribute("accept", "image/*")
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(phone_picture())
    camera.set_input_files(photo)
    expect(receipts).to_have_count(2)

    page.get_by_role("button", name="Delete photo.jpg").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    person.sees("The receipt is deleted.")
    expect(receipts).to_have_count(1)


def _drop(page: Page, name: str) -> None:
    content = base64.b64encode(phone_picture()).decode()
    page.locator("[data-dropzone]").evaluate(DROP, [content, name])
