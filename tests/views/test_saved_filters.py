"""Filters saved on the list."""

import re
from html import unescape

from tests.views.visitors import Visitor, value_of, words


def test_a_filter_is_saved_shown_deleted_and_saved_again(mia: Visitor) -> None:
    mia.add("12,50", description="Tea")
    page = mia.get("/transactions?q=tea&amount_min=12,50&sort=amount")
    said = {"name": "Dear tea", "filters": value_of(page, "filters")}
    mia.post("/saved-filters", {**said, "filters": "q=tea&amount_min=12,50&sort=amount"})
    page = mia.get("/transactions")
    assert "Saved as Dear tea." in words(page)
    link = re.search(r'class="saved-link" href="([^"]+)"', page.text)
    assert link
    assert "amount_min=12,50" in link.group(1) or "amount_min=12%2C50" in link.group(1)
    page = mia.get(unescape(link.group(1)))
    assert 'aria-current="true">' in page.text
    assert "1 transaction matches." in words(page)
    delete = re.search(r'action="(/saved-filters/\d+/delete)"', page.text)
    assert delete
    page = mia.get(mia.post(delete.group(1)).location)
    assert "saved-link" not in page.text
    again = re.search(r'action="(/saved-filters\?[^"]+)"', page.text)
    assert again
    mia.post(unescape(again.group(1)))
    assert "Dear tea" in words(mia.get("/transactions"))


def test_a_filter_is_renamed_where_it_is_on_show(mia: Visitor, sam: Visitor) -> None:
    for name in ("Tea", "Coffee"):
        mia.post("/saved-filters", {"name": name, "filters": f"q={name}"})
    assert "Rename" not in mia.get("/transactions").text
    page = mia.get("/transactions?q=Tea")
    rename = re.search(r'action="(/saved-filters/\d+)"', page.text)
    assert rename
    assert value_of(page, "name") == "Tea"
    said = {"name": "Leaves", "next": "/transactions?q=Tea"}
    page = mia.get(mia.post(rename[1], said).location)
    assert "Tea is called Leaves now." in words(page)
    assert value_of(page, "name") == "Leaves"
    taken = mia.post(rename[1], {"name": "Coffee"})
    assert "Not saved: You have a saved filter with this name" in words(mia.get(taken.location))
    blank = mia.post(rename[1], {"name": ""})
    assert "Not saved: This is needed." in words(mia.get(blank.location))
    assert sam.post(rename[1], {"name": "Mine"}).status_code == 404
    assert value_of(mia.get("/transactions?q=Tea"), "name") == "Leaves"


def test_what_cannot_be_saved_says_why(mia: Visitor) -> None:
    for name in ("Tea", "Tea"):
        answer = mia.post("/saved-filters", {"name": name, "filters": "q=tea"})
    assert "You have a saved filter with this name already." in words(mia.get(answer.location))
    answer = mia.post("/saved-filters", {"name": "", "filters": "q=tea"})
    assert "Not saved: This is needed." in words(mia.get(answer.location))


def test_a_filter_whose_category_is_gone_says_so(mia: Visitor) -> None:
    mia.add("1")
    answer = mia.post("/categories", {"name": "Fads", "type": "expense"})
    fads = mia.category("Fads")
    mia.post("/saved-filters", {"name": "Fads", "filters": f"category_id={fads}"})
    version = value_of(mia.get(f"/categories/{fads}/delete"), "version")
    answer = mia.post(f"/categories/{fads}/delete", {"version": version})
    assert answer.status_code == 303
    assert "the category it names is gone" in words(mia.get("/transactions"))
    page = mia.get(f"/transactions?category_id={fads}")
    assert "The category that this list is narrowed to is gone" in words(page)
