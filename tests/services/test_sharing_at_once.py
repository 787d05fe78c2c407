"""Several people at one ledger at the same time: it always has an owner, and no row is lost."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.models.accounts import Account
from app.models.base import session
from app.models.categories import Category
from app.models.invitations import Invitation
from app.models.ledgers import Ledger
from app.models.members import Member
from app.models.transactions import Transaction
from app.models.users import User
from app.services import verification
from tests.factories.callers import Api
from tests.factories.fixtures import Caller
from tests.factories.sharing import Shared, share

ROLES = ("owner", "editor", "viewer")
EXPECTED = {200, 201, 204, 403, 404, 409, 412, 503}
"""What anybody may be answered; 503 is a database that stayed locked for too long."""

Act = Callable[[Api], TestResponse]


class Table:
    """A ledger in the middle, four people around it, and the invitations that lie about."""

    def __init__(self, app: Flask, caller: Caller) -> None:
        self.app = app
        self.shared = share(caller)
        self.people = (
            self.shared.owner, self.shared.editor, self.shared.viewer, self.shared.stranger
        )  # fmt: skip
        self.account = self.shared.owner.read("/accounts", ledger_id=self.shared.id)["items"][0]
        self.tokens: list[str] = []

    def act(self, name: str, target: int, role: str) -> Act:
        """Return what somebody is about to do to the ``target``; who that is, they look up now."""
        member, row = self._member(target), self._newest_row()
        members = self.shared.members
        one = f"{members}/{member}"
        acts: dict[str, Act] = {
            "spend": lambda who: who.post(
                f"/transactions?ledger_id={self.shared.id}",
                {"type": "expense", "amount": "1.00", "account_id": self.account["id"]},
            ),
            "edit": lambda who: who.patch(f"/transactions/{row}", {"amount": "2.00"}),
            "delete": lambda who: who.delete(f"/transactions/{row}"),
            "invite": lambda who: self._keep(who.post(self.shared.invitations, {"role": role})),
            "accept": lambda who: who.post("/invitations/accept", {"token": self._token()}),
            "change": lambda who: who.patch(one, {"role": role}),
            "remove": lambda who: who.delete(one),
            "leave": lambda who: who.delete(f"{members}/{self._member(who=who)}"),
            "hand over": lambda who: who.post(self.shared.hand_over, {"member_id": member}),
        }
        return acts[name]

    def at_once(self, acts: list[tuple[int, Act]]) -> list[int]:
        """Let people act at the same moment; returns what they were answered."""

        def run(step: tuple[int, Act]) -> int:
            return step[1](self.people[step[0]]).status_code

        with ThreadPoolExecutor(len(acts)) as pool:
            return list(pool.map(run, acts))

    def stands(self) -> None:
        """Hold what is stored against what must never be otherwise."""
        with self.app.app_context():
            assert list(self._without_owner()) == []
            for model in (Account, Category, Transaction, Member, Invitation):
                lost = select(func.count()).where(
                    model.ledger_id.is_not(None), model.ledger_id.not_in(select(Ledger.id))
                )
                assert session.scalar(lost) == 0, model
            overused = select(func.count()).where(Invitation.uses > Invitation.max_uses)
            assert session.scalar(overused) == 0
            assert verification.find_differences() == []

    def _without_owner(self) -> Iterator[int]:
        owned = (
            select(Member.ledger_id)
            .join(User, User.id == Member.user_id)
            .where(Member.role == "owner")
        )
        yield from session.scalars(select(Ledger.id).where(Ledger.id.not_in(owned)))

    def _keep(self, answer: TestResponse) -> TestResponse:
        if answer.status_code == 201:
            self.tokens.append(answer.get_json()["token"])
        return answer

    def _token(self) -> str:
        return self.tokens[-1] if self.tokens else "none"

    def _member(self, target: int = 0, who: Api | None = None) -> int:
        person = who or self.people[target]
        query = select(Member.id).where(
            Member.ledger_id == int(self.shared.id), Member.user_id == person.person.id
        )
        with self.app.app_context():
            return session.scalar(query) or 999_999

    def _newest_row(self) -> int:
        query = select(func.max(Transaction.id)).where(Transaction.ledger_id == int(self.shared.id))
        with self.app.app_context():
            return session.scalar(query) or 999_999


ACTS = ("spend", "edit", "delete", "invite", "accept", "change", "remove", "leave", "hand over")
STEP = st.tuples(
    st.integers(0, 3), st.sampled_from(ACTS), st.integers(0, 3), st.sampled_from(ROLES)
)
ROUNDS = st.lists(st.lists(STEP, min_size=2, max_size=4), min_size=3, max_size=8)


@settings(
    max_examples=8,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(rounds=ROUNDS)
def test_whatever_people_do_at_once_the_ledger_stands(
    app: Flask, caller: Caller, rounds: list[list[tuple[int, str, int, str]]]
) -> None:
    table = Table(app, caller)
    for steps in rounds:
        acts = [(who, table.act(name, target, role)) for who, name, target, role in steps]
        assert set(table.at_once(acts)) <= EXPECTED
        table.stands()


def _two_owners(caller: Caller) -> Shared:
    shared = share(caller)
    path = f"{shared.members}/{shared.member(shared.editor)}"
    assert shared.owner.patch(path, {"role": "owner"}).status_code == 200
    return shared


def _both(first: Act, one: Api, second: Act, other: Api) -> list[int]:
    with ThreadPoolExecutor(2) as pool:
        answers = (pool.submit(first, one), pool.submit(second, other))
        return sorted(answer.result().status_code for answer in answers)


@pytest.mark.parametrize("turn", range(3))
def test_of_two_owners_who_leave_at_once_one_stays(caller: Caller, turn: int) -> None:
    shared = _two_owners(caller)
    ids = {one: shared.member(one) for one in (shared.owner, shared.editor)}

    def leave(who: Api) -> TestResponse:
        return who.delete(f"{shared.members}/{ids[who]}")

    assert _both(leave, shared.owner, leave, shared.editor) == [204, 409], turn
    roles = [one["role"] for one in shared.viewer.read(shared.members)["items"]]
    assert sorted(roles) == ["owner", "viewer"]


@pytest.mark.parametrize("turn", range(3))
def test_of_two_owners_who_demote_each_other_one_succeeds(caller: Caller, turn: int) -> None:
    shared = _two_owners(caller)
    ids = {one: shared.member(one) for one in (shared.owner, shared.editor)}

    def demote(target: Api) -> Act:
        return lambda who: who.patch(f"{shared.members}/{ids[target]}", {"role": "viewer"})

    first, second = demote(shared.editor), demote(shared.owner)
    assert _both(first, shared.owner, second, shared.editor) == [200, 403], turn
    roles = [one["role"] for one in shared.viewer.read(shared.members)["items"]]
    assert sorted(roles) == ["owner", "viewer", "viewer"]


@pytest.mark.parametrize("turn", range(3))
def test_who_hands_over_to_somebody_who_leaves_keeps_or_passes_it(
    caller: Caller, turn: int
) -> None:
    shared = share(caller)
    member = shared.member(shared.editor)

    def hand_over(who: Api) -> TestResponse:
        return who.post(shared.hand_over, {"member_id": member})

    def leave(who: Api) -> TestResponse:
        return who.delete(f"{shared.members}/{member}")

    answers = _both(hand_over, shared.owner, leave, shared.editor)
    assert answers in ([200, 409], [204, 404]), turn
    roles = [one["role"] for one in shared.viewer.read(shared.members)["items"]]
    assert roles.count("owner") == 1
