"""Field types of the contract: money, dates, ids and texts as outside data writes them."""

import datetime as dt
import re
import unicodedata
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError, fields, validate

from app.core.money import MoneyError, currencies, decimal_string, digits, parse_decimal

MAX_ID = 2**63 - 1
EARLIEST, LATEST = dt.date(1900, 1, 1), dt.date(2200, 12, 31)
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_RFC_3339 = re.compile(
    _ISO_DATE.pattern + r"T[0-9]{2}(:[0-9]{2}){2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})",
    re.ASCII,
)


class Amount(fields.Field[Decimal]):
    """An amount: a decimal string, or a JSON number read as a decimal; never a float.

    Dumps the integer minor units of an object as a decimal string; ``currency`` names the object's
    attribute that says of which.
    """

    def __init__(
        self, *, positive: bool = False, currency: str = "currency", **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.positive = positive
        self.currency = currency

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Decimal:
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            raise ValidationError("Not an amount. Write it like 12.34.")
        try:
            amount = parse_decimal(str(value).strip() if isinstance(value, str) else str(value))
        except MoneyError as error:
            raise ValidationError(str(error)) from error
        if self.positive and amount <= 0:
            raise ValidationError("Must be more than zero.")
        return amount

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else decimal_string(value, digits(getattr(obj, self.currency)))


class Date(fields.Date):
    """A date a person meant, as ``YYYY-MM-DD``, from 1900 to 2200."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dt.date:
        if not isinstance(value, str) or not _ISO_DATE.fullmatch(value):
            raise ValidationError("Not a date. Write it like 2026-11-20.")
        try:
            date = dt.date.fromisoformat(value)
        except ValueError:
            raise ValidationError("There is no such day.") from None
        if not EARLIEST <= date <= LATEST:
            raise ValidationError("Dates run from 1900 to 2200.")
        return date


class Instant(fields.Field[dt.datetime]):
    """An instant: RFC 3339 with any offset from UTC when read, in UTC ending in ``Z`` when sent."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dt.datetime:
        if not isinstance(value, str) or not _RFC_3339.fullmatch(value):
            raise ValidationError("Not an instant. Write it like 2026-11-20T12:00:00Z.")
        try:
            return dt.datetime.fromisoformat(value)
        except ValueError:
            raise ValidationError("There is no such moment.") from None

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else instant(value)


def instant(value: dt.datetime) -> str:
    """Write an aware UTC datetime as RFC 3339 ending in ``Z``."""
    return value.isoformat().replace("+00:00", "Z")


class Id(fields.Integer):
    """An id: a whole number a database can hold; in an address or a form its plain digits."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("validate", validate.Range(1, MAX_ID, error="There is no such one."))
        super().__init__(strict=True, **kwargs)

    def _validated(self, value: Any) -> Any:
        if isinstance(value, bool) or (isinstance(value, str) and not _plain_number(value)):
            raise self.make_error("invalid", input=value)
        return super()._validated(int(value) if isinstance(value, str) else value)


def _plain_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 19


class Text(fields.String):
    """A text of one line (or more, with ``lines=True``) without control characters, trimmed."""

    def __init__(
        self, *, longest: int, lines: bool = False, blank: bool = True, **kwargs: Any
    ) -> None:
        shortest = 0 if blank else 1
        error = f"At most {longest} characters." if blank else f"From 1 to {longest} characters."
        super().__init__(validate=validate.Length(shortest, longest, error=error), **kwargs)
        self.lines = lines

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        text = text.replace("\r\n", "\n")
        if any(not self._accepts(character) for character in text):
            raise ValidationError("Contains characters that are not text.")
        return text.strip()

    def _accepts(self, character: str) -> bool:
        if character == "\t" or (character == "\n" and self.lines):
            return True
        return unicodedata.category(character) not in {"Cc", "Cs"}


class Currency(fields.String):
    """An ISO 4217 code in use today."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        code: str = super()._deserialize(value, attr, data, **kwargs).strip().upper()
        if code not in currencies():
            raise ValidationError("Not a currency code such as EUR.")
        return code
