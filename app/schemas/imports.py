"""Imports as outside data."""

import json
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from app.schemas.base import Input
from app.schemas.fields import Amount, Id, Instant, Text
from app.schemas.paging import PageQuery, page_schema_fields

ROW_STATUSES = ("new", "duplicate", "rejected", "possible_duplicate")


class JsonObject(fields.Field[dict[str, Any]]):
    """A JSON object; in a form, written as text."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Any, **kwargs: Any
    ) -> dict[str, Any]:
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except (ValueError, RecursionError):
                raise ValidationError("Not valid JSON.") from None
        if not isinstance(value, dict):
            raise ValidationError("Has to be a JSON object.")
        return value


class UploadInput(Input):
    """What comes with a file: the account it is of, and what is known of its layout."""

    account_id = Id()
    profile = Text(longest=40)
    mapping = JsonObject()
    commit = fields.Boolean()


class UploadFormInput(UploadInput):
    """A file as the page sends it; its faults stand beside the field."""

    class Meta(UploadInput.Meta):
        """Only what the page asks for."""

        fields = ("account_id", "file")

    file = fields.Raw(dump_only=True)


class UploadRequest(UploadInput):
    """A file, with what comes with it."""

    file = fields.Raw(
        required=True,
        error_messages={"required": "Send the statement as the multipart field “file”."},
        metadata={"type": "string", "format": "binary"},
    )


class ImportChanges(Input):
    """More about a file; it is read anew."""

    account_id = Id()
    profile = Text(longest=40, allow_none=True)
    mapping = JsonObject(allow_none=True)
    answers = fields.Dict(keys=Text(longest=40), values=Text(longest=100))


class UndoQuery(Input):
    """What becomes of rows that a person changed since they were imported."""

    edited = fields.String(load_default="keep", validate=validate.OneOf(("keep", "delete")))


class RowQuery(PageQuery):
    """Which rows of an import, and which page of them."""

    class Meta(PageQuery.Meta):
        """An import knows its ledger."""

        exclude = ("ledger_id",)

    sorts = ("line",)
    status = fields.String(validate=validate.OneOf(ROW_STATUSES))


class ChoiceSchema(Schema):
    """An answer a question can have."""

    value = fields.String()
    label = fields.String()


class QuestionSchema(Schema):
    """What has to be answered before the rows can be read."""

    field = fields.String()
    text = fields.String()
    choices = fields.List(fields.Nested(ChoiceSchema))


class RejectedSchema(Schema):
    """A row that was not taken: where it stands, why, and what it says."""

    line = fields.Integer()
    reason = fields.String()
    raw = fields.String()


class ImportSummarySchema(Schema):
    """An import, in a list."""

    id = fields.Integer()
    ledger_id = fields.Integer()
    account_id = fields.Integer()
    status = fields.String()
    filename = fields.String()
    read_as = fields.String(allow_none=True)
    profile = fields.String(allow_none=True)
    reason = fields.String(allow_none=True)
    rows_total = fields.Integer()
    rows_new = fields.Integer()
    rows_duplicate = fields.Integer()
    rows_possible_duplicate = fields.Integer()
    rows_rejected = fields.Integer()
    progress = fields.Float()
    created_at = Instant()
    finished_at = Instant(allow_none=True)


class ImportSchema(ImportSummarySchema):
    """An import with what is known of its file."""

    questions = fields.List(fields.Nested(QuestionSchema))
    reading = fields.Dict(allow_none=True)
    errors = fields.List(fields.Nested(RejectedSchema))


class ImportRowSchema(Schema):
    """A row as it was read; a rejected one has only its line, reason and raw text."""

    line = fields.Integer()
    status = fields.String()
    possible_duplicate = fields.Boolean()
    type = fields.String(allow_none=True)
    date = fields.Date(allow_none=True)
    amount = Amount(allow_none=True)
    currency = fields.String(allow_none=True)
    description = fields.String()
    payee = fields.String()
    notes = fields.String()
    account_id = fields.Integer(allow_none=True)
    category_id = fields.Integer(allow_none=True)
    category = fields.String()
    reason = fields.String(allow_none=True)
    raw = fields.String(allow_none=True)


ImportPageSchema = Schema.from_dict(
    {"items": fields.List(fields.Nested(ImportSummarySchema)), **page_schema_fields()},
    name="ImportPage",
)
ImportRowPageSchema = Schema.from_dict(
    {"items": fields.List(fields.Nested(ImportRowSchema)), **page_schema_fields()},
    name="ImportRowPage",
)
