"""A row of the list of transactions, edited where it stands; scripts swap it in and out."""

from typing import Any

import orjson
from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.controllers import transactions
from app.models.transactions import Transaction
from app.policies import Permission, needs
from app.schemas.transactions import RowInput
from app.views.acting import actor, is_htmx
from app.views.addresses import local_address
from app.views.books import Books, people_of
from app.views.current_ledger import about, within
from app.views.entry_forms import values_of
from app.views.forms import Form

blp = about(Blueprint("rows", __name__, url_prefix="/transactions"))

Answer = Response | tuple[str, int] | tuple[str, int, dict[str, str]]

_PLACING = ("date", "amount")
"""What changes a day's sum, or where in the list a row is."""


@blp.get("/<id:transaction_id>/row")
@needs(Permission.SEE)
def show(transaction_id: int) -> Answer:
    """Show a row as the list has it."""
    row = _find(transaction_id)
    if not is_htmx():
        return redirect(url_for("transactions.show", transaction_id=row.id), 303)
    return _row(row)


@blp.get("/<id:transaction_id>/row/edit")
@needs(Permission.EDIT)
def edit(transaction_id: int) -> Answer:
    """Show a row's fields in its place."""
    row = _find(transaction_id)
    return _fields(row, Form(RowInput(), values_of(row), currency=row.currency))


@blp.post("/<id:transaction_id>/row")
@needs(Permission.EDIT)
def update(transaction_id: int) -> Answer:
    """Change a row in its place; where that may be another one, the list is to be read again."""
    row = _find(transaction_id)
    before = [getattr(row, name) for name in _PLACING]
    form = Form(RowInput(), currency=row.currency)
    meant = {"version": form.version, "allow_reconciled": "allow_reconciled" in request.form}
    changed = form.submit(transactions.update, actor(), transaction_id, **meant)
    if changed is None:
        return _fields(_find(transaction_id), form)
    if not is_htmx():
        return redirect(_list_url() or url_for("transactions.index"), 303)
    if before != [getattr(changed, name) for name in _PLACING]:
        return Response(status=204, headers=_telling(announce="Saved.", rowmoved=True))
    return _row(changed, _telling(announce="Saved."))


def _find(transaction_id: int) -> Transaction:
    found: Transaction = within(transactions.show(actor(), transaction_id))
    return found


def _row(row: Transaction, headers: dict[str, str] | None = None) -> Answer:
    people = people_of(actor(), [row])
    page = render_template("transactions/_row.html", people=people, **_shown(row))
    return page, 200, headers or {}


def _telling(**events: Any) -> dict[str, str]:
    """Return the header that has a script told of ``events``."""
    return {"HX-Trigger": orjson.dumps(events).decode()}


def _fields(row: Transaction, form: Form) -> Answer:
    """Return a row's fields; without a script there is the page that has all of them."""
    if not is_htmx():
        address = url_for("transactions.edit", transaction_id=row.id, next=_list_url())
        return redirect(address, 303)
    return render_template("transactions/_row_form.html", form=form, **_shown(row)), form.status


def _shown(row: Transaction) -> dict[str, Any]:
    dated = "dated" in request.values
    return {"row": row, "books": Books.of(actor()), "dated": dated, "list_url": _list_url()}


def _list_url() -> str | None:
    return local_address(request.values.get("next"))
