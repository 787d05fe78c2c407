"""Receipts: the files of transactions."""

from typing import Any

from flask import Response
from werkzeug.datastructures import FileStorage

from app.api.acting import actor
from app.api.answers import item_response, json_response
from app.api.blueprint import Blueprint
from app.api.idempotency import idempotent, replayed
from app.controllers import receipts
from app.core import storage
from app.core.errors import Invalid
from app.http import file_response, picture_response
from app.models.receipts import MEDIA_TYPES, Receipt
from app.policies import Permission, needs
from app.schemas.receipts import ReceiptListSchema, ReceiptRequest, ReceiptSchema

blp = Blueprint(
    "api_receipts", __name__, url_prefix="/api", description="Pictures and PDF files of rows"
)

_BINARY = {"type": "string", "format": "binary"}
_FILES = {media_type: {"schema": _BINARY} for media_type in MEDIA_TYPES}


@blp.route("/transactions/<id:transaction_id>/receipts", methods=["GET"])
@needs(Permission.SEE)
@blp.response(200, ReceiptListSchema)
def index(transaction_id: int) -> Response:
    """List the receipts of a row, in the order they came."""
    items = receipts.list_all(actor(), transaction_id)
    return json_response(ReceiptListSchema().dump({"items": items}))


@blp.route("/transactions/<id:transaction_id>/receipts", methods=["POST"])
@needs(Permission.EDIT)
@blp.arguments(ReceiptRequest, location="upload")
@blp.response(201, ReceiptSchema)
def create(data: dict[str, Any], transaction_id: int) -> Response:
    """Add a JPEG, PNG, WebP or PDF file to a row, as the multipart field ``file``.

    Images are drawn anew, without notes such as where they were taken. 413 beyond the bytes of one
    file; 422 for other kinds of files, and when the ledger's room for receipts is used up.
    """
    file = data["file"]
    if not isinstance(file, FileStorage):
        raise Invalid(errors={"file": ["Send the receipt as a file, with a file name."]})
    again = replayed(transaction_id=transaction_id)
    if again is not None:
        return again
    content = file.read(storage.place().file_bytes + 1)
    named = {"filename": file.filename or "", "content": content}
    with receipts.kept_file(actor(), transaction_id, **named) as kept:
        return _add(kept, transaction_id=transaction_id)


@idempotent
def _add(kept: receipts.KeptFile, transaction_id: int) -> Response:
    receipt = receipts.create(actor(), transaction_id, kept)
    response = item_response(ReceiptSchema(), receipt, 201)
    response.headers["Location"] = f"/api/receipts/{receipt.id}"
    return response


@blp.route("/receipts/<id:receipt_id>", methods=["GET"])
@needs(Permission.SEE)
@blp.item(ReceiptSchema)
def show(receipt_id: int) -> Receipt:
    """Get what is known of a receipt."""
    return receipts.show(actor(), receipt_id)


@blp.route("/receipts/<id:receipt_id>/file", methods=["GET"])
@needs(Permission.SEE)
@blp.doc(responses={"200": {"description": "The file", "content": _FILES}})
def file(receipt_id: int) -> Response:
    """Get the file of a receipt, under its ``content_type``."""
    return file_response(*receipts.file(actor(), receipt_id))


@blp.route("/receipts/<id:receipt_id>/thumbnail", methods=["GET"])
@needs(Permission.SEE)
@blp.response(200, _BINARY, content_type="image/webp")
def thumbnail(receipt_id: int) -> Response:
    """Get a small picture of a receipt; 404 while and where there is none."""
    return picture_response(receipts.thumbnail(actor(), receipt_id))


@blp.route("/receipts/<id:receipt_id>", methods=["DELETE"])
@needs(Permission.EDIT)
@blp.empty
def delete(receipt_id: int) -> None:
    """Delete a receipt and its file for good."""
    receipts.delete(actor(), receipt_id)
