"""Bulk changes: taking a step back that changed many rows."""

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from app.controllers import bulk_changes
from app.models.bulk_changes import BulkChange
from app.policies import Permission, needs
from app.views.acting import actor
from app.views.addresses import given_address
from app.views.current_ledger import about, within
from app.views.forms import attempt
from app.views.messages import done

blp = about(Blueprint("bulk_changes", __name__, url_prefix="/bulk-changes"))


@blp.post("/<id:bulk_change_id>/undo")
@needs(Permission.EDIT)
def undo(bulk_change_id: int) -> Response:
    """Take a step back; rows that were changed since stay as they are."""
    change: BulkChange = within(bulk_changes.show(actor(), bulk_change_id))
    if attempt(bulk_changes.undo, actor(), bulk_change_id):
        done(_undone(bulk_changes.show(actor(), change.id)))
    return redirect(given_address(url_for("transactions.index")), 303)


def _undone(change: BulkChange) -> str:
    if not change.rows_kept:
        return "Everything is as it was."
    rows = "one transaction" if change.rows_kept == 1 else f"{change.rows_kept:,} transactions"
    return f"Undone, but for {rows} that somebody changed since."
