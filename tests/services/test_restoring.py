"""Whatever is created, edited, deleted and restored: the books are right, the history complete."""

import datetime as dt
from itertools import pairwise
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.services import verification
from tests.factories import statements
from tests.factories.callers import Api, Body, expect
from tests.factories.fixtures import Caller

amounts = st.integers(1, 10**9).map(statements.point)
dates = st.dates(dt.date(2025, 12, 1), dt.date(2026, 2, 28)).map(dt.date.isoformat)
kinds = st.sampled_from(["expense", "income"])
picks = st.integers(0, 100)
states = st.sampled_from(["before", "after"])

creating = st.tuples(st.just("create"), kinds, amounts, dates, picks)
editing = st.tuples(st.just("edit"), kinds, amounts, dates, picks)
deleting = st.tuples(st.just("delete"), picks)
restoring = st.tuples(st.just("restore"), picks, picks, states)
steps = st.lists(creating | editing | deleting | restoring, min_size=4, max_size=14)


class Books:
    """Somebody's books, on which random steps are taken, beside what they have to come to."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.accounts = [api.person.account_id, api.add("/accounts", name="Wallet")["id"]]
        names = {"expense": "Groceries", "income": "Salary"}
        self.categories = {kind: [None, api.starter(name)] for kind, name in names.items()}
        self.rows: dict[int, Body | None] = {}

    def take(self, name: str, *arguments: Any) -> None:
        """Take one step."""
        getattr(self, f"_{name}")(*arguments)

    def history(self, row_id: int) -> list[Body]:
        """The lines about a row, the oldest first."""
        return self.api.rows(f"/transactions/{row_id}/history")[::-1]

    def _values(self, kind: str, amount: str, date: str, pick: int) -> dict[str, Any]:
        return {
            "type": kind, "amount": amount, "date": date,
            "account_id": self.accounts[pick % 2],
            "category_id": self.categories[kind][pick // 2 % 2],
        }  # fmt: skip

    def _create(self, *values: Any) -> None:
        row = self.api.add("/transactions", self._values(*values))
        self.rows[row["id"]] = row

    def _edit(self, *values: Any) -> None:
        there = [row_id for row_id, row in self.rows.items() if row]
        if there:
            row_id = there[values[-1] % len(there)]
            answer = self.api.patch(f"/transactions/{row_id}", self._values(*values))
            self.rows[row_id] = expect(200, answer)

    def _delete(self, pick: int) -> None:
        there = [row_id for row_id, row in self.rows.items() if row]
        if there:
            row_id = there[pick % len(there)]
            assert self.api.delete(f"/transactions/{row_id}").status_code == 204
            self.rows[row_id] = None

    def _restore(self, pick: int, number: int, state: str) -> None:
        if not self.rows:
            return
        row_id = list(self.rows)[pick % len(self.rows)]
        lines = self.history(row_id)
        line = lines[number % len(lines)]
        body = {"activity_id": line["id"], "state": state}
        response = self.api.post(f"/transactions/{row_id}/restore", body)
        if line[state] is None:
            assert response.status_code == 404
        else:
            self.rows[row_id] = expect(200, response)
            assert _told(self.rows[row_id], line[state])


def _told(row: Body | None, values: Body | None) -> bool:
    """Whether a row is what a line of the log tells of it."""
    if row is None or values is None:
        return row is values
    return all(row[name] == value for name, value in values.items() if name in row)


@settings(
    max_examples=8, derandomize=True, deadline=None, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(taken=steps)
def test_the_log_tells_the_whole_story(
    app: Flask, caller: Caller, taken: list[tuple[Any, ...]]
) -> None:
    books = Books(caller())
    for name, *arguments in taken:
        books.take(name, *arguments)
    with app.app_context():
        assert [str(one) for one in verification.find_differences()] == []
    for row_id, row in books.rows.items():
        lines = books.history(row_id)
        assert lines[0]["before"] is None
        for earlier, later in pairwise(lines):
            assert later["before"] == earlier["after"]
        assert _told(row, lines[-1]["after"])
