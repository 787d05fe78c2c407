"""Merging categories, and moving them when two people do it at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import update

from app.core.uow import unit_of_work
from app.models.activities import NOBODY
from app.models.base import session
from app.models.categories import Category
from app.models.ledgers import LedgerKey
from app.models.saved_filters import SavedFilter
from app.models.transactions import Transaction
from app.services import category_merges, category_pairs, totals, verification
from tests.factories.callers import Api, Body, expect, problem, refused
from tests.factories.rows import many


def _differences(app: Flask) -> list[str]:
    with app.app_context():
        return [str(one) for one in verification.find_differences()]


def _names(api: Api) -> dict[str, Body]:
    return {one["name"]: one for one in api.read("/categories")["items"]}


@pytest.fixture
def books(api: Api) -> dict[str, int]:
    """Categories that all kinds of things hang on, by name."""
    old, new = api.category("Meals"), api.category("Eating")
    ids = {"old": old, "new": new, "child": api.category("Canteen", parent_id=old)}
    ids["row"] = api.spend("3", category_id=old, date="2026-02-03")["id"]
    lines = [{"amount": "3", "category_id": old}, {"amount": "4", "category_id": new}]
    ids["split"] = api.spend("7", splits=lines, date="2026-02-04")["id"]
    ids["kept"] = api.spend("5", category_id=new, date="2026-02-05")["id"]
    ids["rule"] = api.add(
        "/rules",
        name="Lunch",
        conditions=[{"field": "text", "operator": "contains", "value": "lunch"}],
        actions=[{"action": "set_category", "value": old}],
    )["id"]
    with api.app.app_context(), unit_of_work(LedgerKey(api.person.ledger_id)) as work:
        saved = SavedFilter(
            ledger_id=api.person.ledger_id, user_id=api.person.id, name="Food",
            query={"category_id": str(old), "q": "x"},
        )  # fmt: skip
        work.session.add(saved)
        work.session.flush()
        ids["filter"] = saved.id
    return ids


def _state(api: Api, ids: dict[str, int]) -> Body:
    """Return which category everything is in."""
    rows = {name: api.read(f"/transactions/{ids[name]}") for name in ("row", "split", "kept")}
    month = api.read("/reports/monthly", year=2026, month=2)["categories"]
    with api.app.app_context():
        saved = session.get_one(SavedFilter, ids["filter"]).query["category_id"]
    return {
        "rows": {name: row["category_id"] for name, row in rows.items()},
        "lines": [line["category_id"] for line in rows["split"]["splits"]],
        "child": api.read(f"/categories/{ids['child']}")["parent_id"],
        "rule": api.read(f"/rules/{ids['rule']}")["actions"][0]["value"],
        "filter": saved,
        "month": {one["name"]: (one["amount"], one["count"]) for one in month},
    }


@pytest.mark.parametrize("most", [10_000, 0])
def test_everything_goes_along_and_the_totals_agree(
    api: Api, books: dict[str, int], most: int
) -> None:
    old, new = books["old"], books["new"]
    usage = api.read(f"/categories/{old}/usage")
    assert usage == {
        "transactions": 2, "categories": 1, "rules": 1, "can_be_undone": True, "same_named": [],
    }  # fmt: skip
    if most:
        merged = expect(200, api.post(f"/categories/{old}/merge", {"into_id": new}))
        assert (merged["into_id"], merged["rows"]) == (new, 2)
    else:  # more than can be taken back: by sets, without a line for each row
        with api.app.app_context(), unit_of_work(LedgerKey(api.person.ledger_id)):
            found = [session.get_one(Category, one) for one in (old, new)]
            done = category_merges.merge(found[0], found[1], NOBODY, most=most)
            assert (done.rows, done.bulk_change_id) == (2, None)
    assert _state(api, books) == {
        "rows": {"row": new, "split": None, "kept": new},
        "lines": [new, new],
        "child": new,
        "rule": new,
        "filter": str(new),
        "month": {"Eating": ("15.00", 3)},
    }
    problem(404, api.get(f"/categories/{old}"))
    log = api.read(f"/ledgers/{api.person.ledger_id}/activity", kind="category.merged")["items"]
    assert [(one["before"]["name"], one["details"]["into"]) for one in log] == [("Meals", "Eating")]
    assert _differences(api.app) == []


def test_a_merge_is_taken_back(api: Api, books: dict[str, int]) -> None:
    before = _state(api, books)
    path = f"/categories/{books['old']}"
    merged = expect(200, api.post(f"{path}/merge", {"into_id": books["new"]}))
    for _ in range(2):
        undone = expect(200, api.delete(f"/bulk-changes/{merged['bulk_change_id']}"))
        assert undone["rows_kept"] == 0
    assert _state(api, books) == before
    assert (api.read(path)["name"], _differences(api.app)) == ("Meals", [])


def _tree(api: Api) -> list[tuple[int, str, int | None, bool]]:
    items = api.read("/categories")["items"]
    return sorted((one["id"], one["name"], one["parent_id"], one["archived"]) for one in items)


def _rows(api: Api) -> list[tuple[int, int | None, list[int]]]:
    return sorted(
        (row["id"], row["category_id"], [line["category_id"] for line in row["splits"]])
        for row in api.rows()
    )


def test_what_both_have_below_becomes_one(api: Api, books: dict[str, int]) -> None:
    old, new, child = books["old"], books["new"], books["child"]
    twin = api.category("Canteen", parent_id=new)
    deep, deeper = api.category("Lunch", parent_id=child), api.category("Lunch", parent_id=twin)
    moving = [api.category("Soup", parent_id=deep), api.category("Snacks", parent_id=child)]
    lines = [{"amount": "1", "category_id": one} for one in (child, deep, old, twin)]
    api.spend("4", splits=lines, date="2026-02-06")
    api.spend("5", category_id=deep, date="2026-02-06")
    expect(200, api.patch(f"/categories/{deeper}", {"archived": True}))
    tree, rows, before = _tree(api), _rows(api), _state(api, books)
    usage = api.read(f"/categories/{old}/usage", into_id=new)
    same_named = [
        {"id": child, "name": "Canteen", "into_id": twin},
        {"id": deep, "name": "Canteen / Lunch", "into_id": deeper},
    ]
    assert usage == {
        "transactions": 4, "categories": 2, "rules": 1, "can_be_undone": True,
        "same_named": same_named,
    }  # fmt: skip
    merged = expect(200, api.post(f"/categories/{old}/merge", {"into_id": new}))
    assert (merged["rows"], merged["same_named"]) == (4, same_named)
    gone = {old: new, child: twin, deep: deeper}
    assert _tree(api) == [
        (one, name, gone.get(above, above) if above else None, archived and one != deeper)
        for one, name, above, archived in tree
        if one not in gone
    ]
    assert _rows(api) == [
        (row, gone.get(one or 0, one), [gone.get(line, line) for line in lines])
        for row, one, lines in rows
    ]
    assert [api.read(f"/categories/{one}")["parent_id"] for one in moving] == [deeper, twin]
    assert _differences(api.app) == []
    undone = expect(200, api.delete(f"/bulk-changes/{merged['bulk_change_id']}"))
    assert undone["rows_kept"] == 0
    assert (_tree(api), _rows(api), _state(api, books)) == (tree, rows, before)
    assert _differences(api.app) == []


def test_a_child_takes_the_place_of_its_namesake_above(api: Api) -> None:
    """Merged into what is above it, a category leaves its name to one below it."""
    top = api.category("Goods")
    middle = api.category("Fruit", parent_id=top)
    source = api.category("Goods", parent_id=middle)
    child, lowest = api.category("Goods", parent_id=source), api.category("Fruit", parent_id=source)
    inner = api.category("Goods", parent_id=lowest)
    api.spend("5", category_id=inner)
    tree = _tree(api)
    merged = expect(200, api.post(f"/categories/{source}/merge", {"into_id": top}))
    assert merged["same_named"] == [{"id": lowest, "name": "Fruit", "into_id": middle}]
    places = {one: above for one, _, above, _ in _tree(api)}
    assert (places[child], places[inner], source in places) == (top, middle, False)
    expect(200, api.delete(f"/bulk-changes/{merged['bulk_change_id']}"))
    assert (_tree(api), _differences(api.app)) == (tree, [])
    merged = expect(200, api.post(f"/categories/{source}/merge", {"into_id": middle}))
    assert merged["same_named"] == []
    assert {one: above for one, _, above, _ in _tree(api)}[child] == middle


def test_there_is_an_end_to_what_becomes_one(
    api: Api, books: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(category_pairs, "MOST", 1)
    api.category("Canteen", parent_id=books["new"])
    tree, path = _tree(api), f"/categories/{books['old']}"
    problem(409, api.get(f"{path}/usage", query_string={"into_id": books["new"]}))
    problem(409, api.post(f"{path}/merge", {"into_id": books["new"]}))
    assert _tree(api) == tree


def test_coming_back_closes_no_circle(api: Api, books: dict[str, int]) -> None:
    merged = expect(200, api.post(f"/categories/{books['old']}/merge", {"into_id": books["new"]}))
    top = api.category("Top")
    expect(200, api.patch(f"/categories/{books['child']}", {"parent_id": None}))
    expect(200, api.patch(f"/categories/{books['new']}", {"parent_id": top}))
    expect(200, api.delete(f"/bulk-changes/{merged['bulk_change_id']}"))
    assert api.read(f"/categories/{books['child']}")["parent_id"] is None
    assert api.read(f"/categories/{books['old']}")["parent_id"] is None


def test_what_does_not_fit_is_refused(api: Api, other: Api, books: dict[str, int]) -> None:
    path, before = f"/categories/{books['old']}/merge", _state(api, books)
    archived = api.category("Old")
    expect(200, api.patch(f"/categories/{archived}", {"archived": True}))
    for target in (
        books["old"], books["child"], api.starter("Salary"), other.category("Theirs"), 10**12,
        archived,
    ):  # fmt: skip
        refused(api.post(path, {"into_id": target}), "into_id")
    refused(api.post(path, {}), "into_id")
    usage = f"/categories/{books['old']}/usage"
    for into_id in (books["old"], books["child"], other.category("Mine"), 10**12, "x"):
        refused(api.get(usage, query_string={"into_id": into_id}), "into_id")
    problem(404, other.post(path, {"into_id": books["new"]}))
    assert _state(api, books) == before
    tag = api.get(f"/categories/{books['old']}").headers["ETag"]
    expect(200, api.patch(f"/categories/{books['old']}", {"name": "Dinners"}))
    late = api.post(path, {"into_id": books["new"]}, headers={"If-Match": tag})
    problem(412, late)


def test_ten_thousand_rows(api: Api) -> None:
    many(api.app, api.person, 10_000)
    old, new = api.category("Old"), api.category("New")
    with api.app.app_context(), unit_of_work(LedgerKey(api.person.ledger_id)):
        mine = Transaction.ledger_id == api.person.ledger_id
        gone = totals.of_rows(mine, times=-1)
        session.execute(update(Transaction).where(mine).values(category_id=old))
        totals.apply(gone, totals.of_rows(mine))
    merged = expect(200, api.post(f"/categories/{old}/merge", {"into_id": new}))
    assert api.read("/transactions", category_id=new)["total"] == merged["rows"] == 10_000
    assert _differences(api.app) == []


@pytest.mark.parametrize("turn", range(3))
def test_two_who_move_at_once_close_no_circle(api: Api, turn: int) -> None:
    one, two = api.category("One"), api.category("Two")
    movers = [Api(api.app, api.person) for _ in range(2)]
    moves = [(movers[0], one, two), (movers[1], two, one)]
    with ThreadPoolExecutor(2) as pool:
        answers = pool.map(
            lambda move: move[0].patch(f"/categories/{move[1]}", {"parent_id": move[2]}), moves
        )
    assert sorted(answer.status_code for answer in answers) == [200, 422], turn
    parents = [api.read(f"/categories/{one_id}")["parent_id"] for one_id in (one, two)]
    assert sorted(parents, key=bool) in ([None, one], [None, two])


def test_two_hundred_levels(api: Api) -> None:
    """Moves, filters, trees, reports: nothing minds how deep a category is."""
    top = parent = api.category("Level 0")
    with api.app.app_context(), unit_of_work(LedgerKey(api.person.ledger_id)) as work:
        for depth in range(1, 200):
            level = Category(
                ledger_id=api.person.ledger_id, parent_id=parent, name=f"Level {depth}",
                type="expense", color="#667382", icon="tag",
            )  # fmt: skip
            work.session.add(level)
            work.session.flush()
            parent = level.id
    api.spend("5", category_id=parent, date="2026-02-03")
    node = next(one for one in api.read("/categories", tree=1)["items"] if one["id"] == top)
    line = api.read("/reports/monthly", year=2026, month=2)["categories"][0]
    for _ in range(1, 200):
        (node,), (line,) = node["children"], line["children"]
    assert (node["id"], line["category_id"], line["amount"]) == (parent, parent, "5.00")
    assert api.read("/transactions", category_id=top)["total"] == 1
    refused(api.patch(f"/categories/{top}", {"parent_id": parent}), "parent_id")
    target = api.category("Shallow")
    refused(api.post(f"/categories/{top}/merge", {"into_id": parent}), "into_id")
    merged = expect(200, api.post(f"/categories/{parent}/merge", {"into_id": target}))
    assert merged["rows"] == 1
