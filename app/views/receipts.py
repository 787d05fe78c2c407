"""Receipts: the files of a transaction, on its page."""

from collections.abc import Sequence
from contextlib import ExitStack

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from app.controllers import receipts, transactions
from app.core import storage
from app.core.errors import OutlayError
from app.http import file_response, picture_response
from app.models.receipts import Receipt
from app.policies import Permission, needs
from app.views.acting import actor
from app.views.current_ledger import about, within
from app.views.forms import MENDABLE, attempt, attempt_with
from app.views.messages import done, failed
from app.views.once import done_already, once

_LONGEST = 80
Kept = tuple[str, receipts.KeptFile | OutlayError]
"""The name of a file that was sent, and the file as it is stored or what is wrong with it."""

blp = about(Blueprint("receipts", __name__))


@blp.post("/transactions/<id:transaction_id>/receipts")
@needs(Permission.EDIT)
def create(transaction_id: int) -> Response:
    """Add the files that were sent; what is wrong with any is said on the row's page."""
    within(transactions.show(actor(), transaction_id))
    again = done_already()
    if again is not None:
        return again
    sent = [file for file in request.files.getlist("file") if file.filename]
    with ExitStack() as stack:
        return _add_all(transaction_id, [_keep(stack, transaction_id, file) for file in sent])


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


def _keep(stack: ExitStack, transaction_id: int, sent: FileStorage) -> Kept:
    """Store a file, or return what is wrong with it; with its name."""
    name = sent.filename or ""
    content = sent.read(storage.place().file_bytes + 1)
    keeping = receipts.kept_file(actor(), transaction_id, filename=name, content=content)
    try:
        return name[:_LONGEST], stack.enter_context(keeping)
    except MENDABLE as error:
        return name[:_LONGEST], error


@once
def _add_all(transaction_id: int, kept: Sequence[Kept]) -> Response:
    if not kept:
        failed("Choose a file first.")
    added = sum([attempt_with(name, _add, transaction_id, file) for name, file in kept])
    if added:
        done("The receipt is added." if added == 1 else f"{added} receipts are added.")
    return _to_row(transaction_id)


def _add(transaction_id: int, file: receipts.KeptFile | OutlayError) -> None:
    if isinstance(file, OutlayError):
        raise file
    receipts.create(actor(), transaction_id, file)


def _find(receipt_id: int) -> Receipt:
    found: Receipt = within(receipts.show(actor(), receipt_id))
    return found


def _to_row(transaction_id: int) -> Response:
    return redirect(url_for("transactions.show", transaction_id=transaction_id), 303)
