"""Imports: upload, follow, answer, commit, undo."""

from typing import Any

from flask import Response, request, stream_with_context
from werkzeug.datastructures import FileStorage

from app.api.acting import actor
from app.api.answers import page_response, tagged_response
from app.api.blueprint import Blueprint
from app.api.idempotency import idempotent
from app.controllers import imports
from app.core.downloads import attachment
from app.core.errors import Invalid
from app.models.imports import Import
from app.policies import Permission, needs
from app.schemas.base import LedgerQuery
from app.schemas.imports import (
    ImportChanges,
    ImportPageSchema,
    ImportRowPageSchema,
    ImportSchema,
    ImportSummarySchema,
    RowQuery,
    UndoQuery,
    UploadRequest,
)
from app.schemas.paging import PageQuery

blp = Blueprint("api_imports", __name__, url_prefix="/api/imports", description="Bank statements")


@blp.route("", methods=["GET"])
@needs(Permission.SEE)
@blp.arguments(PageQuery, location="query")
@blp.response(200, ImportPageSchema)
def index(query: dict[str, Any]) -> Response:
    """List the imports of a ledger, newest first."""
    return page_response(imports.list_page(actor(), **query), ImportSummarySchema())


@blp.route("", methods=["POST"])
@needs(Permission.IMPORT)
@idempotent
@blp.arguments(UploadRequest, location="upload")
@blp.arguments(LedgerQuery, location="query")
@blp.response(202, ImportSchema)
def create(data: dict[str, Any], query: dict[str, Any]) -> Response:
    """Upload a statement, as the multipart field ``file``; a job reads it."""
    upload = _file(data.pop("file"))
    work = imports.create(
        actor(), **query, **data, filename=upload.filename or "", content=upload.read()
    )
    response = _answer(work, 202)
    response.headers["Location"] = f"{request.path}/{work.id}"
    return response


@blp.route("/<id:import_id>", methods=["GET"])
@needs(Permission.SEE)
@blp.response(200, ImportSchema)
def show(import_id: int) -> Response:
    """Get an import: how far it is, what was read, what was rejected."""
    return _answer(imports.show(actor(), import_id))


@blp.route("/<id:import_id>", methods=["PATCH"])
@needs(Permission.IMPORT)
@blp.arguments(ImportChanges)
@blp.response(202, ImportSchema)
def update(data: dict[str, Any], import_id: int) -> Response:
    """Answer questions or say what the columns mean; the file is read anew."""
    return _answer(imports.update(actor(), import_id, **data), 202)


@blp.route("/<id:import_id>/commit", methods=["POST"])
@needs(Permission.IMPORT)
@blp.response(202, ImportSchema)
def commit(import_id: int) -> Response:
    """Store the rows of a reviewed import."""
    return _answer(imports.commit(actor(), import_id), 202)


@blp.route("/<id:import_id>", methods=["DELETE"])
@needs(Permission.IMPORT)
@blp.arguments(UndoQuery, location="query")
@blp.response(200, ImportSchema)
def delete(query: dict[str, Any], import_id: int) -> Response:
    """Undo an import; rows that were changed since stay unless ``edited=delete``."""
    return _answer(imports.undo(actor(), import_id, keep_edited=query["edited"] == "keep"))


@blp.route("/<id:import_id>/rows", methods=["GET"])
@needs(Permission.SEE)
@blp.arguments(RowQuery, location="query")
@blp.response(200, ImportRowPageSchema)
def rows(query: dict[str, Any], import_id: int) -> Response:
    """List what was read, in file order."""
    return page_response(imports.list_rows(actor(), import_id, **query))


@blp.route("/<id:import_id>/rejected.csv", methods=["GET"])
@needs(Permission.SEE)
@blp.response(200, {"type": "string"}, content_type="text/csv")
def rejected(import_id: int) -> Response:
    """Get the rejected rows back, with the reason as the last column."""
    lines = stream_with_context(imports.export_rejected(actor(), import_id))
    return Response(lines, mimetype="text/csv", headers=attachment(f"rejected-{import_id}.csv"))


def _file(given: Any) -> FileStorage:
    """Return the uploaded file; a text field of its name is none."""
    if not isinstance(given, FileStorage):
        raise Invalid(errors={"file": ["Has to be a file."]})
    return given


def _answer(work: Import, status: int = 200) -> Response:
    errors = [row._asdict() for row in imports.list_errors(actor(), work.id)]
    return tagged_response(ImportSchema().dump(work) | {"errors": errors}, status)
