"""Searching: rows that have words beginning with what somebody looks for.

SQLite looks them up in an FTS5 table, PostgreSQL in a GIN index over tsvectors; the migrations make
both. Either is given words that :func:`app.models.transactions.words_of` found, and each row's
ledger as one more, so that a search for frequent words costs what its own ledger makes it cost.
"""

import json
from collections.abc import Sequence

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    and_,
    any_,
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

from app.core.rows import AnySelect
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
    return Transaction.id.in_(select(_SEARCH.c.rowid).where(_lookup(text, ledger_id)))


def _lookup(text: str, ledger_id: int | None = None) -> ColumnElement[bool]:
    own = [] if ledger_id is None else [f'"{_LEDGER}{ledger_id}"']
    words = " ".join([*own, *(f'"{word}" *' for word in words_of(text))])
    return _SEARCH.c.transaction_search.op("MATCH")(words)


def is_postgres() -> bool:
    """Return whether this is PostgreSQL, which is asked for some things in another way."""
    return session.get_bind().dialect.name == "postgresql"


def find(ledger_id: int, text: str, most: int) -> Sequence[int] | None:
    """Return the ids of the rows that have the words of ``text``, None where more than ``most``."""
    if not words_of(text):
        return []
    mine = select(Transaction.id).where(Transaction.ledger_id + 0 == ledger_id)
    if is_postgres():
        return _at_most(most, mine.where(matches(ledger_id, text)))
    # A ledger's own mark is in as many rows as it has, so it is looked up for frequent words only.
    anywhere = _at_most(most, select(_SEARCH.c.rowid).where(_lookup(text)))
    if anywhere is None:
        return _at_most(most, select(_SEARCH.c.rowid).where(_lookup(text, ledger_id)))
    return _at_most(most, mine.where(among(anywhere))) if anywhere else []


def _at_most(most: int, query: AnySelect) -> Sequence[int] | None:
    ids = read(query.limit(most + 1)).scalars().all()
    return None if len(ids) > most else ids


def among(ids: Sequence[int]) -> ColumnElement[bool]:
    """Return the condition that a row is one of those; one value, however many they are."""
    if is_postgres():
        return Transaction.id == any_(literal(list(ids), ARRAY(BigInteger)))
    each = func.json_each(json.dumps(list(ids))).table_valued("value")
    return Transaction.id.in_(select(each.c.value))


def has_words(_: int, text: str) -> ColumnElement[bool]:
    """Return what :func:`matches` does, as a test of one row after the other: for frequent words.

    What is searched has its words with one space between them, so a word begins behind a space.
    """
    place = func.strpos if is_postgres() else func.instr
    within = literal(" ") + Transaction.search_text
    return and_(*(place(within, f" {word}") > 0 for word in words_of(text)))
