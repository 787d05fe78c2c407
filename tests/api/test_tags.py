"""Tags over the API: renamed, merged and deleted, and the rows follow."""

import pytest

from app.core.uow import unit_of_work
from app.models.activities import NOBODY
from app.models.base import session
from app.models.ledgers import LedgerKey
from app.models.tags import Tag
from app.services import tag_changes
from tests.factories.callers import Api, Body, expect, problem, refused


def _named(api: Api) -> dict[str, Body]:
    return {one["name"]: one for one in api.read("/tags")["items"]}


def _counts(api: Api) -> dict[str, int]:
    return {name: one["count"] for name, one in _named(api).items()}


def _tags(api: Api) -> dict[str, list[str]]:
    return {row["description"]: row["tags"] for row in api.rows()}


@pytest.fixture
def books(api: Api) -> Api:
    """Rows with one tag, two and none; one of them split."""
    api.spend("3", description="both", tags=["Trip", "work"])
    lines = [{"amount": "1"}, {"amount": "2"}]
    api.spend("3", description="split", tags=["Trip"], splits=lines)
    api.spend("4", description="none")
    return api


def test_a_renamed_tag_is_found_by_its_new_name_only(books: Api) -> None:
    trip = _named(books)["Trip"]
    assert trip["count"] == 2
    renamed = expect(200, books.patch(f"/tags/{trip['id']}", {"name": "Lisbon 26"}))
    assert (renamed["id"], renamed["count"]) == (trip["id"], 2)
    assert _tags(books) == {"both": ["Lisbon 26", "work"], "split": ["Lisbon 26"], "none": []}
    assert [len(books.rows(q=word)) for word in ("lisb", "trip")] == [2, 0]
    assert len(books.rows(tag="LISBON 26")) == 2
    history = books.rows()[0]["id"]
    assert books.read(f"/transactions/{history}")["splits"] == []
    change = books.read("/bulk-changes")["items"][0]
    expect(200, books.delete(f"/bulk-changes/{change['id']}"))
    assert (_counts(books), len(books.rows(q="trip"))) == ({"Trip": 2, "work": 1}, 2)


def test_a_change_of_case_alone_changes_no_row(books: Api) -> None:
    expect(200, books.patch(f"/tags/{_named(books)['Trip']['id']}", {"name": "TRIP"}))
    assert _tags(books)["split"] == ["TRIP"]
    assert books.read("/bulk-changes")["items"][0]["rows"] == 0


@pytest.mark.parametrize("most", [10_000, 1])
def test_merged_tags_are_one(books: Api, most: int) -> None:
    found = _named(books)
    source, target = found["Trip"]["id"], found["work"]["id"]
    if most == 10_000:
        path = f"/tags/{source}/merge"
        change_id = expect(200, books.post(path, {"into_id": target}))["bulk_change_id"]
    else:
        with books.app.app_context(), unit_of_work(LedgerKey(books.person.ledger_id)):
            one, two = (session.get_one(Tag, tag_id) for tag_id in (source, target))
            change_id = tag_changes.merge(one, two, NOBODY, most=most).bulk_change_id
    assert _tags(books) == {"both": ["work"], "split": ["work"], "none": []}
    assert (_counts(books), len(books.rows(q="trip"))) == ({"work": 2}, 0)
    assert (change_id is None) == (most == 1)
    if change_id:
        expect(200, books.delete(f"/bulk-changes/{change_id}"))
        assert _counts(books) == {"Trip": 2, "work": 1}


def test_a_deleted_tag_is_off_every_row_and_comes_back(books: Api) -> None:
    assert books.delete(f"/tags/{_named(books)['Trip']['id']}").status_code == 204
    assert _tags(books) == {"both": ["work"], "split": [], "none": []}
    assert len(books.rows(q="trip")) == 0
    change = books.read("/bulk-changes")["items"][0]
    expect(200, books.delete(f"/bulk-changes/{change['id']}"))
    assert _counts(books) == {"Trip": 2, "work": 1}


def test_what_does_not_fit_is_refused(books: Api, other: Api) -> None:
    found = _named(books)
    path = f"/tags/{found['Trip']['id']}"
    assert set(problem(409, books.patch(path, {"name": "WORK"}))["errors"]) == {"name"}
    for name in ("", "x" * 61, "a, b", None):
        refused(books.patch(path, {"name": name}), "name")
    other.spend("1", tags=["theirs"])
    theirs = _named(other)["theirs"]["id"]
    for target in (found["Trip"]["id"], theirs, 10**12):
        refused(books.post(f"{path}/merge", {"into_id": target}), "into_id")
    for answer in (other.get(path), other.delete(path), other.patch(path, {"name": "x"})):
        problem(404, answer)
    assert _counts(books) == {"Trip": 2, "work": 1}
