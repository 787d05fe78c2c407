"""Exports: rows as Outlay's own CSV, which the importer reads back to the same rows."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from app.core.money import decimal_string, digits
from app.core.spreadsheet import guard
from app.models.splits import SplitLine
from app.models.transaction_lists import Filters, ListedTransaction
from app.services import accounts, categories, category_paths, transaction_lists

HEADER = (
    "date", "description", "amount", "currency", "category", "account", "to_amount", "payee",
    "notes", "tags", "lines",
)  # fmt: skip
TRANSFER_TO = "\N{RIGHTWARDS ARROW} "
"""Stands in place of a category before the account that a transfer went to."""
_CHUNK = 500


def csv_lines(ledger_id: int, filters: Filters) -> Iterator[str]:
    """Return the file in chunks of lines. Texts cannot start a formula; amounts stay numbers."""
    paths = category_paths.by_id(categories.find_all(ledger_id))
    names = {account.id: account.name for account in accounts.find_all(ledger_id)}
    rows = transaction_lists.stream_listed(ledger_id, filters)
    return _written(_cells(row, paths, names) for row in rows)


def _cells(
    row: ListedTransaction, paths: Mapping[int, str], names: Mapping[int, str]
) -> tuple[str, ...]:
    signed = row.amount if row.type == "income" else -row.amount
    amount = decimal_string(signed, digits(row.currency))
    category = paths.get(row.category_id or 0, "")
    if row.to_account_id is not None:
        category = TRANSFER_TO + names[row.to_account_id]
    account, tags = names[row.account_id], ", ".join(row.tags)
    lines = "; ".join(_line(line, paths) for line in row.splits)
    arrived = ""
    if row.to_amount is not None and row.to_currency is not None:
        arrived = decimal_string(row.to_amount, digits(row.to_currency))
    words = (category, account, arrived, row.payee, row.notes, tags, lines)
    texts = [guard(text) for text in words]
    return (row.date.isoformat(), guard(row.description), amount, row.currency, *texts)


def _line(line: SplitLine, paths: Mapping[int, str]) -> str:
    """Return a line of a split row in words: ``3.10 Food / Groceries (bread)``."""
    amount = decimal_string(line.amount, digits(line.currency))
    notes = f"({line.notes})" if line.notes else ""
    return " ".join(filter(None, (amount, paths.get(line.category_id or 0, ""), notes)))


def _written(rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield ",".join(HEADER) + "\r\n"
    rows = iter(rows)
    while chunk := list(islice(rows, _CHUNK)):
        text = io.StringIO()
        csv.writer(text).writerows(chunk)
        yield text.getvalue()
