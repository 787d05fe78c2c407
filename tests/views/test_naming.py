"""Payees, tags and suggested categories on pages."""

import re
from html import unescape

from tests.views.visitors import Visitor, error_of, words


def _undo(visitor: Visitor, page: str, says: str = "") -> str:
    """Press Undo on a page that ``says`` something; returns what the next one says."""
    opened = visitor.get(page)
    assert says in words(opened)
    found = re.search(r'action="(/bulk-changes/\d+/undo[^"]*)"', opened.text)
    assert found
    answer = visitor.post(unescape(found[1]))
    return words(visitor.get(answer.location))


def _link(visitor: Visitor, noun: str, name: str) -> str:
    page = visitor.get(f"/{noun}").text
    found = re.search(rf'href="(/{noun}/\d+)/edit">((?!</a>).)*Change {name}', page, re.DOTALL)
    assert found
    return found[1]


def test_a_category_is_merged_after_saying_what_moves(mia: Visitor) -> None:
    old, new = mia.category("Restaurants"), mia.category("Groceries")
    mia.add("5", category_id=old)
    asked = words(mia.get(f"/categories/{old}/merge"))
    assert "One transaction will move. You can undo it afterwards." in asked
    refused = mia.post(f"/categories/{old}/merge", {"into_id": ""})
    assert (refused.status_code, error_of(refused, "into_id")) == (422, "This is needed.")
    page = mia.post(f"/categories/{old}/merge", {"into_id": new}).location
    assert "Everything is as it was." in _undo(mia, page)
    assert mia.category("Restaurants") == old


def test_it_is_said_what_else_becomes_one(mia: Visitor) -> None:
    old, new = mia.category("Food"), mia.category("Leisure")
    below = mia.category("Groceries")
    mia.post("/categories", {"name": "Groceries", "type": "expense", "parent_id": new})
    mia.add("5", category_id=below)
    asked = mia.post(f"/categories/{old}/merge", {"into_id": new})
    assert asked.status_code == 303
    page = mia.get(asked.location)
    said = "One transaction and one category below it will move. Groceries is there, too:"
    assert f"{said} it becomes one with the category of the same name." in words(page)
    assert f'name="agreed" value="{new}"' in page.text
    other = {"into_id": mia.category("Home"), "agreed": new}  # that has nothing of the same name
    undone = _undo(mia, mia.post(f"/categories/{old}/merge", other).location)
    assert "Everything is as it was." in undone
    merged = mia.post(f"/categories/{old}/merge", {"into_id": new, "agreed": new}).location
    said = "Food is part of Leisure now, with one category of the same name below it."
    assert "Everything is as it was." in _undo(mia, merged, said)
    wrong = mia.get(f"/categories/{old}/merge?into_id={below}")
    assert (wrong.status_code, error_of(wrong, "into_id")) == (422, "Groceries is below Food.")


def test_payees_are_renamed_and_merged(mia: Visitor) -> None:
    assert "No payees yet" in words(mia.get("/payees"))
    mia.add("5", payee="Rewe Markt", category_id=mia.category("Groceries"))
    mia.add("6", payee="Rewe City")
    listed = words(mia.get("/payees"))
    assert "2 payees" in listed
    assert "Rewe Markt One transaction Groceries" in listed
    path = _link(mia, "payees", "Rewe City")
    assert error_of(mia.post(path, {"name": "Rewe Markt"}), "name")
    other = re.search(r'name="into_id" value="(\d+)"', mia.get(f"{path}/merge").text)
    assert other
    assert "No other payee" in words(mia.get(f"{path}/merge?q=aldi"))
    page = mia.post(f"{path}/merge", {"into_id": other[1]}).location
    assert "Rewe Markt 2 transactions Groceries" in words(mia.get(page))
    path = _link(mia, "payees", "Rewe Markt")
    page = mia.post(path, {"name": "Rewe"}).location
    assert "2 transactions renamed" in words(mia.get(page))
    assert 'name="suggests" value="true" checked' not in mia.get(f"{path}/edit").text
    assert "Nobody by that name" in words(mia.get("/payees?q=markt"))


def test_tags_are_renamed_and_deleted(mia: Visitor) -> None:
    assert "No tags yet" in words(mia.get("/tags"))
    mia.add("5", tags="trip, work")
    path = _link(mia, "tags", "trip")
    assert error_of(mia.post(path, {"name": "Work"}), "name")
    mia.post(path, {"name": "Lisbon"})
    assert "Lisbon One transaction work One transaction" in words(mia.get("/tags"))
    page = mia.post(f"{path}/delete").location
    assert "Everything is as it was." in _undo(mia, page)
    assert "Lisbon" in words(mia.get("/tags"))


def test_a_category_is_suggested_and_easily_refused(mia: Visitor) -> None:
    food = mia.category("Groceries")
    mia.add("5", payee="Rewe", category_id=food)
    asked = "/categories/suggestion?type=expense&description=&payee=Rewe"
    part = mia.get(asked)
    assert "Groceries? Use No Used once lately for this payee" in words(part)
    assert "<html" not in part.text
    mia.post("/categories/suggestion/refuse", {"payee": "Rewe"})
    assert mia.get(asked).text == ""


def test_rows_without_a_category_could_get_one(mia: Visitor) -> None:
    food = mia.category("Groceries")
    mia.add("5", payee="Rewe", category_id=food)
    for _ in range(2):
        mia.add("6", payee="Rewe")
    assert "2 transactions without a category could get" in words(mia.get("/payees"))
    page = mia.get("/categories/suggestions")
    assert "Rewe 2 transactions Groceries?" in words(page)
    path = re.search(r'action="(/categories/suggestions/\d+)"', page.text)
    assert path
    done = mia.post(path[1], {"category_id": food}).location
    assert "Everything is as it was." in _undo(mia, done)
    assert "2 transactions without a category" in words(mia.get("/payees"))
    mia.post("/categories/suggestion/refuse", {"payee": "Rewe"})
    assert "Nothing to suggest" in words(mia.get("/categories/suggestions"))
