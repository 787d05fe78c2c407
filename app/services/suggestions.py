"""Categories learned from use: what the last rows of the same payee, or described alike, had.

However many rows there are, a suggestion looks at a few of them, found by an index.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, literal, literal_column, select, union_all

from app.models.base import read, session
from app.models.categories import Category
from app.models.directories import Offer, Suggestion
from app.models.payees import Payee
from app.models.transactions import Transaction
from app.services import searching

LATEST = 20
"""So many of the last rows alike say what the next one is for."""

LOOKED_AT = 2000
"""Among so many of the newest rows are those that could get a category."""

_ALIKE = 60
"""Descriptions are alike that begin with the same so many characters, whatever their case."""

_NAMED = Transaction.payee != ""


def find(ledger_id: int, kind: str, payee: str, description: str) -> Suggestion | None:
    """Return the category to suggest for a new row; None where nothing is known or wanted."""
    if payee:
        if _is_refused(ledger_id, payee):
            return None
        rows = _latest(ledger_id, _of_payee(payee))
        found = _most_used(ledger_id, kind, rows, "payee")
        if found:
            return found
    if not description:
        return None
    return _most_used(ledger_id, kind, _latest(ledger_id, *_described(description)), "description")


def of_payees(ledger_id: int, names: Iterable[str]) -> dict[str, int]:
    """Return the category that each payee's last rows mostly had; one query."""
    wanted = sorted(set(names) - {""})
    if not wanted:
        return {}
    parts = [_few(ledger_id, literal(name), _of_payee(name)) for name in wanted]
    used: dict[str, Counter[int]] = {}
    for name, _, category_id in session.execute(union_all(*parts)).all():
        if category_id is not None:
            used.setdefault(name, Counter())[category_id] += 1
    return {name: counted.most_common(1)[0][0] for name, counted in used.items()}


def offers(ledger_id: int) -> list[Offer]:
    """Return which of the newest rows could have the category that their payees mostly have."""
    lacking = _lacking(ledger_id)
    if not lacking:
        return []
    mine = select(Payee.name, Payee.id).where(
        Payee.ledger_id == ledger_id, Payee.name.in_({name for name, _ in lacking})
    )
    ids = dict(session.execute(mine.where(Payee.suggests)).all())
    known = of_payees(ledger_id, ids)
    kinds = _kinds_in_use(ledger_id, known.values())
    return [
        Offer(ids[name], name, known[name], rows)
        for (name, kind), rows in lacking.most_common()
        if name in known and kinds.get(known[name]) == kind
    ]


def rows_lacking(ledger_id: int, payee: str, kind: str) -> list[int]:
    """Return the ids of the newest rows of a payee that have no category and could have one."""
    newest = _newest(ledger_id)
    query = select(newest.c.id).where(
        *_is_lacking(newest), newest.c.payee == payee, newest.c.kind == kind
    )
    return list(session.scalars(query))


def _lacking(ledger_id: int) -> Counter[tuple[str, str]]:
    newest = _newest(ledger_id)
    query = (
        select(newest.c.payee, newest.c.kind, func.count())
        .where(*_is_lacking(newest), newest.c.kind != "transfer", newest.c.payee != "")
        .group_by(newest.c.payee, newest.c.kind)
    )
    return Counter({(payee, kind): rows for payee, kind, rows in session.execute(query)})


def _newest(ledger_id: int) -> Any:
    columns = (
        Transaction.id, Transaction.payee, Transaction.kind, Transaction.category_id,
        Transaction.is_split,
    )  # fmt: skip
    query = select(*columns).where(Transaction.ledger_id == ledger_id)
    order = (Transaction.date.desc(), Transaction.id.desc())
    return query.order_by(*order).limit(LOOKED_AT).subquery("newest")


def _is_lacking(newest: Any) -> tuple[ColumnElement[bool], ...]:
    return newest.c.category_id.is_(None), newest.c.is_split.is_(False)


def _is_refused(ledger_id: int, payee: str) -> bool:
    query = select(Payee.suggests).where(Payee.ledger_id == ledger_id, Payee.name == payee)
    return read(query).scalar() is False


def _of_payee(payee: str) -> ColumnElement[bool]:
    return Transaction.payee == payee


def _described(description: str) -> tuple[ColumnElement[bool], ...]:
    """Match descriptions alike; the index knows only rows that have one and a category."""
    wanted = "".join(one.lower() if one.isascii() else one for one in description[:_ALIKE])
    # Written out, as the index has them: parameters could be anything.
    part: list[Any] = [literal_column("1"), literal_column(str(_ALIKE))]
    beginning: Any = func.substr(Transaction.description, *part)
    if searching.is_postgres():
        alike = func.lower(beginning.collate("C")) == wanted
    else:
        alike = beginning.collate("NOCASE") == wanted
    return (
        alike,
        Transaction.description != literal_column("''"),
        Transaction.category_id.is_not(None),
    )


def _few(ledger_id: int, mark: Any, *conditions: ColumnElement[bool]) -> Any:
    named = (_NAMED,) if len(conditions) == 1 else ()
    query = select(mark.label("mark"), Transaction.kind, Transaction.category_id).where(
        Transaction.ledger_id == ledger_id, *conditions, *named
    )
    order = (Transaction.date.desc(), Transaction.id.desc())
    few = query.order_by(*order).limit(LATEST).subquery()
    return select(few)


def _latest(ledger_id: int, *conditions: ColumnElement[bool]) -> Sequence[Any]:
    return read(_few(ledger_id, literal(""), *conditions)).all()


def _most_used(ledger_id: int, kind: str, rows: Sequence[Any], reason: str) -> Suggestion | None:
    used = Counter(row.category_id for row in rows if row.kind == kind and row.category_id)
    kinds = _kinds_in_use(ledger_id, used)
    for category_id, count in used.most_common():
        if kinds.get(category_id) == kind:
            return Suggestion(category_id, reason, count)
    return None


def _kinds_in_use(ledger_id: int, ids: Iterable[int]) -> dict[int, str]:
    wanted = set(ids)
    if not wanted:
        return {}
    query = select(Category.id, Category.type).where(
        Category.ledger_id == ledger_id, Category.id.in_(wanted), Category.archived_at.is_(None)
    )
    rows: Sequence[Any] = read(query).all()
    return dict(rows)
