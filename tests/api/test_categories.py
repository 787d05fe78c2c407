"""Categories over the API: a tree of what money is for."""

import pytest

from tests.factories.callers import Api, Body, expect, problem, refused


def _tree(api: Api) -> dict[str, Body]:
    return {one["name"]: one for one in api.read("/categories", tree=1)["items"]}


def test_a_new_ledger_has_categories_to_start_with(api: Api) -> None:
    tree = _tree(api)
    assert {child["name"] for child in tree["Food"]["children"]} == {"Groceries", "Restaurants"}
    assert tree["Salary"]["type"] == "income"
    assert all(len(one["color"]) == 7 and one["icon"] for one in tree.values())


def test_the_flat_list_and_the_tree_hold_the_same(api: Api) -> None:
    def names(items: list[Body]) -> list[str]:
        return [n for one in items for n in (one["name"], *names(one["children"]))]

    flat = [one["name"] for one in api.read("/categories")["items"]]
    assert sorted(names(api.read("/categories", tree=1)["items"])) == sorted(flat)


def test_any_depth(api: Api) -> None:
    parent = None
    for depth in range(12):
        parent = api.category(f"Level {depth}", parent_id=parent)
    node = _tree(api)["Level 0"]
    for depth in range(1, 12):
        (node,) = node["children"]
        assert node["name"] == f"Level {depth}"


def test_a_category_is_shown_as_it_was_made(api: Api) -> None:
    made = api.add("/categories", name="Fun", type="income", color="#AbCdEf", icon="party-hat")
    assert api.read(f"/categories/{made['id']}") == made
    assert (made["color"], made["icon"], made["archived"]) == ("#AbCdEf", "party-hat", False)


def test_siblings_have_different_names(api: Api) -> None:
    fun = api.category("Fun")
    api.category("Fun", type="income")
    api.category("Games", parent_id=fun)
    assert set(problem(409, api.post("/categories", {"name": "Fun"}))["errors"]) == {"name"}
    problem(409, api.post("/categories", {"name": "Games", "parent_id": fun}))
    api.category("Games")


def test_children_share_their_parents_type(api: Api) -> None:
    salary = api.starter("Salary")
    refused(api.post("/categories", {"name": "Lunch", "parent_id": salary}), "parent_id")
    api.category("Bonus", parent_id=salary, type="income")


def test_a_category_can_be_moved(api: Api) -> None:
    fun, games = api.category("Fun"), api.category("Games")
    expect(200, api.patch(f"/categories/{games}", {"parent_id": fun}))
    assert [one["name"] for one in _tree(api)["Fun"]["children"]] == ["Games"]
    expect(200, api.patch(f"/categories/{games}", {"parent_id": None}))
    assert "Games" in _tree(api)


def test_no_circles(api: Api) -> None:
    top = api.category("Top")
    middle = api.category("Middle", parent_id=top)
    bottom = api.category("Bottom", parent_id=middle)
    for parent in (top, middle, bottom):
        refused(api.patch(f"/categories/{top}", {"parent_id": parent}), "parent_id")
    assert api.read(f"/categories/{top}")["parent_id"] is None


def test_the_type_stays(api: Api) -> None:
    refused(api.patch(f"/categories/{api.category('Fun')}", {"type": "income"}), "type")


def test_a_row_takes_a_category_of_its_own_type(api: Api) -> None:
    salary, food = api.starter("Salary"), api.starter("Food")
    body = {"type": "expense", "amount": "1"}
    refused(api.post("/transactions", {**body, "category_id": salary}), "category_id")
    row = api.add("/transactions", {**body, "category_id": food})
    refused(api.patch(f"/transactions/{row['id']}", {"type": "income"}), "category_id")
    refused(api.patch(f"/transactions/{row['id']}", {"category_id": salary}), "category_id")
    both = {"type": "income", "category_id": salary}
    expect(200, api.patch(f"/transactions/{row['id']}", both))


def test_an_archived_category_keeps_its_rows_and_takes_no_new_ones(api: Api) -> None:
    fun = api.category("Fun")
    row = api.spend("5", category_id=fun)
    assert expect(200, api.patch(f"/categories/{fun}", {"archived": True}))["archived"] is True
    refused(
        api.post("/transactions", {"type": "expense", "amount": "1", "category_id": fun}),
        "category_id",
    )
    expect(200, api.patch(f"/transactions/{row['id']}", {"notes": "still here"}))
    assert api.read(f"/transactions/{row['id']}")["category_id"] == fun
    expect(200, api.patch(f"/categories/{fun}", {"archived": False}))
    api.spend("1", category_id=fun)


def test_a_category_in_use_cannot_be_deleted(api: Api) -> None:
    with_rows, with_children = api.category("Rows"), api.category("Children")
    api.spend("1", category_id=with_rows)
    child = api.category("Child", parent_id=with_children)
    problem(409, api.delete(f"/categories/{with_rows}"))
    problem(409, api.delete(f"/categories/{with_children}"))
    assert api.delete(f"/categories/{child}").status_code == 204
    assert api.delete(f"/categories/{with_children}").status_code == 204
    problem(404, api.get(f"/categories/{with_children}"))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""), ("name", " "), ("name", "x" * 101), ("name", "Food / Bread"), ("name",
        "a\x00"),
        ("name", None), ("type", "gift"), ("color", "red"), ("color", "#12345"), ("color",
        "#12345g"),
        ("color", "#123456\n"), ("icon", "../x"), ("icon", ""), ("parent_id", 0),
        ("parent_id", 2**63), ("parent_id", "x"), ("parent_id", True), ("parent_id", 10**9),
        ("children", []), ("archived", True),
    ],
)  # fmt: skip
def test_what_no_category_can_be(api: Api, field: str, value: object) -> None:
    refused(api.post("/categories", {"name": "Fun", field: value}), field)


def test_putting_names_what_is_required(api: Api) -> None:
    fun = api.category("Fun")
    refused(api.put(f"/categories/{fun}", {"icon": "tag"}), "name")
    assert expect(200, api.put(f"/categories/{fun}", {"name": "Joy"}))["name"] == "Joy"


def test_a_stale_change_is_refused(api: Api) -> None:
    path = f"/categories/{api.category('Fun')}"
    tag = api.get(path).headers["ETag"]
    expect(200, api.patch(path, {"name": "Joy"}, headers={"If-Match": tag}))
    problem(412, api.patch(path, {"name": "Glee"}, headers={"If-Match": tag}))
    problem(412, api.delete(path, headers={"If-Match": tag}))


def test_another_persons_category_is_not_there(api: Api, other: Api) -> None:
    theirs = other.category("Theirs")
    path = f"/categories/{theirs}"
    for response in (
        api.get(path), api.patch(path, {"name": "Mine"}), api.put(path, {"name": "Mine"}),
        api.delete(path),
    ):  # fmt: skip
        problem(404, response)
    assert other.read(path)["name"] == "Theirs"


def test_another_persons_category_cannot_be_used(api: Api, other: Api) -> None:
    theirs, missing = other.category("Theirs"), 10**12
    mine = api.category("Mine")
    for parent in (theirs, missing):
        refused(api.post("/categories", {"name": "Fun", "parent_id": parent}), "parent_id")
        refused(api.patch(f"/categories/{mine}", {"parent_id": parent}), "parent_id")
