"""Which column of a file means what, and how its dates and amounts are written."""

from collections.abc import Mapping as Dict
from dataclasses import asdict, dataclass, fields
from typing import Any, Final

from app.services.statements.amounts import DECIMALS
from app.services.statements.dates import FORMATS
from app.services.statements.errors import MappingError

_LAST_COLUMN = 9_999
_LONGEST_WORD = 60
_MOST = 50

COLUMNS: Final = [
    "date",
    "amount",
    "money_out",
    "money_in",
    "direction",
    "fee",
    "payee",
    "payer",
    "notes",
    "category",
    "currency",
    "balance",
    "reference",
    "status",
    "account",
    "product",
    "tags",
    "lines",
    "to_amount",
]
"""The fields of a mapping that hold one column index or None."""

_WORDS: Final = ("out_words", "in_words", "booked_words")
_STYLES: Final[dict[str, tuple[str, ...]]] = {
    "date_format": tuple(FORMATS),
    "decimal": DECIMALS,
    "positive_means": ("in", "out"),
}


@dataclass(frozen=True)
class Mapping:
    """Column indexes from 0, and styles; a style of None is decided from all rows, or asked about.

    ``date_format`` is one of ``dates.FORMATS``. ``decimal`` is ".", "," or "minor" (whole figures
    that count pence or cents). ``positive_means`` says what a figure without a minus means: in the
    ``amount`` column, or, for a file with ``money_out``, in that column (where "in" says that the
    bank writes money out with a minus already). With ``direction`` it has no meaning, the words
    decide. ``payer`` names the other side of money in where ``payee`` names that of money out only.
    ``product`` tells apart running balances in one file. ``reference`` is the bank's id of a row.
    ``tags``, ``lines`` and ``to_amount`` are what Outlay's own file says of its rows.
    """

    date: int
    amount: int | None = None
    money_out: int | None = None
    money_in: int | None = None
    direction: int | None = None
    out_words: tuple[str, ...] = ()
    in_words: tuple[str, ...] = ()
    fee: int | None = None
    description: tuple[int, ...] = ()
    payee: int | None = None
    payer: int | None = None
    notes: int | None = None
    category: int | None = None
    currency: int | None = None
    balance: int | None = None
    reference: int | None = None
    status: int | None = None
    booked_words: tuple[str, ...] = ()
    account: int | None = None
    product: int | None = None
    tags: int | None = None
    lines: int | None = None
    to_amount: int | None = None
    date_format: str | None = None
    decimal: str | None = None
    positive_means: str | None = None

    @property
    def complete(self) -> bool:
        """Whether every style is decided."""
        return None not in (self.date_format, self.decimal, self.positive_means)

    @property
    def last_column(self) -> int:
        """The highest column index that is used."""
        single: list[int | None] = [getattr(self, name) for name in COLUMNS]
        return max(i for i in (*single, *self.description) if i is not None)

    @property
    def money_columns(self) -> tuple[int, ...]:
        """The columns that hold figures: amounts, fee and balance."""
        named = (self.amount, self.money_out, self.money_in, self.fee, self.balance)
        return tuple(i for i in named if i is not None)

    @property
    def text_columns(self) -> tuple[int, ...]:
        """The columns whose text tells one row from another: description, payee and payer."""
        named = (*self.description, self.payee, self.payer)
        return tuple(dict.fromkeys(i for i in named if i is not None))

    def to_json(self) -> dict[str, Any]:
        """Return the mapping as plain data for JSON."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}

    @classmethod
    def from_json(cls, data: object) -> "Mapping":
        """Check plain data and return the mapping; MappingError holds the messages per field."""
        if not isinstance(data, Dict):
            raise MappingError({"mapping": ["Must be an object."]})
        known = {field.name for field in fields(cls)}
        errors = {str(key)[:50]: ["There is no such field."] for key in data if key not in known}
        values = {k: v for k, v in data.items() if k in known}
        errors.update({k: [m] for k, v in values.items() if (m := _message(k, v))})
        if errors:
            raise MappingError(errors)
        values = {k: tuple(v) if isinstance(v, (list, tuple)) else v for k, v in values.items()}
        errors = _contradictions(values)
        if errors:
            raise MappingError(errors)
        return cls(**values)


def _is_column(value: object) -> bool:
    return type(value) is int and 0 <= value <= _LAST_COLUMN


def _is_word(value: object) -> bool:
    return isinstance(value, str) and len(value.strip()) > 0 and len(value) <= _LONGEST_WORD


def _message(name: str, value: object) -> str | None:
    """Return what is wrong with one field by itself, None where nothing is."""
    if name in _STYLES:
        fine = value is None or value in _STYLES[name]
        return None if fine else f"Must be one of: {', '.join(_STYLES[name])}."
    if name in COLUMNS:
        fine = _is_column(value) or (value is None and name != "date")
        return None if fine else "Must be a column, counted from 0."
    if not isinstance(value, (list, tuple)) or len(value) > _MOST:
        return f"Must be a list of at most {_MOST}."
    check, what = (_is_word, "words") if name in _WORDS else (_is_column, "columns, counted from 0")
    return None if all(map(check, value)) else f"Must be a list of {what}."


def _contradictions(values: dict[str, Any]) -> dict[str, list[str]]:
    """Return what is wrong with the fields together."""
    has = {name for name, value in values.items() if value not in (None, ())}
    split = has & {"money_out", "money_in"}
    rules = (
        ("date" not in has, "date", "Say which column holds the date."),
        ("amount" not in has and not split, "amount", "Say which column holds the amount."),
        (
            "amount" in has and bool(split),
            "amount",
            "Choose one amount, or money out and money in.",
        ),
        ("direction" in has and "amount" not in has, "direction", "Needs the amount column."),
        (
            "direction" in has and "out_words" not in has,
            "out_words",
            "Say which words mean money out.",
        ),
        (
            "direction" in has and "in_words" not in has,
            "in_words",
            "Say which words mean money in.",
        ),
        (
            "status" in has and "booked_words" not in has,
            "booked_words",
            "Say which words mean booked.",
        ),
    )
    errors = {field: [text] for wrong, field, text in rules if wrong}
    folded = [{w.strip().casefold() for w in values.get(k, ())} for k in ("out_words", "in_words")]
    if folded[0] & folded[1]:
        errors.setdefault("in_words", ["A word cannot mean both money out and money in."])
    return errors
