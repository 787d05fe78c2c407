"""The form in which a person says what the columns of an unknown file mean."""

from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from app.core.errors import OutlayError
from app.errors import status_of
from app.models.imports import Import
from app.views.forms import GENERAL

PREFIX = "mapping."
MONEY_FIELDS = {
    "one": ("amount", "positive_means"),
    "two": ("money_out", "money_in"),
    "words": ("amount", "direction", "out_words", "in_words"),
}
"""The fields by the three ways in which banks write amounts."""

COLUMNS = (
    *("date", "fee", "payee", "payer", "notes", "category", "currency", "balance", "reference"),
    *("status", "account", "product"),
)
STYLES = ("date_format", "decimal")
MONEY_COLUMNS = ("amount", "money_out", "money_in", "direction")
WORDS = ("out_words", "in_words", "booked_words")
DESCRIPTIONS = 3
"""How many columns of a description there is room for, at least."""
_LONGEST_EXAMPLE = 40


class MappingForm:
    """The form's ``values``, ``errors`` and ``status``, as the macros of templates read them."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = dict(values)
        self.errors: dict[str, list[str]] = {}
        self.status = 200

    @classmethod
    def stored(cls, work: Import) -> "MappingForm":
        """Return the form as the file is read at present, or as it could be read.

        How dates and amounts are written is decided from the file again unless a person or the
        bank's layout said so: another column may be written in another way.
        """
        reading = work.reading or {}
        known = work.mapping or reading.get("mapping")
        mapping = known or reading.get("suggestion") or {}
        values = {k: v for k, v in mapping.items() if v not in (None, [])}
        if not known:
            values = {k: v for k, v in values.items() if k not in (*STYLES, "positive_means")}
        words = {k: ", ".join(values[k]) for k in WORDS if k in values}
        return cls(values | words | {"money": _way(values)})

    @classmethod
    def typed(cls, form: MultiDict[str, str]) -> "MappingForm":
        """Return the form as a person filled it in."""
        texts = {k: text.strip() for k, text in form.items() if text.strip()}
        description = [text for text in form.getlist("description") if text.strip()]
        return cls(texts | {"description": description, "money": _choice(texts)})

    def mapping(self) -> dict[str, Any]:
        """Return what was typed as a mapping's plain data, unchecked."""
        given = self.values
        wanted = (*COLUMNS, *STYLES, *MONEY_FIELDS[given["money"]], "booked_words")
        found = {k: _read(k, given[k]) for k in wanted if k in given}
        return found | {"description": [_number(one) for one in given["description"]]}

    def refuse(self, error: OutlayError) -> None:
        """Keep what was found fault with, by field; faults of the whole stand on top."""
        found = error.errors or {GENERAL: [error.detail]}
        self.errors = {k.removeprefix(PREFIX): list(v) for k, v in found.items()}
        self.status = status_of(error)

    @property
    def descriptions(self) -> list[Any]:
        """The chosen columns of the description, and room for more."""
        chosen = list(self.values.get("description") or [])
        return chosen + [None] * (DESCRIPTIONS - len(chosen))


def column_choices(work: Import) -> list[tuple[int, str]]:
    """Return a file's columns to choose from: the name, and an example out of the first rows."""
    reading = work.reading or {}
    examples = _examples(reading.get("sample", []), len(reading.get("headers", [])))
    return [
        (i, f"{name or f'Column {i + 1}'} — {example}" if example else name)
        for i, (name, example) in enumerate(zip(reading["headers"], examples, strict=True))
    ]


def _examples(rows: list[list[str]], width: int) -> list[str]:
    """Return each column's first cell that is not empty, cut short."""
    found = (
        next((row[i].strip() for row in rows if len(row) > i and row[i].strip()), "")
        for i in range(width)
    )
    return [f"{x[:_LONGEST_EXAMPLE]}…" if len(x) > _LONGEST_EXAMPLE else x for x in found]


def _way(values: Mapping[str, Any]) -> str:
    """Return in which of the three ways a mapping reads amounts."""
    if "direction" in values:
        return "words"
    return "two" if values.keys() & {"money_out", "money_in"} else "one"


def _choice(texts: Mapping[str, str]) -> str:
    return texts["money"] if texts.get("money") in MONEY_FIELDS else "one"


def _read(name: str, text: str) -> Any:
    if name in WORDS:
        return [word.strip() for word in text.split(",") if word.strip()]
    return _number(text) if name in (*COLUMNS, *MONEY_COLUMNS) else text


def _number(text: str) -> int | str:
    """Return a column's number; anything else as it is, for the mapping to find fault with."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else text
