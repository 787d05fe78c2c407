"""A role that was taken away counts at once: for requests, kept answers, tags, and jobs."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.controllers import import_work
from app.core import queue
from app.models.base import session
from app.models.imports import Import
from app.models.transactions import Transaction
from tests.factories.callers import Api, Body, expect, problem
from tests.factories.fixtures import Caller, Work
from tests.factories.sharing import Shared, share

STATEMENT = "date,description,amount,currency,category,account\n2026-01-02,Bread,-3.50,EUR,,\n"
SORRY = "Whoever asked for this may not import into the ledger any more"

Loss = Callable[[Flask, Shared], None]


@pytest.fixture
def shared(caller: Caller) -> Shared:
    """A ledger with an owner, an editor and a viewer."""
    return share(caller)


def _demote(_app: Flask, shared: Shared) -> None:
    path = f"{shared.members}/{shared.member(shared.editor)}"
    expect(200, shared.owner.patch(path, {"role": "viewer"}))


def _remove(_app: Flask, shared: Shared) -> None:
    path = f"{shared.members}/{shared.member(shared.editor)}"
    assert shared.owner.delete(path).status_code == 204


def _disable(app: Flask, shared: Shared) -> None:
    shared.disable(app, shared.editor)


def _upload(shared: Shared, **fields: Any) -> int:
    query = f"?ledger_id={shared.id}"
    return int(expect(202, shared.editor.upload(STATEMENT, query=query, **fields))["id"])


def _stored(app: Flask, shared: Shared) -> int:
    query = select(func.count()).where(Transaction.ledger_id == int(shared.id))
    with app.app_context():
        return session.scalar(query) or 0


def _shown(shared: Shared, import_id: int) -> Body:
    return shared.owner.read(f"/imports/{import_id}")


LOSSES = pytest.mark.parametrize("lose", [_demote, _remove, _disable])


@LOSSES
def test_a_file_is_not_read_for_who_lost_the_role(
    app: Flask, shared: Shared, work: Work, lose: Loss
) -> None:
    import_id = _upload(shared, commit="true")
    lose(app, shared)
    work()
    found = _shown(shared, import_id)
    assert (found["status"], found["rows_new"]) == ("failed", 0)
    assert found["reason"].startswith(SORRY)
    assert _stored(app, shared) == 0


@LOSSES
def test_rows_are_not_stored_for_who_lost_the_role(
    app: Flask, shared: Shared, work: Work, lose: Loss
) -> None:
    import_id = _upload(shared)
    work()
    expect(202, shared.editor.post(f"/imports/{import_id}/commit"))
    lose(app, shared)
    work()
    assert _shown(shared, import_id)["reason"].startswith(SORRY)
    assert _stored(app, shared) == 0
    expect(202, shared.owner.post(f"/imports/{import_id}/commit"))
    work()
    assert _stored(app, shared) == 1


def test_a_file_that_is_stored_without_review_is_asked_for_until_the_end(
    app: Flask, shared: Shared
) -> None:
    """Between reading and storing there are two jobs; the second one looks again."""
    import_id = _upload(shared, commit="true")
    with app.app_context():
        import_work.read(import_id)
    _demote(app, shared)
    with app.app_context():
        import_work.commit(import_id)
    assert _shown(shared, import_id)["reason"].startswith(SORRY)
    assert _stored(app, shared) == 0


@LOSSES
def test_what_was_left_lying_is_not_taken_up_for_who_lost_the_role(
    app: Flask, shared: Shared, work: Work, monkeypatch: pytest.MonkeyPatch, lose: Loss
) -> None:
    import_id = _upload(shared, commit="true")
    queue.connection().flushdb()
    lose(app, shared)
    monkeypatch.setattr("app.services.leases.PATIENCE", dt.timedelta(seconds=-1))
    with app.app_context():
        assert import_work.resume_stalled() == 1
    work()
    assert _shown(shared, import_id)["status"] == "failed"
    assert _stored(app, shared) == 0


def test_who_takes_over_is_who_is_asked_about(app: Flask, shared: Shared, work: Work) -> None:
    import_id = _upload(shared)
    work()
    expect(202, shared.owner.post(f"/imports/{import_id}/commit"))
    _remove(app, shared)
    work()
    with app.app_context():
        found = session.get_one(Import, import_id)
        assert (found.status, found.asked_by_id) == ("done", shared.owner.person.id)
    assert _stored(app, shared) == 1


# Answers that were kept


def _row(shared: Shared) -> tuple[str, Body]:
    accounts = shared.owner.read("/accounts", ledger_id=shared.id)["items"]
    body = {"type": "expense", "amount": "12.34", "account_id": accounts[0]["id"]}
    return f"/transactions?ledger_id={shared.id}", body


def _send(api: Api, shared: Shared, status: int) -> Body:
    path, body = _row(shared)
    return expect(status, api.post(path, body, headers={"Idempotency-Key": "once"}))


@pytest.mark.parametrize(("lose", "status"), [(_demote, 403), (_remove, 404), (_disable, 401)])
def test_a_kept_answer_is_not_told_to_who_lost_the_role(
    app: Flask, shared: Shared, lose: Loss, status: int
) -> None:
    made = _send(shared.editor, shared, 201)
    assert _send(shared.editor, shared, 201) == made
    lose(app, shared)
    said = _send(shared.editor, shared, status)
    assert "12.34" not in str(said)
    assert _stored(app, shared) == 1


def test_a_kept_answer_about_members_is_not_told_to_an_owner_of_before(shared: Shared) -> None:
    key = {"Idempotency-Key": "once"}
    expect(201, shared.owner.post(shared.members, {"name": "Ada"}, headers=key))
    heir = shared.member(shared.editor)
    expect(200, shared.owner.post(shared.hand_over, {"member_id": heir}))
    problem(403, shared.owner.post(shared.members, {"name": "Ada"}, headers=key))
    own = shared.member(shared.owner)
    assert shared.editor.delete(f"{shared.members}/{own}").status_code == 204
    problem(404, shared.owner.post(shared.members, {"name": "Ada"}, headers=key))


# Tags of what they have already


def test_a_tag_of_before_tells_nothing_to_who_was_removed(app: Flask, shared: Shared) -> None:
    made = _send(shared.owner, shared, 201)
    paths = [
        f"/ledgers/{shared.id}",
        f"/transactions/{made['id']}",
        f"/transactions?ledger_id={shared.id}",
        f"/accounts?ledger_id={shared.id}",
        f"/reports/monthly?year=2026&month=1&ledger_id={shared.id}",
    ]
    tags = {path: {"If-None-Match": shared.editor.get(path).headers["ETag"]} for path in paths}
    for path, tag in tags.items():
        assert shared.editor.get(path, headers=tag).status_code == 304, path
    _remove(app, shared)
    for path, tag in tags.items():
        problem(404, shared.editor.get(path, headers=tag))
