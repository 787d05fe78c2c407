"""Searching: rows that have words beginning with what somebody looks for.

SQLite looks them up in an FTS5 table, PostgreSQL in a GIN index over tsvectors; the migrations make
both. Either is given words that :func:`app.models.transactions.words_of` found, and each row's
ledger as one more, so that a search costs what its own ledger makes it cost.
"""

from sqlalchemy import ColumnElement, cast, column, false, literal_column, select, table
from sqlalchemy.dialects.postgresql import TSQUERY

from app.models.base import session
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
    words = words_of(text)
    if not words:
        return false()
    if session.get_bind().dialect.name == "postgresql":
        looked_for = " & ".join([f"'{_LEDGER}{ledger_id}'", *(f"'{word}':*" for word in words)])
        return _VECTOR.op("@@")(cast(looked_for, TSQUERY))
    looked_for = " ".join([f'"{_LEDGER}{ledger_id}"', *(f'"{word}" *' for word in words)])
    found = select(_SEARCH.c.rowid).where(_SEARCH.c.transaction_search.op("MATCH")(looked_for))
    return Transaction.id.in_(found)
