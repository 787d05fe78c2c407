"""Invitations: what their links prove, and that nobody comes in once too often."""

import datetime as dt
import threading

import pytest
from flask import Flask
from sqlalchemy import delete

from app.core import clock, signing
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.paging import PageRequest
from app.core.uow import unit_of_work
from app.models.base import session
from app.models.invitations import Invitation
from app.models.ledgers import Ledger
from app.models.users import User
from app.services import invitations
from tests.factories.callers import Api


def _record(app: Flask, **values: object) -> Invitation:
    with app.app_context(), unit_of_work():
        return invitations.record(**values)  # type: ignore[arg-type]


def test_the_token_is_the_same_each_time_and_leads_back(app: Flask, db_session: object) -> None:
    made = _record(app)
    token = invitations.token_of(made)
    session.expunge_all()
    found = invitations.find_good(token)
    assert found.id == made.id
    assert invitations.token_of(found) == token
    assert len(token) <= 100


@pytest.mark.parametrize("change", ["", "x", "e30.AAAA", "é", "\x00"])
def test_what_was_not_signed_here_is_no_good(app: Flask, db_session: object, change: str) -> None:
    token = invitations.token_of(_record(app))
    for text in (change, token[:-1], token + change + "A", change + token[2:]):
        with pytest.raises(Forbidden, match="not good"):
            invitations.find_good(text)


def test_a_link_for_another_purpose_is_no_good(app: Flask, db_session: object) -> None:
    made = _record(app)
    facts = [made.id, int(made.created_at.timestamp())]
    for token in (signing.sign("invitation", facts), signing.sign_undated("other", facts)):
        with pytest.raises(Forbidden, match="not good"):
            invitations.find_good(token)


def test_it_lasts_a_week_unless_something_else_is_said(app: Flask, db_session: object) -> None:
    ends = clock.now() + dt.timedelta(days=40)
    assert _record(app, expires_at=ends).expires_at == ends
    lasts = _record(app).expires_at - clock.now()
    assert dt.timedelta(days=6, hours=23) < lasts <= dt.timedelta(days=7)


@pytest.mark.parametrize("days", [-1, 0, 367])
def test_it_ends_ahead_and_within_a_year(app: Flask, db_session: object, days: int) -> None:
    with pytest.raises(Invalid) as refusal:
        _record(app, expires_at=clock.now() + dt.timedelta(days=days))
    assert set(refusal.value.errors) == {"expires_at"}


def test_used_up_ended_or_taken_back_it_says_why(
    app: Flask, db_session: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    used, revoked, expired = (_record(app) for _ in range(3))
    with unit_of_work():
        invitations.use(used)
        invitations.revoke(revoked)
    later = clock.now() + dt.timedelta(days=7)
    for made, state in ((used, "used already"), (revoked, "taken back")):
        with pytest.raises(Forbidden, match=state):
            invitations.find_good(invitations.token_of(made))
    monkeypatch.setattr(clock, "now", lambda: later)
    with pytest.raises(Forbidden, match="expired"):
        invitations.find_good(invitations.token_of(expired))


def test_what_lets_nobody_in_is_neither_used_nor_taken_back(
    app: Flask, db_session: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    used, revoked, expired = (_record(app) for _ in range(3))
    with unit_of_work():
        invitations.use(used)
        invitations.revoke(revoked)
    later = clock.now() + dt.timedelta(days=7)
    monkeypatch.setattr(clock, "now", lambda: later)
    for made in (used, revoked, expired):
        for change in (invitations.use, invitations.revoke):
            with pytest.raises(Conflict), unit_of_work():
                change(made)


@pytest.mark.parametrize(("most", "come", "let_in"), [(1, 4, 1), (3, 5, 3), (None, 4, 4)])
def test_however_many_come_at_once_no_more_are_let_in(
    app: Flask, most: int | None, come: int, let_in: int
) -> None:
    made = _record(app, max_uses=most)
    start = threading.Barrier(come)
    outcomes: list[bool] = []

    def use() -> None:
        with app.app_context():
            token = invitations.token_of(made)
            found = invitations.find_good(token)  # all of them see a good one
            start.wait()
            try:
                with unit_of_work():
                    invitations.use(found)
            except Conflict:
                outcomes.append(False)
            else:
                outcomes.append(True)

    people = [threading.Thread(target=use) for _ in range(come)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert sorted(outcomes) == [False] * (come - let_in) + [True] * let_in
    with app.app_context():
        assert invitations.find(made.id).uses == let_in


def test_each_list_has_its_own(api: Api, db_session: object) -> None:
    ledger_id = api.person.ledger_id
    to_register = _record(api.app)
    into = _record(api.app, ledger_id=ledger_id, role="viewer", created_by_id=api.person.id)
    request = PageRequest()
    assert [one.id for one in invitations.find_page(request).items] == [to_register.id]
    [listed] = invitations.find_page(request, ledger_id=ledger_id).items
    assert (listed.id, listed.role) == (into.id, "viewer")
    assert listed.created_by is not None
    assert invitations.find(into.id, ledger_id=ledger_id).id == into.id
    with pytest.raises(NotFound):
        invitations.find(into.id)
    assert invitations.find_good(invitations.token_of(into)).ledger_id == ledger_id


def test_it_goes_with_its_ledger_and_outlives_who_made_it(api: Api, db_session: object) -> None:
    into = _record(api.app, ledger_id=api.person.ledger_id, role="editor")
    by_somebody = _record(api.app, created_by_id=api.person.id)
    with unit_of_work():
        session.execute(delete(Ledger).where(Ledger.id == api.person.ledger_id))
        session.execute(delete(User).where(User.id == api.person.id))
    assert invitations.find_waiting(into.id) is None
    assert invitations.find(by_somebody.id).created_by_id is None
