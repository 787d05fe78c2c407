"""The form of a transaction: beside plain fields, tags in one field and lines of a split row."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from werkzeug.datastructures import MultiDict

from app.models.transactions import Transaction
from app.schemas.transactions import TransactionInput
from app.views.amounts import Unclear, summed
from app.views.formatting import number_locale, typed
from app.views.forms import INVALID_STATUS, Form

LINE_FIELDS = ("category_id", "amount", "notes")
EMPTY_LINES = 2
"""So many empty lines a form offers to begin with."""


@dataclass(frozen=True)
class Line:
    """A line of a split row as its fields show it, in the shape of a form."""

    values: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, list[str]] = field(default_factory=dict)


class EntryForm(Form):
    """A form of :class:`TransactionInput`. Tags are names with commas; lines have fields alike."""

    def __init__(self, values: Mapping[str, Any] | None = None, *, currency: str = "EUR") -> None:
        super().__init__(TransactionInput(), values, currency=currency)
        self.lines: list[Line] = list((values or {}).get("lines", ()))

    @property
    def shown_lines(self) -> list[Line]:
        """The lines to fill in: those that are filled, and empty ones where there are few."""
        missing = max(0, EMPTY_LINES - len(self.lines))
        return [*self.lines, *[Line()] * missing]

    def rearrange(self, source: MultiDict[str, str]) -> bool:
        """Show what was typed with a line more or less; False when nobody asked for that."""
        if not {"add_line", "remove_line"} & {*source}:
            return False
        self.load(source)
        self.errors, self.status = {}, 200
        if "split_amount" in source:
            self.lines = [_shown(row) for row in _typed_lines(source)]
        number = source.get("remove_line", "")
        if number.isascii() and number.isdigit() and 0 < int(number[:9]) <= len(self.lines):
            del self.lines[int(number) - 1]
        if "add_line" in source:
            self.lines = [*self.shown_lines, Line()]
        return True

    def _gather(self, raw: dict[str, Any], source: MultiDict[str, str]) -> None:
        if "tags" in source:
            raw["tags"] = [name for part in source["tags"].split(",") if (name := part.strip())]
            self.values["tags"] = source["tags"]
        if "split_amount" in source:
            self._gather_lines(raw, source)
        self._leave_out(raw)

    def _gather_lines(self, raw: dict[str, Any], source: MultiDict[str, str]) -> None:
        filled = [row for row in _typed_lines(source) if any(text.strip() for text in row.values())]
        self.lines = [_shown(row) for row in filled]
        raw["splits"] = [
            line for number, row in enumerate(filled, 1) if (line := self._read_line(number, row))
        ]

    def _read_line(self, number: int, row: dict[str, str]) -> dict[str, Any] | None:
        """Return a line as the schema has it; None, and a fault, where its amount is none."""
        try:
            amount = summed(row["amount"], number_locale(), self._currency)
        except Unclear as error:
            said = [*self.errors.get("splits", []), f"Line {number}: {error}"]
            self._refuse({**self.errors, "splits": said}, INVALID_STATUS)
            return None
        category = {"category_id": row["category_id"]} if row["category_id"] else {}
        return {"amount": amount, "notes": row["notes"], **category}

    def _leave_out(self, raw: dict[str, Any]) -> None:
        """Leave out what the chosen type has no use for: fields that a script would hide."""
        if raw.get("type") == "transfer":
            raw.pop("category_id", None)
            raw["splits"] = []
        else:
            raw.pop("to_account_id", None)
            raw.pop("to_amount", None)
            if raw.get("splits"):
                raw.pop("category_id", None)

    def _refuse(self, errors: dict[str, list[str]], status: int) -> None:
        super()._refuse(_with_lines(errors), status)


def _typed_lines(source: MultiDict[str, str]) -> list[dict[str, str]]:
    columns = (source.getlist(f"split_{name}") for name in LINE_FIELDS)
    rows = zip_longest(*columns, fillvalue="")
    return [dict(zip(LINE_FIELDS, row, strict=True)) for row in rows]


def _shown(row: dict[str, str]) -> Line:
    return Line({f"split_{name}": text for name, text in row.items()})


def values_of(row: Transaction) -> dict[str, Any]:
    """Return a row as its form shows it."""
    return {
        "type": row.type,
        "date": row.date.isoformat(),
        "amount": typed(row.amount, row.currency),
        "description": row.description,
        "payee": row.payee,
        "notes": row.notes,
        "account_id": row.account_id,
        "to_account_id": row.to_account_id,
        "to_amount": typed(row.to_amount or 0, row.to_currency) if row.to_currency else None,
        "rate": f"{row.currency} = {row.rate} {row.to_currency}" if row.rate else None,
        "category_id": row.category_id,
        "tags": ", ".join(row.tags),
        "refund_of_id": row.refund_of_id,
        "lines": [
            Line(
                {
                    "split_category_id": line.category_id,
                    "split_amount": typed(line.amount, line.currency),
                    "split_notes": line.notes,
                }
            )
            for line in row.splits
        ],
    }


def _with_lines(errors: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return faults with those of lines under one name, each saying of which line it is."""
    found: dict[str, list[str]] = {}
    for name, messages in errors.items():
        part, _, rest = name.partition(".")
        number = rest.partition(".")[0]
        if part in {"splits", "tags"} and number.isdigit():
            told = [f"Line {int(number) + 1}: {message}" for message in messages]
            found.setdefault(part, []).extend(told if part == "splits" else messages)
        else:
            found.setdefault(name, []).extend(messages)
    return found
