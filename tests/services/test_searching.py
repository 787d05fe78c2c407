"""Searching: a search reads what its own ledger has of a word, and of frequent words little."""

from typing import Any

import pytest
from sqlalchemy import literal, select
from sqlalchemy.exc import DBAPIError

from app.models.base import session
from app.models.transactions import Transaction
from app.services import searching
from tests.factories.callers import Api
from tests.factories.rows import many


@pytest.fixture
def rows(api: Api, other: Api) -> Api:
    """Three hundred rows with a word, and another ledger with three of them."""
    many(api.app, api.person, 300)
    for number in range(3):
        other.spend("1", description=f"row {number}", date="2026-01-02")
    return api


def _read_of_the_index(ledger_id: int, words: str) -> int:
    """Return how many rows the index of words gives for a search, before anything else counts."""
    query = select(Transaction.id).where(searching.matches(ledger_id, words))
    if not searching.is_postgres():
        query = searching._matching(literal(searching._asked(ledger_id, words)))
    compiled = query.compile(session.get_bind(), compile_kwargs={"literal_binds": True})
    connection = session.connection()
    if not searching.is_postgres():
        return len(connection.exec_driver_sql(str(compiled)).all())
    connection.exec_driver_sql("SET enable_seqscan = off")
    try:
        told: Any = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {compiled}")
        return _scanned(told.scalar()[0]["Plan"])
    finally:
        connection.exec_driver_sql("RESET enable_seqscan")


def _scanned(plan: dict[str, Any]) -> int:
    """Return how many rows the part of a plan gives that reads the index of words."""
    while plan.get("Index Name") != "ix_transactions_search":
        (plan,) = plan["Plans"]
    return int(plan["Actual Rows"])


def test_the_index_gives_rows_of_one_ledger(rows: Api, other: Api) -> None:
    with rows.app.app_context():
        assert _read_of_the_index(other.person.ledger_id, "row") == 3
        assert _read_of_the_index(other.person.ledger_id, "ro 2") == 1
        assert _read_of_the_index(rows.person.ledger_id, "ro 29") == 11
        assert _read_of_the_index(rows.person.ledger_id, "none") == 0


def test_words_of_most_rows_are_not_looked_up(rows: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger_id = rows.person.ledger_id
    monkeypatch.setattr(searching, "_asked", lambda *_: "'\"")  # neither database takes that
    with rows.app.app_context():
        assert searching.find(ledger_id, "row", 299) is None
        assert searching.find(ledger_id, "r", 20) is None
        with pytest.raises(DBAPIError):
            searching.find(ledger_id, "row", 300)
        session.rollback()
        with pytest.raises(DBAPIError):
            searching.find(ledger_id, "29", 5)


@pytest.mark.parametrize("limit", [10_000, 300, 299, 20])
def test_frequent_and_rare_words_find_the_same(
    rows: Api, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    for module in ("list_counts", "list_filters"):
        monkeypatch.setattr(f"app.services.{module}.COUNT_LIMIT", limit)
    every = rows.rows()
    for words in ("row", "1", "row 1", "2 r", "77", "none"):
        expected = [row["id"] for row in every if _has(row["description"], words)]
        page = rows.read("/transactions", q=words)
        assert [row["id"] for row in page["items"]] == expected[:50], words
        assert page["total"] == min(len(expected), limit), words
        assert page["total_is_lower_bound"] == (len(expected) > limit), words


def _has(description: str, words: str) -> bool:
    return all(f" {word}" in f" {description}" for word in words.split())
