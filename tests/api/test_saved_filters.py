"""Filters that somebody saved under a name."""

from typing import Any

import pytest

from tests.factories.callers import Api, expect, problem


def _save(api: Api, name: str = "Food", **filters: Any) -> dict[str, Any]:
    return api.add("/saved-filters", {"name": name, "filters": filters or {"q": "tea"}})


def test_what_is_saved_can_be_found_renamed_replaced_and_deleted(api: Api) -> None:
    food = api.starter("Groceries")
    said = {"category_id": food, "date_from": "2026-01-31", "amount_min": "12.50", "q": "tea"}
    saved = api.add("/saved-filters", {"name": "Food", "filters": said, "sort": "-amount"})
    assert (saved["filters"], saved["sort"], saved["missing"]) == (said, "-amount", [])
    _save(api, "april", uncategorised=True)
    path = f"/saved-filters/{saved['id']}"
    assert [one["name"] for one in api.read("/saved-filters")["items"]] == ["april", "Food"]
    renamed = expect(200, api.patch(path, {"name": "Eating"}))
    assert (renamed["name"], renamed["filters"], renamed["sort"]) == ("Eating", said, "-amount")
    other = expect(200, api.put(path, {"name": "Eating", "filters": {"tag": "trip"}}))
    assert (other["filters"], other["sort"]) == ({"tag": "trip"}, None)
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404


def test_what_a_filter_named_and_is_gone_is_told_and_finds_nothing(api: Api) -> None:
    gone = api.add("/categories", name="Fads")["id"]
    saved = _save(api, category_id=gone)
    api.spend("1")
    assert api.delete(f"/categories/{gone}").status_code == 204
    [told] = api.read("/saved-filters")["items"]
    assert (told["id"], told["missing"]) == (saved["id"], ["category_id"])
    assert api.rows(**told["filters"]) == []
    assert expect(200, api.patch(f"/saved-filters/{saved['id']}", {"name": "Old"}))["missing"]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"name": " ", "filters": {"q": "x"}}, "name"),
        ({"name": "x"}, "filters"),
        ({"name": "x", "filters": {}}, "filters"),
        ({"name": "x", "filters": {"nonsense": 1}}, "filters.nonsense"),
        ({"name": "x", "filters": {"category_id": 10**9}}, "filters.category_id"),
        ({"name": "x", "filters": {"q": "x"}, "sort": "name"}, "sort"),
    ],
)
def test_what_is_refused(api: Api, said: dict[str, Any], field: str) -> None:
    assert field in problem(422, api.post("/saved-filters", said))["errors"]
    assert api.read("/saved-filters")["items"] == []


def test_a_name_is_taken_once_by_each_person(api: Api, other: Api) -> None:
    saved = _save(api)
    taken = api.post("/saved-filters", {"name": "Food", "filters": {"q": "x"}})
    assert problem(409, taken)["errors"]["name"] == [
        "You have a saved filter with this name already."
    ]
    _save(other)
    theirs = {"filters": {"account_id": other.person.account_id}}
    assert problem(422, api.patch(f"/saved-filters/{saved['id']}", theirs))
    for answer in (
        other.get(f"/saved-filters/{saved['id']}"),
        other.delete(f"/saved-filters/{saved['id']}"),
    ):
        assert answer.status_code == 404


def test_another_member_of_the_ledger_does_not_see_it(api: Api, other: Api) -> None:
    ledger = api.add("/ledgers", name="Home")["id"]
    made = api.add(f"/ledgers/{ledger}/invitations", role="viewer")
    expect(200, other.post("/invitations/accept", {"token": made["token"]}))
    place = f"/saved-filters?ledger_id={ledger}"
    saved = api.add(place, {"name": "Food", "filters": {"q": "tea"}})
    own = other.add(place, {"name": "Food", "filters": {"q": "milk"}})
    assert [one["id"] for one in other.read(place)["items"]] == [own["id"]]
    assert other.patch(f"/saved-filters/{saved['id']}", {"name": "x"}).status_code == 404


def test_a_change_that_is_stale_is_refused(api: Api) -> None:
    path = f"/saved-filters/{_save(api)['id']}"
    old = api.get(path).headers["ETag"]
    expect(200, api.patch(path, {"name": "Later"}))
    for answer in (
        api.patch(path, {"name": "x"}, headers={"If-Match": old}),
        api.delete(path, headers={"If-Match": old}),
    ):
        assert answer.status_code == 412
