"""Many who add rows to one ledger at the same moment: each is answered for its own row."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from app.services import verification
from tests.factories.callers import Api, expect, refused
from tests.factories.fixtures import Caller
from tests.factories.sharing import Shared, share

ROUNDS = 4


def _at_once(calls: list[Callable[[], TestResponse]]) -> list[TestResponse]:
    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result(60) for future in [pool.submit(call) for call in calls]]


class Book:
    """A shared ledger, and what is wrong to say of its rows."""

    def __init__(self, app: Flask, caller: Caller) -> None:
        self.app = app
        self.shared: Shared = share(caller)
        (account,) = self.shared.owner.read("/accounts", ledger_id=self.shared.id)["items"]
        self.account_id: int = account["id"]
        self.foreign_id: int = self.shared.stranger.read("/accounts")["items"][0]["id"]

    def adding(self, who: Api, **fields: Any) -> Callable[[], TestResponse]:
        """Return a call that adds a row."""
        row = {"type": "expense", "amount": "1.00", "account_id": self.account_id} | fields
        return lambda: who.post(f"/transactions?ledger_id={self.shared.id}", row)

    def rows(self) -> list[dict[str, Any]]:
        """All rows of the ledger."""
        return self.shared.owner.rows(ledger_id=self.shared.id)

    def require_right(self) -> None:
        """Hold the kept figures against the rows."""
        with self.app.app_context():
            assert verification.find_differences() == []


def test_good_and_bad_are_told_apart(app: Flask, caller: Caller) -> None:
    book = Book(app, caller)
    owner, editor = book.shared.owner, book.shared.editor
    for _ in range(ROUNDS):
        good = [
            book.adding(owner, payee="Bakery", tags=["bread"]),
            book.adding(editor, payee="Baker", splits=[{"amount": "0.40"}, {"amount": "0.60"}]),
            book.adding(editor, payee="Bakery"),
        ]
        bad = [
            book.adding(owner, account_id=book.foreign_id),
            book.adding(editor, date="9999-01-01"),
            book.adding(owner, splits=[{"amount": "0.40"}]),
        ]
        answers = _at_once([*good, *bad])
        made = [expect(201, answer) for answer in answers[:3]]
        assert [row["created_by_id"] for row in made] == [
            owner.person.id, editor.person.id, editor.person.id
        ]  # fmt: skip
        assert [row["tags"] for row in made] == [["bread"], [], []]
        assert [len(row["splits"]) for row in made] == [0, 2, 0]
        refused(answers[3], "account_id")
        refused(answers[4], "date")
        refused(answers[5], "splits")
    assert len(book.rows()) == 3 * ROUNDS
    assert owner.read("/payees", ledger_id=book.shared.id)["total"] == 2
    book.require_right()


def test_each_is_in_the_log_with_who_added_it(app: Flask, caller: Caller) -> None:
    book = Book(app, caller)
    people = (book.shared.owner, book.shared.editor)
    answers = _at_once([book.adding(who, notes=f"{who.person.id}") for who in people * 5])
    for row in [expect(201, answer) for answer in answers]:
        (line,) = book.shared.owner.read(f"/transactions/{row['id']}/history")["items"]
        assert line["kind"] == "transaction.created"
        assert str(line["actor_id"]) == row["notes"]
        assert line["before"] is None
        assert line["after"]["amount"] == "1.00"


def test_who_may_not_write_is_refused_among_those_who_may(app: Flask, caller: Caller) -> None:
    book = Book(app, caller)
    people = (book.shared.owner, book.shared.viewer, book.shared.stranger)
    answers = _at_once([book.adding(who) for who in people * 3])
    assert [answer.status_code for answer in answers] == [201, 403, 404] * 3
    assert len(book.rows()) == 3
    book.require_right()


def test_the_same_request_sent_twice_at_once_adds_one_row(app: Flask, caller: Caller) -> None:
    book = Book(app, caller)
    row = {"type": "expense", "amount": "1.00", "account_id": book.account_id}
    path, headers = f"/transactions?ledger_id={book.shared.id}", {"Idempotency-Key": "once"}
    twice = [lambda: book.shared.owner.post(path, row, headers=headers)] * 2
    answers = _at_once([*twice, *[book.adding(book.shared.editor) for _ in range(4)]])
    assert {answer.status_code for answer in answers[:2]} <= {201, 409}
    assert [answer.status_code for answer in answers[2:]] == [201] * 4
    assert len(book.rows()) == 5
    book.require_right()
