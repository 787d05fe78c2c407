"""Tags: words that rows are marked with, made as they are first used."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Table, delete, func, insert, select
from sqlalchemy.orm.attributes import set_committed_value

from app.core import clock
from app.core.paging import Page, PageRequest
from app.models.base import read, session, upsert
from app.models.directories import ListedTag
from app.models.tags import Tag, TransactionTag, in_order, tag_key
from app.models.transactions import Transaction
from app.services import directories

_TAGS: Table = Tag.__table__  # type: ignore[assignment]
_LINKS: Table = TransactionTag.__table__  # type: ignore[assignment]


def ensure(ledger_id: int, names: Iterable[str]) -> Sequence[Tag]:
    """Return the ledger's tags of these names; those it does not have are made."""
    wanted = {tag_key(name): name for name in reversed(list(names))}
    if not wanted:
        return []
    now = clock.now()
    rows = [
        {"ledger_id": ledger_id, "name": name, "key": key, "version": 1}
        | {"created_at": now, "updated_at": now}
        for key, name in wanted.items()
    ]
    session.execute(upsert(_TAGS, session.get_bind().dialect.name).on_conflict_do_nothing(), rows)
    mine = select(Tag).where(Tag.ledger_id == ledger_id, Tag.key.in_(wanted))
    return session.scalars(mine).all()


def put(row: Transaction, names: Iterable[str]) -> bool:
    """Give a stored row exactly these tags; False when it has them already."""
    wanted = ensure(row.ledger_id, names)
    if {tag.id for tag in wanted} == {tag.id for tag in row.tag_rows}:
        return False
    session.execute(delete(_LINKS).where(_LINKS.c.transaction_id == row.id))
    links = [
        {"tag_id": tag.id, "transaction_id": row.id, "ledger_id": row.ledger_id} for tag in wanted
    ]
    if links:
        session.execute(insert(_LINKS), links)
    set_committed_value(row, "tag_rows", list(wanted))
    return True


def link(ledger_id: int, names: Mapping[int, Iterable[str]]) -> None:
    """Give stored rows, by their ids, tags of these names."""
    used = {name for some in names.values() for name in some}
    ids = {tag.key: tag.id for tag in ensure(ledger_id, used)}
    links = [
        {"tag_id": tag_id, "transaction_id": row_id, "ledger_id": ledger_id}
        for row_id, some in names.items()
        for tag_id in {ids[tag_key(name)] for name in some}
    ]
    if links:
        session.execute(insert(_LINKS), links)


def names_by_row(row_ids: Sequence[int]) -> dict[int, list[str]]:
    """Return the names of the tags of rows, by the rows' ids."""
    query = (
        select(TransactionTag.transaction_id, Tag.name)
        .join(Tag, Tag.id == TransactionTag.tag_id)
        .where(TransactionTag.transaction_id.in_(row_ids))
    )
    found: dict[int, list[str]] = {}
    for row_id, name in session.execute(query).all():
        found.setdefault(row_id, []).append(name)
    return {row_id: in_order(names) for row_id, names in found.items()}


def find_page(ledger_id: int, q: str | None, request: PageRequest) -> Page[ListedTag]:
    """Return a page of the ledger's tags by name; two queries, however many there are."""
    page = directories.find_page(Tag, ledger_id, q, request)
    return directories.with_items(page, find_listed(page.items))


def find_listed(tag_ids: Sequence[int]) -> dict[int, ListedTag]:
    """Return tags as lists show them, by their ids."""
    if not tag_ids:
        return {}
    links = select(func.count()).where(TransactionTag.tag_id == Tag.id)
    columns = (*directories.columns(Tag), links.correlate(Tag).scalar_subquery())
    rows: Sequence[Any] = read(select(*columns).where(Tag.id.in_(tag_ids))).all()
    return {row.id: ListedTag(*row) for row in rows}
