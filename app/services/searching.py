"""Searching: rows that have words beginning with what somebody looks for.

SQLite looks them up in an FTS5 table, PostgreSQL in a GIN index over tsvectors; the migrations make
both. Either is given words that :func:`app.models.transactions.words_of` found, and each row's
ledger as one more, so that a search costs what its own ledger makes it cost.
"""

from sqlalchemy import (
    CTE,
    ColumnElement,
    and_,
    cast,
    column,
    false,
    func,
    literal,
    literal_column,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from app.models.base import read, session
from app.models.transactions import Transaction, words_of

_LEDGER = chr(57344)
"""Stands before a ledger's number; it is of Unicode's private use, no word has it."""

_SEARCH = table("transaction_search", column("rowid"), column("transaction_search"))
_VECTOR: ColumnElement[str] = literal_column(
    "array_to_tsvector(array_append(string_to_array(transactions.search_text, ' '),"
    " chr(57344) || transactions.ledger_id::text))"
)
"""To the letter what the index is of."""


def matches(ledger_id: int, text: str) -> ColumnElement[bool]:
    """Return the condition that a row has, for each word of ``text``, one that begins with it."""
    if not words_of(text):
        return false()
    if is_postgres():
        words = " & ".join([f"'{_LEDGER}{ledger_id}'", *(f"'{w}':*" for w in words_of(text))])
        return _VECTOR.op("@@")(cast(words, TSQUERY))
    return Transaction.id.in_(select(_SEARCH.c.rowid).where(_lookup(ledger_id, text)))


def _lookup(ledger_id: int, text: str) -> ColumnElement[bool]:
    words = " ".join([f'"{_LEDGER}{ledger_id}"', *(f'"{word}" *' for word in words_of(text))])
    return _SEARCH.c.transaction_search.op("MATCH")(words)


def is_postgres() -> bool:
    """Return whether this is PostgreSQL, which is asked for some things in another way."""
    return session.get_bind().dialect.name == "postgresql"


def found(ledger_id: int, text: str) -> CTE:
    """Return the ids of the rows that ``matches`` is about, looked up before anything else."""
    if is_postgres():
        query = select(Transaction.id).where(
            Transaction.ledger_id == ledger_id, matches(ledger_id, text)
        )
        return query.cte("found").prefix_with("MATERIALIZED")
    return select(_SEARCH.c.rowid.label("id")).where(_lookup(ledger_id, text)).cte("found")


def count(ledger_id: int, text: str, most: int) -> int:
    """Return how many rows have the words of ``text``, counted up to ``most``."""
    if not words_of(text):
        return 0
    some = select(found(ledger_id, text).c.id).limit(most).subquery()
    return read(select(func.count()).select_from(some)).scalar() or 0


def is_found(ledger_id: int, text: str) -> ColumnElement[bool]:
    """Return what :func:`matches` does, with the rows looked up first: for words few rows have."""
    return Transaction.id.in_(select(found(ledger_id, text).c.id)) if words_of(text) else false()


def has_words(_: int, text: str) -> ColumnElement[bool]:
    """Return what :func:`matches` does, as a test of one row after the other: for frequent words.

    What is searched has its words with one space between them, so a word begins behind a space.
    """
    place = func.strpos if is_postgres() else func.instr
    within = literal(" ") + Transaction.search_text
    return and_(*(place(within, f" {word}") > 0 for word in words_of(text)))
