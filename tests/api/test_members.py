"""Members of a ledger over the API: who sees whom, who may change what."""

import pytest
from flask import Flask

from tests.factories.callers import Body, expect, problem, refused
from tests.factories.fixtures import Caller
from tests.factories.sharing import Shared, kinds_of, share


@pytest.fixture
def shared(caller: Caller) -> Shared:
    """A ledger with an owner, an editor and a viewer, and somebody who is in none of it."""
    return share(caller)


def test_members_see_each_other_with_names_and_addresses(shared: Shared) -> None:
    for person in (shared.owner, shared.editor, shared.viewer):
        items = person.read(shared.members)["items"]
        assert [one["role"] for one in items] == ["owner", "editor", "viewer"]
        assert [one["email"] for one in items] == [
            one.person.email for one in (shared.owner, shared.editor, shared.viewer)
        ]
        assert all(one["user_id"] and one["name"] and one["joined_at"] for one in items)
    problem(404, shared.stranger.get(shared.members))


def test_a_placeholder_has_a_name_and_nothing_else(shared: Shared) -> None:
    made = shared.owner.add(shared.members, name="Grandma")
    assert made | {"id": 0, "joined_at": ""} == {
        "id": 0, "user_id": None, "name": "Grandma", "email": None, "role": "viewer",
        "joined_at": "",
    }  # fmt: skip
    path = f"{shared.members}/{made['id']}"
    assert shared.viewer.read(path) == made
    renamed = expect(200, shared.owner.patch(path, {"name": "Granny"}))
    assert renamed == made | {"name": "Granny"}
    body = problem(409, shared.owner.patch(path, {"role": "owner"}))
    assert body["detail"] == "Granny has no account yet. Say the role in an invitation."
    assert shared.owner.delete(path).status_code == 204
    problem(404, shared.owner.get(path))


@pytest.mark.parametrize("name", ["", " ", "x" * 101, "a\nb"])
def test_a_placeholder_needs_a_name(shared: Shared, name: str) -> None:
    refused(shared.owner.post(shared.members, {"name": name}), "name")


def test_the_same_placeholder_sent_twice_is_one(shared: Shared) -> None:
    headers = {"Idempotency-Key": "once"}
    first, second = (
        expect(201, shared.owner.post(shared.members, {"name": "Grandma"}, headers=headers))
        for _ in range(2)
    )
    assert first == second
    assert len(shared.owner.read(shared.members)["items"]) == 4


def test_only_owners_change_anything(shared: Shared) -> None:
    theirs = shared.member(shared.owner)
    for person in (shared.editor, shared.viewer):
        problem(403, person.post(shared.members, {"name": "x"}))
        problem(403, person.patch(f"{shared.members}/{theirs}", {"role": "viewer"}))
        problem(403, person.delete(f"{shared.members}/{theirs}"))
        problem(403, person.post(shared.hand_over, {"member_id": theirs}))
    calls: tuple[tuple[str, str, Body | None], ...] = (
        ("GET", shared.members, None),
        ("POST", shared.members, {"name": "x"}),
        ("GET", f"{shared.members}/{theirs}", None),
        ("PATCH", f"{shared.members}/{theirs}", {"role": "viewer"}),
        ("DELETE", f"{shared.members}/{theirs}", None),
        ("POST", shared.hand_over, {"member_id": theirs}),
    )
    for method, path, body in calls:
        unknown = shared.stranger.request(method, path.replace(shared.id, "999999"), body)
        foreign = shared.stranger.request(method, path, body)
        assert foreign.status_code == unknown.status_code == 404, (method, path)
        same = {"type", "title", "status", "detail", "code", "errors"}
        assert {k: foreign.get_json()[k] for k in same} == {k: unknown.get_json()[k] for k in same}


def test_a_member_of_another_ledger_is_not_found_in_this_one(shared: Shared) -> None:
    own = f"/ledgers/{shared.owner.person.ledger_id}/members"
    editor = shared.member(shared.editor)
    for method, body in (("GET", None), ("PATCH", {"role": "viewer"}), ("DELETE", None)):
        problem(404, shared.owner.request(method, f"{own}/{editor}", body))
    given = {"member_id": editor}
    problem(404, shared.owner.post(own.replace("members", "hand-over"), given))


def test_a_role_counts_on_the_next_request(shared: Shared) -> None:
    account = shared.owner.read("/accounts", ledger_id=shared.id)["items"][0]["id"]
    path = f"/transactions?ledger_id={shared.id}"
    row = {"type": "expense", "amount": "1.00", "account_id": account}
    made = expect(201, shared.editor.post(path, row))
    editor = f"{shared.members}/{shared.member(shared.editor)}"
    assert expect(200, shared.owner.patch(editor, {"role": "viewer"}))["role"] == "viewer"
    problem(403, shared.editor.post(path, row))
    problem(403, shared.editor.delete(f"/transactions/{made['id']}"))
    assert shared.editor.read(f"/transactions/{made['id']}")["amount"] == "1.00"
    assert shared.owner.delete(editor).status_code == 204
    problem(404, shared.editor.get(f"/transactions/{made['id']}"))
    problem(404, shared.editor.get(path))


def test_a_changed_member_is_not_changed_by_who_saw_the_old_one(shared: Shared) -> None:
    path = f"{shared.members}/{shared.member(shared.editor)}"
    tag = shared.owner.get(path).headers["ETag"]
    expect(200, shared.owner.patch(path, {"role": "viewer"}, headers={"If-Match": tag}))
    problem(412, shared.owner.patch(path, {"role": "editor"}, headers={"If-Match": tag}))
    problem(412, shared.owner.delete(path, headers={"If-Match": tag}))
    assert shared.owner.read(path)["role"] == "viewer"


def test_the_last_owner_stays(shared: Shared) -> None:
    own = f"{shared.members}/{shared.member(shared.owner)}"
    words = "A ledger needs an owner. Make somebody else an owner first."
    assert problem(409, shared.owner.delete(own))["detail"] == words
    assert problem(409, shared.owner.patch(own, {"role": "editor"}))["detail"] == words
    shared.owner.add(shared.members, name="A placeholder is no owner")
    assert problem(409, shared.owner.delete(own))["detail"] == words
    editor = f"{shared.members}/{shared.member(shared.editor)}"
    expect(200, shared.owner.patch(editor, {"role": "owner"}))
    assert shared.owner.delete(own).status_code == 204
    problem(404, shared.owner.get(shared.members))
    assert problem(409, shared.editor.delete(editor))["detail"] == words


def test_a_disabled_owner_is_not_enough(app: Flask, shared: Shared) -> None:
    editor = f"{shared.members}/{shared.member(shared.editor)}"
    expect(200, shared.owner.patch(editor, {"role": "owner"}))
    shared.disable(app, shared.editor)
    problem(409, shared.owner.delete(f"{shared.members}/{shared.member(shared.owner)}"))


def test_everybody_may_leave(app: Flask, shared: Shared) -> None:
    for person in (shared.editor, shared.viewer):
        own = f"{shared.members}/{shared.member(person)}"
        assert person.delete(own).status_code == 204
        problem(404, person.get(shared.members))
    assert len(shared.owner.read(shared.members)["items"]) == 1
    assert kinds_of(app, shared.id)[-2:] == ["member.left", "member.left"]


def test_the_owner_hands_over_in_one_step(app: Flask, shared: Shared) -> None:
    member = shared.member(shared.viewer)
    heir = expect(200, shared.owner.post(shared.hand_over, {"member_id": member}))
    assert (heir["id"], heir["role"]) == (member, "owner")
    roles = {one["email"]: one["role"] for one in shared.viewer.read(shared.members)["items"]}
    assert roles[shared.owner.person.email] == "editor"
    problem(403, shared.owner.post(shared.hand_over, {"member_id": member}))
    assert kinds_of(app, shared.id)[-1] == "member.ownership_handed_over"


def test_nobody_hands_over_to_nobody(shared: Shared) -> None:
    made = shared.owner.add(shared.members, name="Grandma")
    problem(409, shared.owner.post(shared.hand_over, {"member_id": made["id"]}))
    own = {"member_id": shared.member(shared.owner)}
    assert problem(409, shared.owner.post(shared.hand_over, own))["detail"] == (
        "You own this ledger already."
    )
    refused(shared.owner.post(shared.hand_over, {}), "member_id")
    assert shared.owner.read(shared.members)["items"][0]["role"] == "owner"


def test_a_personal_ledger_stays_its_persons(caller: Caller) -> None:
    shared = share(caller, personal=True)
    other = f"{shared.members}/{shared.member(shared.editor)}"
    own = f"{shared.members}/{shared.member(shared.owner)}"
    expect(200, shared.owner.patch(other, {"role": "owner"}))
    for person in (shared.owner, shared.editor):
        problem(409, person.patch(own, {"role": "editor"}))
        problem(409, person.delete(own))
    body = {"member_id": shared.member(shared.editor)}
    problem(409, shared.owner.post(shared.hand_over, body))
    expect(200, shared.owner.patch(other, {"role": "viewer"}))


def test_the_log_tells_what_became_of_members(app: Flask, shared: Shared) -> None:
    before = len(kinds_of(app, shared.id))
    made = shared.owner.add(shared.members, name="Grandma")
    shared.owner.patch(f"{shared.members}/{made['id']}", {"name": "Granny"})
    shared.owner.patch(f"{shared.members}/{made['id']}", {"name": "Granny"})
    path = f"{shared.members}/{shared.member(shared.editor)}"
    shared.owner.patch(path, {"role": "viewer"})
    shared.owner.delete(path)
    assert kinds_of(app, shared.id)[before:] == [
        "member.added", "member.renamed", "member.role_changed", "member.removed",
    ]  # fmt: skip


def test_rows_carry_who_entered_and_who_changed_them(shared: Shared) -> None:
    account = shared.owner.read("/accounts", ledger_id=shared.id)["items"][0]["id"]
    path = f"/transactions?ledger_id={shared.id}"
    row = {"type": "expense", "amount": "1.00", "account_id": account}
    made = expect(201, shared.editor.post(path, row))
    editor, owner = shared.editor.person.id, shared.owner.person.id
    assert (made["created_by_id"], made["updated_by_id"]) == (editor, editor)
    expect(200, shared.owner.patch(f"/transactions/{made['id']}", {"amount": "2.00"}))
    [listed] = shared.viewer.read(path)["items"]
    assert (listed["created_by_id"], listed["updated_by_id"]) == (editor, owner)
    assert listed == shared.viewer.read(f"/transactions/{made['id']}")
