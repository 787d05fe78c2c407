"""Exports: rows as Outlay's own CSV, which the importer reads back to the same rows."""

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import islice

from app.core.money import decimal_string, digits
from app.core.rows import AnyRow
from app.core.spreadsheet import guard
from app.models.transactions import Filters, Transaction
from app.services import accounts, categories, category_paths, transaction_lists

HEADER = ("date", "description", "amount", "currency", "category", "account", "payee", "notes")
_CHUNK = 500
_COLUMNS = (
    Transaction.date,
    Transaction.id,
    Transaction.description,
    Transaction.amount,
    Transaction.kind,
    Transaction.currency,
    Transaction.category_id,
    Transaction.account_id,
    Transaction.payee,
    Transaction.notes,
)


def csv_lines(ledger_id: int, filters: Filters) -> Iterator[str]:
    """Return the file in chunks of lines. Texts cannot start a formula; amounts stay numbers."""
    paths = category_paths.by_id(categories.find_all(ledger_id))
    names = {account.id: account.name for account in accounts.find_all(ledger_id)}
    rows = transaction_lists.stream(ledger_id, filters, *_COLUMNS)
    cells = (_cells(row, paths.get(row.category_id, ""), names[row.account_id]) for row in rows)
    return _written(cells)


def _cells(row: AnyRow, category: str, account: str) -> tuple[str, ...]:
    signed = row.amount if row.kind == "income" else -row.amount
    amount = decimal_string(signed, digits(row.currency))
    texts = [guard(text) for text in (category, account, row.payee, row.notes)]
    return (row.date.isoformat(), guard(row.description), amount, row.currency, *texts)


def _written(rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield ",".join(HEADER) + "\r\n"
    rows = iter(rows)
    while chunk := list(islice(rows, _CHUNK)):
        text = io.StringIO()
        csv.writer(text).writerows(chunk)
        yield text.getvalue()
