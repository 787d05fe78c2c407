"""Receipts: the files of a transaction, on its page."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from app.controllers import receipts, transactions
from app.core import storage
from app.http import file_response, picture_response
from app.models.receipts import Receipt
from app.policies import Permission, needs
from app.views.acting import actor
from app.views.current_ledger import about, within
from app.views.forms import attempt, attempt_with
from app.views.messages import done, failed
from app.views.once import once

_LONGEST = 80

blp = about(Blueprint("receipts", __name__))


@blp.post("/transactions/<id:transaction_id>/receipts")
@needs(Permission.EDIT)
@once
def create(transaction_id: int) -> Response:
    """Add the files that were sent; what is wrong with any is said on the row's page."""
    within(transactions.show(actor(), transaction_id))
    sent = [file for file in request.files.getlist("file") if file.filename]
    if not sent:
        failed("Choose a file first.")
    added = sum([_add(transaction_id, file) for file in sent])
    if added:
        done("The receipt is added." if added == 1 else f"{added} receipts are added.")
    return _to_row(transaction_id)


@blp.get("/receipts/<id:receipt_id>/file")
@needs(Permission.SEE)
def file(receipt_id: int) -> Response:
    """Send the file: images to look at, PDF files to save."""
    return file_response(*receipts.file(actor(), receipt_id))


@blp.get("/receipts/<id:receipt_id>/thumbnail")
@needs(Permission.SEE)
def thumbnail(receipt_id: int) -> Response:
    """Send the small picture."""
    return picture_response(receipts.thumbnail(actor(), receipt_id))


@blp.get("/receipts/<id:receipt_id>/delete")
@needs(Permission.EDIT)
def confirm_delete(receipt_id: int) -> str:
    """Say what will go, and ask once."""
    return render_template("receipts/delete.html", receipt=_find(receipt_id))


@blp.post("/receipts/<id:receipt_id>/delete")
@needs(Permission.EDIT)
def delete(receipt_id: int) -> Response:
    """Delete a receipt for good."""
    receipt = _find(receipt_id)
    if attempt(receipts.delete, actor(), receipt_id):
        done("The receipt is deleted.")
    return _to_row(receipt.transaction_id)


def _add(transaction_id: int, sent: FileStorage) -> bool:
    content = sent.read(storage.place().file_bytes + 1)
    name = sent.filename or ""
    return attempt_with(
        name[:_LONGEST], receipts.create, actor(), transaction_id, filename=name, content=content
    )


def _find(receipt_id: int) -> Receipt:
    found: Receipt = within(receipts.show(actor(), receipt_id))
    return found


def _to_row(transaction_id: int) -> Response:
    return redirect(url_for("transactions.show", transaction_id=transaction_id), 303)
