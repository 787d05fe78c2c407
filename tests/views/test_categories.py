"""Categories as trees."""

import re

from tests.views.visitors import Visitor, error_of, value_of, words


def test_both_trees_are_shown_parts_behind_what_they_are_part_of(mia: Visitor) -> None:
    text = words(mia.get("/categories"))
    assert text.index("Money out") < text.index("Food") < text.index("Groceries")
    assert text.index("Money in") < text.index("Salary")


def test_a_part_starts_with_the_look_of_what_it_is_part_of(mia: Visitor) -> None:
    food = mia.category("Food")
    form = mia.get(f"/categories/new?parent_id={food}")
    assert value_of(form, "parent_id") == str(food)
    assert value_of(form, "icon") == "basket"
    assert re.search(r'id="f-color-own"[^>]*value="#2fb344"', form.text)


def test_an_address_that_makes_no_sense_starts_an_ordinary_category(mia: Visitor) -> None:
    form = mia.get("/categories/new?parent_id=99999999999999999999&type=gift")
    assert (form.status_code, value_of(form, "parent_id")) == (200, None)
    assert mia.get(f"/categories/new?parent_id={2**62}").status_code == 404


def test_a_category_is_added(mia: Visitor) -> None:
    fields = {"name": "Coffee", "type": "expense", "parent_id": mia.category("Food")}
    look = {"color": ["#4263eb", "#123ABC"], "icon": "coffee"}
    assert mia.post("/categories", {**fields, **look}).location == "/categories"
    form = mia.get(f"/categories/{mia.category('Coffee')}/edit")
    assert re.search(r'id="f-color-own"[^>]*value="#123ABC"', form.text)
    assert value_of(form, "icon") == "coffee"


def test_faults_stand_beside_their_fields(mia: Visitor) -> None:
    fields = {"name": "", "type": "expense", "color": "blue", "icon": "coffee"}
    response = mia.post("/categories", fields)
    assert response.status_code == 422
    assert error_of(response, "name") == "This is needed."
    assert error_of(response, "color") == "A color looks like #2fb344."
    assert value_of(response, "icon") == "coffee"


def test_a_name_that_is_taken_is_a_conflict_beside_the_field(mia: Visitor) -> None:
    response = mia.post("/categories", {"name": "Food", "type": "expense"})
    assert response.status_code == 409
    assert error_of(response, "name") == "There is already a category with this name here."


def test_what_is_part_of_a_category_cannot_be_above_it(mia: Visitor) -> None:
    food, groceries = mia.category("Food"), mia.category("Groceries")
    form = mia.get(f"/categories/{food}/edit")
    offered = re.findall(r'<option value="(\d+)"', form.text)
    assert str(mia.category("Home")) in offered
    assert {str(food), str(groceries), str(mia.category("Salary"))}.isdisjoint(offered)
    response = mia.post(f"/categories/{food}", {"name": "Food", "parent_id": groceries})
    assert response.status_code == 422
    assert error_of(response, "parent_id") == "A category cannot be below itself."


def test_a_category_is_moved_and_taken_to_the_top_again(mia: Visitor) -> None:
    food, home = mia.category("Food"), mia.category("Home")
    mia.post(f"/categories/{food}", {"name": "Meals", "parent_id": home})
    assert value_of(mia.get(f"/categories/{food}/edit"), "parent_id") == str(home)
    mia.post(f"/categories/{food}", {"name": "Meals", "parent_id": ""})
    assert value_of(mia.get(f"/categories/{food}/edit"), "parent_id") is None


def test_somebody_else_was_faster(mia: Visitor) -> None:
    food = mia.category("Food")
    old = value_of(mia.get(f"/categories/{food}/edit"), "version")
    mia.post(f"/categories/{food}", {"name": "Theirs", "version": old})
    refused = mia.post(f"/categories/{food}", {"name": "Mine", "version": old})
    assert refused.status_code == 412
    assert "Stored now: Theirs" in words(refused)
    assert value_of(refused, "name") == "Mine"


def test_archiving_just_happens_and_can_be_undone(mia: Visitor) -> None:
    food = mia.category("Groceries")
    page = mia.get(mia.post(f"/categories/{food}/archive").location)
    assert f'action="/categories/{food}/unarchive"' in page.text
    assert "1 archived" in words(page)
    assert f'<option value="{food}"' not in mia.get("/transactions/new").text
    mia.post(f"/categories/{food}/unarchive")
    assert f'<option value="{food}"' in mia.get("/transactions/new").text


def test_a_category_in_use_is_not_deleted(mia: Visitor) -> None:
    response = mia.post(f"/categories/{mia.category('Food')}/delete")
    assert "Archive it instead." in words(mia.get(response.location))


def test_an_unused_category_is_deleted_after_one_question(mia: Visitor) -> None:
    cash = mia.category("Cash")
    page = mia.get(f"/categories/{cash}/delete")
    assert "“Cash” will be gone for good" in words(page)
    fields = {"version": value_of(page, "version")}
    assert mia.post(f"/categories/{cash}/delete", fields).location == "/categories"
    assert mia.get(f"/categories/{cash}/edit").status_code == 404
