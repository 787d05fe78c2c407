"""Forms: the schemas that read JSON read what was typed; faults go back beside the field."""

from collections.abc import Callable, Mapping
from typing import Any, ParamSpec, TypeVar

from flask import request
from marshmallow import Schema, ValidationError, fields
from werkzeug.datastructures import MultiDict

from app.core.errors import (
    Conflict,
    Invalid,
    OutlayError,
    Stale,
    TooLarge,
    Unauthenticated,
    Unavailable,
)
from app.errors import status_of
from app.schemas.fields import Amount, Text
from app.schemas.messages import flat_errors
from app.views.amounts import Unclear, summed
from app.views.formatting import number_locale
from app.views.messages import failed

P = ParamSpec("P")
T = TypeVar("T")

GENERAL = "_schema"
NEEDED = "This is needed."
# What a person can mend where they are; anything else is a page of its own.
MENDABLE = (Invalid, TooLarge, Conflict, Stale, Unauthenticated, Unavailable)
INVALID_STATUS = 422


class Form:
    """One form: ``values`` as they stand in its fields, ``errors`` by field, ``status`` to answer.

    Amounts are read the way the person writes them; ``currency`` says how many decimals they have.
    """

    def __init__(
        self, schema: Schema, values: Mapping[str, Any] | None = None, *, currency: str = "EUR"
    ) -> None:
        self.values: dict[str, Any] = {k: v for k, v in (values or {}).items() if v is not None}
        self.errors: dict[str, list[str]] = {}
        self.status = 200
        self._schema = schema
        self._currency = currency
        for field in schema.fields.values():
            field.error_messages["required"] = NEEDED

    @property
    def is_stale(self) -> bool:
        """Whether somebody else changed the thing since the form was opened."""
        return self.status == status_of(Stale())

    @property
    def version(self) -> int | None:
        """The version that the form was opened with."""
        text = request.values.get("version", "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None

    def load(self, source: MultiDict[str, str] | None = None) -> dict[str, Any] | None:
        """Return what was typed as the schema's values, or None and keep the errors."""
        typed = _typed(self._schema, request.form if source is None else source)
        self.values |= {k: v for k, v in typed.items() if not self._schema.fields[k].load_only}
        raw: dict[str, Any] = {
            k: v for k, v in typed.items() if v or _may_be_blank(self._schema.fields[k])
        }
        self._read_amounts(raw)
        self._gather(raw, request.form if source is None else source)
        try:
            data: dict[str, Any] = self._schema.load(
                {k: None if _means_none(self._schema.fields[k], v) else v for k, v in raw.items()}
            )
        except ValidationError as error:
            self._refuse({**flat_errors(error.messages), **self.errors}, INVALID_STATUS)
            return None
        except Invalid as error:
            self.refuse(error)
            return None
        return None if self.errors else data

    def submit(self, use_case: Callable[..., T], *args: Any, **fixed: Any) -> T | None:
        """Load the form and hand its values to a use case; None when either finds a fault."""
        data = self.load()
        return None if data is None else self.call(use_case, *args, **data, **fixed)

    def call(self, use_case: Callable[..., T], *args: Any, **values: Any) -> T | None:
        """Call a use case; None when it finds a fault, which the form keeps."""
        try:
            return use_case(*args, **values)
        except MENDABLE as error:
            self.refuse(error)
            return None

    def do(self, use_case: Callable[..., None], *args: Any, **values: Any) -> bool:
        """Call a use case that returns nothing; False when it finds a fault, which is kept."""
        self.call(use_case, *args, **values)
        return not self.errors

    def refuse(self, error: OutlayError) -> None:
        """Keep what a use case found fault with; faults of no field stand on top."""
        errors = error.errors or {GENERAL: [error.detail]}
        known = {k: v for k, v in errors.items() if k in self._schema.fields}
        others = [message for k, v in errors.items() if k not in known for message in v]
        self._refuse(known | ({GENERAL: others} if others else {}), status_of(error))

    def _gather(self, raw: dict[str, Any], source: MultiDict[str, str]) -> None:
        """Add to ``raw`` what takes more than one field; for forms that have such."""

    def _refuse(self, errors: dict[str, list[str]], status: int) -> None:
        self.errors, self.status = errors, status

    def _read_amounts(self, raw: dict[str, Any]) -> None:
        for name in [k for k in raw if isinstance(self._schema.fields[k], Amount)]:
            try:
                raw[name] = summed(raw[name], number_locale(), self._currency)
            except Unclear as error:
                del raw[name]
                self._refuse({**self.errors, name: [str(error)]}, INVALID_STATUS)


def attempt(use_case: Callable[P, object], *args: P.args, **fixed: P.kwargs) -> bool:
    """Run a use case that has no form; what it finds fault with is said on the next page."""
    return attempt_with("", use_case, *args, **fixed)


def attempt_with(
    name: str, use_case: Callable[P, object], *args: P.args, **fixed: P.kwargs
) -> bool:
    """Run a use case on one of several things; what is said of it begins with its ``name``."""
    try:
        use_case(*args, **fixed)
    except MENDABLE as error:
        messages = [message for said in error.errors.values() for message in said]
        said = " ".join(messages) or error.detail
        failed(f"{name}: {said}" if name else said)
        return False
    return True


def sent_version() -> int | None:
    """Return the version that a form without fields was opened with."""
    return Form(Schema()).version


def _typed(schema: Schema, source: MultiDict[str, str]) -> dict[str, str]:
    """Return the known fields of a form; where a name comes several times, the last one filled."""
    return {name: _last(source.getlist(name)) for name in schema.fields if name in source}


def _last(given: list[str]) -> str:
    return next((text for text in reversed(given) if text.strip()), given[-1])


def _may_be_blank(field: fields.Field[Any]) -> bool:
    """Whether an empty field says something: no text, or none of several."""
    return not field.required and (isinstance(field, Text) or bool(field.allow_none))


def _means_none(field: fields.Field[Any], text: str) -> bool:
    return not text and bool(field.allow_none)
