"""Searching: rows that have words beginning with what somebody looks for.

SQLite looks them up in an FTS5 table, PostgreSQL in a GIN index over tsvectors; the migrations make
both. Either is given words that :func:`app.models.transactions.words_of` found, each behind its
ledger's number, so that a search costs what its own ledger makes it cost.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Integer,
    Subquery,
    Text,
    and_,
    any_,
    bindparam,
    case,
    cast,
    column,
    false,
    func,
    literal,
    literal_column,
    null,
    select,
    table,
    union_all,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from app.core.rows import AnySelect
from app.models.base import Id, read, session
from app.models.transactions import Transaction, words_of

_MARK = chr(57344)
"""Stands between a ledger's number and a word; it is of Unicode's private use, no word has it."""

_SAMPLE, _MANY = 64, 16
"""Of the newest so many rows of a ledger, how many have words that are taken for frequent ones."""

_SEARCH = table("transaction_search", column("rowid"), column("transaction_search"))
_VECTOR: ColumnElement[str] = literal_column(
    "array_to_tsvector(string_to_array(transactions.ledger_id::text || chr(57344)"
    " || replace(transactions.search_text, ' ', ' ' || transactions.ledger_id::text || chr(57344)),"
    " ' '))"
)
"""To the letter what the index is of."""


def matches(ledger_id: int, text: str) -> ColumnElement[bool]:
    """Return the condition that a row has, for each word of ``text``, one that begins with it."""
    if not words_of(text):
        return false()
    asked = literal(_asked(ledger_id, text))
    if is_postgres():
        return _has(asked)
    return Transaction.id.in_(_matching(asked))


def _asked(ledger_id: int, text: str) -> str:
    """Return the words of ``text`` as the database is asked for rows that have them all."""
    words = [f"{ledger_id}{_MARK}{word}" for word in words_of(text)]
    if is_postgres():
        return " & ".join(f"'{word}':*" for word in words)
    return " ".join(f'"{word}" *' for word in words)


def _has(asked: ColumnElement[str]) -> ColumnElement[bool]:
    """Return PostgreSQL's condition that a row has the words."""
    return _VECTOR.op("@@")(cast(asked, TSQUERY))


def _matching(asked: ColumnElement[str]) -> AnySelect:
    """Return SQLite's query of the ids of rows that have the words."""
    found = select(_SEARCH.c.rowid.label("id"))
    return found.where(_SEARCH.c.transaction_search.op("MATCH")(asked))


def is_postgres() -> bool:
    """Return whether this is PostgreSQL, which is asked for some things in another way."""
    return session.get_bind().dialect.name == "postgresql"


def find(ledger_id: int, text: str, most: int) -> Sequence[int] | None:
    """Return the ids of the rows that have the words of ``text``, None where more than ``most``.

    An index reads all rows that have a word before it tells the first. Where the newest rows show
    that it would be many, rows are tried one after the other until there are too many.
    """
    words = words_of(text)
    if not words:
        return []
    values = {f"word_{number}": f" {word}" for number, word in enumerate(words)}
    values |= {"asked": _asked(ledger_id, text)}
    query = _finding(len(words), most, is_postgres())
    ids = read(query, ledger_id=ledger_id, **values).scalars().all()
    return None if len(ids) > most or ids[:1] == [None] else ids


@cache
def _finding(words: int, most: int, on_postgres: bool) -> CompoundSelect[Any]:
    """Return the query of :func:`find` for so many words; NULL says that it would find too many."""
    ledger_id, asked = bindparam("ledger_id", type_=Id), bindparam("asked", type_=Text)
    too_many = select(_are_too_many(ledger_id, words, most).label("found")).cte("too_many")
    are_too_many = select(too_many.c.found).scalar_subquery()
    rest = case((are_too_many, _MARK), else_=asked)  # the mark alone is in no row
    found = select(Transaction.id).where(_has(rest)) if on_postgres else _matching(rest)
    few = found.limit(most + 1).subquery()
    return union_all(select(few.c.id), select(null()).where(are_too_many))


def _are_too_many(ledger_id: BindParameter[int], words: int, most: int) -> ColumnElement[bool]:
    """Return whether more than ``most`` of the newest rows have the words.

    Only a few are looked at, unless many of them have the words.
    """

    def having(reach: ColumnElement[int], limit: int) -> ColumnElement[int]:
        newest = _newest(ledger_id, reach)
        each = [bindparam(f"word_{number}", type_=Text) for number in range(words)]
        some = select(newest.c.search_text).where(_has_each(newest.c.search_text, each))
        return select(func.count()).select_from(some.limit(limit).subquery()).scalar_subquery()

    seem_many = having(literal(_SAMPLE, Integer), _MANY) == _MANY
    reach = case((seem_many, most * _SAMPLE // _MANY), else_=0)
    return having(reach, most + 1) > most


def _newest(ledger_id: BindParameter[int], reach: ColumnElement[int]) -> Subquery:
    rows = select(Transaction.search_text).where(Transaction.ledger_id == ledger_id)
    return rows.order_by(Transaction.date.desc(), Transaction.id.desc()).limit(reach).subquery()


def listed(ids: Sequence[int]) -> str:
    """Return ids as :func:`among` takes them: one value, however many they are."""
    opening, closing = "{}" if is_postgres() else "[]"
    return f"{opening}{','.join(map(str, ids))}{closing}"


def among(ids: ColumnElement[str]) -> ColumnElement[bool]:
    """Return the condition that a row is one of those that are :func:`listed`."""
    if is_postgres():
        return Transaction.id == any_(cast(ids, ARRAY(BigInteger)))
    each = func.json_each(ids).table_valued("value")
    return Transaction.id.in_(select(each.c.value))


def has_words(_: int, text: str) -> ColumnElement[bool]:
    """Return what :func:`matches` does, as a test of one row after the other."""
    words = [literal(f" {word}") for word in words_of(text)]
    return _has_each(Transaction.search_text, words)


def _has_each(search_text: Any, beginnings: Sequence[ColumnElement[str]]) -> ColumnElement[bool]:
    """Test for words that stand behind a space each, as they do in what is searched."""
    place = func.strpos if is_postgres() else func.instr
    within = literal(" ") + search_text
    return and_(*(place(within, beginning) > 0 for beginning in beginnings))
