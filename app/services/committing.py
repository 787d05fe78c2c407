"""Committing an import: waiting rows become transactions, a batch and a transaction at a time.

Rows, kept totals and how far it has come change together, so a batch is stored once or not at all
however often its job is killed and started again.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Table, and_, case, func, insert, literal, select, update

from app.core import clock
from app.core.rows import AnySelect
from app.models.base import session
from app.models.categories import Category
from app.models.imports import Import, ImportRow
from app.models.totals import ARRIVAL, NO_CATEGORY
from app.models.transactions import Transaction
from app.services import categories, category_paths, duplicates, payees, splits, tags, totals

BATCH = 10_000
_LOOKED_UP = 1000
"""Lines whose rows one query looks up."""
_TRANSACTIONS: Table = Transaction.__table__  # type: ignore[assignment]
_COPIED = (
    "kind", "date", "amount", "currency", "to_account_id", "to_amount", "to_currency",
    "description", "payee", "notes", "search_text",
)  # fmt: skip


def commit_batch(work: Import) -> bool:
    """Store the next batch of waiting rows; False when there was none left."""
    last = _last_line(work)
    if last is None:
        return False
    again = duplicates.mark_known(work.id, work.ledger_id, after=work.cursor, upto=last)
    batch = and_(
        ImportRow.import_id == work.id,
        ImportRow.line > work.cursor,
        ImportRow.line <= last,
        ImportRow.status == "new",
    )
    stored = _insert(work, batch)
    payees.ensure(work.ledger_id, session.scalars(select(ImportRow.payee).where(batch).distinct()))
    _tag(work, batch)
    split = _split(work, batch)
    totals.apply(_sums(work, batch), split)
    work.cursor = last
    work.rows_done += stored
    work.rows_new -= again
    work.rows_duplicate += again
    return True


def record_missing_categories(work: Import) -> None:
    """Make the categories that Outlay's own file names and the ledger does not have."""
    missing = select(ImportRow.kind, ImportRow.category).where(
        ImportRow.import_id == work.id,
        ImportRow.status == "new",
        ImportRow.category != "",
        ImportRow.category_id.is_(None),
    )
    for kind, path in session.execute(missing.distinct()).all():
        category_id = category_paths.record_missing(work.ledger_id, str(kind), path)
        session.execute(
            update(ImportRow)
            .where(
                ImportRow.import_id == work.id, ImportRow.kind == kind, ImportRow.category == path
            )
            .values(category_id=category_id)
            .execution_options(synchronize_session=False)
        )


def _last_line(work: Import) -> int | None:
    waiting = (
        select(ImportRow.line)
        .where(
            ImportRow.import_id == work.id,
            ImportRow.line > work.cursor,
            ImportRow.status == "new",
        )
        .order_by(ImportRow.line)
        .limit(BATCH)
        .subquery()
    )
    last: int | None = session.scalar(select(func.max(waiting.c.line)))
    return last


def _insert(work: Import, batch: Any) -> int:
    now = clock.now()
    values: dict[str, Any] = {name: getattr(ImportRow, name) for name in _COPIED}
    values |= {
        "ledger_id": literal(work.ledger_id),
        "account_id": ImportRow.account_id,
        "category_id": Category.id,
        "created_by_id": literal(work.created_by_id),
        "updated_by_id": literal(work.created_by_id),
        "import_id": ImportRow.import_id,
        "import_line": ImportRow.line,
        "fingerprint": ImportRow.fingerprint,
        "occurrence": ImportRow.occurrence,
        "state": literal("cleared"),
        "to_state": case((ImportRow.kind == "transfer", "cleared"), else_="open"),
        "is_tagged": ImportRow.tags != "",
        "is_split": ImportRow.lines != "",
        "version": literal(1),
        "created_at": literal(now, Transaction.created_at.type),
        "updated_at": literal(now, Transaction.updated_at.type),
    }
    rows = _with_category(work, select(*values.values())).where(batch).order_by(ImportRow.line)
    stored = insert(_TRANSACTIONS).from_select(list(values), rows)
    # Without the option PostgreSQL's driver says -1.
    done = session.execute(stored.execution_options(preserve_rowcount=True))
    return int(done.rowcount)  # type: ignore[attr-defined]


def _tag(work: Import, batch: Any) -> None:
    """Give the rows of a batch the tags that rules gave them."""
    query = select(ImportRow.line, ImportRow.tags).where(batch, ImportRow.tags != "")
    names = {line: told.split("\n") for line, told in session.execute(query).all()}
    stored = _stored(work, names, Transaction.import_line, Transaction.id)
    tags.link(work.ledger_id, {row_id: names[line] for line, row_id in stored})


def _split(work: Import, batch: Any) -> totals.Changes:
    """Give the rows of a batch the lines that their file has; returns what these come to."""
    query = select(ImportRow.line, ImportRow.lines).where(batch, ImportRow.lines != "")
    texts = {line: told for line, told in session.execute(query).all()}  # noqa: C416 - of rows
    known = {one.id for one in categories.find_all(work.ledger_id)} if texts else set()
    sums: list[totals.MonthSums] = []
    for (row,) in _stored(work, texts, Transaction):
        lines = [line | _known(line, known) for line in json.loads(texts[row.import_line])]
        splits.put(row, lines)
        sums += totals.of(row).months
    session.flush()
    return totals.Changes(sums, [])


def _stored(work: Import, lines: Iterable[int], *columns: Any) -> Iterator[Any]:
    """Yield columns of the stored rows that come from lines of the file.

    Not by a join with the lines: as long as PostgreSQL believes that there are none, such as soon
    after another import, it would go through all of the rows for each of them.
    """
    every = list(lines)
    mine = select(*columns).where(Transaction.import_id == work.id)
    for start in range(0, len(every), _LOOKED_UP):
        some = every[start : start + _LOOKED_UP]
        yield from session.execute(mine.where(Transaction.import_line.in_(some))).all()


def _known(line: dict[str, Any], known: Collection[int]) -> dict[str, Any]:
    """Return the category of a line as long as there is such a one."""
    return {"category_id": line["category_id"] if line["category_id"] in known else None}


def _sums(work: Import, batch: Any) -> totals.Changes:
    """Return what a batch adds to the kept totals, without the months of its split rows.

    What a statement says is cleared.
    """
    category = func.coalesce(Category.id, NO_CATEGORY)
    keys = (ImportRow.month, ImportRow.account_id, ImportRow.kind, category)
    sums = (func.sum(ImportRow.amount), func.count())
    months = _with_category(work, select(*keys, *sums)).where(batch, ImportRow.lines == "")
    signed = case((ImportRow.kind == "income", ImportRow.amount), else_=-ImportRow.amount)
    days = (ImportRow.account_id, ImportRow.date)
    change = func.sum(signed)
    by_day = select(*days, change, change).where(batch).group_by(*days)
    arrived, came = _arrivals(batch)
    return totals.Changes(
        [(work.ledger_id, *row) for row in (*session.execute(months.group_by(*keys)), *arrived)],
        [(work.ledger_id, *row) for row in (*session.execute(by_day), *came)],
    )


def _arrivals(batch: Any) -> tuple[Sequence[Any], Sequence[Any]]:
    """Return what the transfers of a batch add at the accounts that they went to."""
    went = (batch, ImportRow.to_account_id.is_not(None))
    to, amount = ImportRow.to_account_id, func.sum(ImportRow.to_amount)
    month = select(
        ImportRow.month, to, literal(ARRIVAL), literal(NO_CATEGORY), amount, func.count()
    )
    day = select(to, ImportRow.date, amount, amount)
    return (
        session.execute(month.where(*went).group_by(ImportRow.month, to)).all(),
        session.execute(day.where(*went).group_by(to, ImportRow.date)).all(),
    )


def _with_category(work: Import, query: AnySelect) -> AnySelect:
    """Join the row's category as long as it exists: it may have been deleted since the reading."""
    known = (Category.id == ImportRow.category_id) & (Category.ledger_id == work.ledger_id)
    return query.select_from(ImportRow).outerjoin(Category, known)
