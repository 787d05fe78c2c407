"""The file of an import: what was understood of it, and what a person answered."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from app.core.errors import Invalid
from app.core.spreadsheet import guard
from app.models.imports import Import
from app.services import imports, statements
from app.services.staging import ACCOUNTS_QUESTION, ONE_ACCOUNT, OPEN_ACCOUNTS, Stager
from app.services.statements import Question, Reading

STYLES = ("date_format", "decimal", "positive_means")


def read(work: Import, content: bytes) -> Reading:
    """Read the file, with what the person said of it. StatementRefused when it is no statement."""
    mapping = statements.Mapping.from_json(work.mapping) if work.mapping else None
    return statements.read(content, mapping=mapping, layout=work.profile)


def describe(work: Import, reading: Reading) -> None:
    """Keep what was understood on the import."""
    work.read_as = reading.sentence
    work.reading = {
        "layout": reading.layout,
        "layout_name": reading.layout_name,
        "encoding": reading.encoding,
        "delimiter": reading.delimiter,
        "header_line": reading.header_line,
        "headers": list(reading.headers),
        "sample": [list(row) for row in reading.sample],
        "mapping": reading.mapping.to_json() if reading.mapping else None,
        "suggestion": reading.suggestion.to_json() if reading.suggestion else None,
        "questions": [_question(one) for one in reading.questions],
        "date_from": reading.date_from.isoformat() if reading.date_from else None,
        "date_to": reading.date_to.isoformat() if reading.date_to else None,
        "balance_proof": reading.balance_proof,
        "broken_balance_lines": list(reading.broken_balance_lines),
        "currency": reading.currency,
    }
    work.rows_total = reading.rows


def ask_about_accounts(work: Import, stager: Stager) -> None:
    """Ask where rows belong whose accounts are not in the ledger; say so where it is plain.

    It is plain where the whole file is of one account, whatever its name is there.
    """
    account, names = stager.account, stager.unknown_accounts
    if not names or work.reading is None:
        return
    listed = ", ".join(sorted(names))
    alone = len(names) == 1 and not stager.knows_some
    if alone or work.answers.get(ACCOUNTS_QUESTION) == ONE_ACCOUNT:
        note = f"The file says {listed}; these rows go to {account.name}."
        work.reading = {**work.reading, "note": note}
        return
    question = Question(
        ACCOUNTS_QUESTION,
        f"The file has rows of accounts that are not here yet: {listed}. Where do they belong?",
        (
            (OPEN_ACCOUNTS, "Open an account for each of them"),
            (ONE_ACCOUNT, f"All into {account.name}"),
        ),
    )
    work.reading = {**work.reading, "questions": [_question(question)]}


def answer(work: Import, answers: Mapping[str, str]) -> None:
    """Take a person's answers to the import's questions. Invalid where one is no choice of them."""
    asked = {one["field"]: [choice["value"] for choice in one["choices"]] for one in work.questions}
    errors = {
        f"answers.{name}": ["Not one of the choices of a question."]
        for name, value in answers.items()
        if value not in asked.get(name, ()) or name == "columns"
    }
    if errors:
        raise Invalid(errors=errors)
    work.answers = {**work.answers, **answers}
    styles = {name: value for name, value in answers.items() if name in STYLES}
    known = work.mapping or (work.reading or {}).get("mapping")
    if styles and known:
        work.mapping = {**known, **styles}


def rejected_lines(work: Import) -> Iterator[str]:
    """Yield the rejected rows as CSV: line, what it said, and the reason last."""
    yield "line,row,reason\r\n"
    for row in imports.stream_rejected(work.id):
        text = io.StringIO()
        csv.writer(text).writerow((row.line, guard(row.raw or ""), row.reason))
        yield text.getvalue()


def _question(question: Question) -> dict[str, Any]:
    choices = [{"value": value, "label": label} for value, label in question.choices]
    return {"field": question.field, "text": question.text, "choices": choices}
