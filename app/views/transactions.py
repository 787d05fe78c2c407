"""Transactions: finding, adding, changing and deleting rows of money."""

from functools import partial
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.controllers import activities, bulk_changes, names, receipts, transactions, transfers
from app.core import storage
from app.core.errors import Invalid
from app.core.paging import PageRequest
from app.models.transaction_lists import Filters
from app.models.transactions import Transaction
from app.policies import Permission, needs
from app.schemas.activities import HistoryQuery, RestoreInput
from app.schemas.transactions import LikeQuery, TransactionQuery
from app.views import filter_texts, ticks
from app.views.acting import actor, is_htmx
from app.views.addresses import given_address, local_address
from app.views.books import Books, by_day, names_of, people_of
from app.views.current_ledger import about, within
from app.views.entry_forms import EntryForm, values_of
from app.views.formatting import money, today
from app.views.forms import Form, attempt, sent_version
from app.views.messages import done, failed
from app.views.once import once
from app.views.paging import PLACES, by_cursor

blp = about(Blueprint("transactions", __name__, url_prefix="/transactions"))

Answer = Response | tuple[str, int] | tuple[str, int, dict[str, str]]

SORT_NAMES = (
    ("", "Newest first"),
    ("date", "Oldest first"),
    ("-amount", "Largest first"),
    ("amount", "Smallest first"),
)
SHOWN_HISTORY = 5
"""So many of the newest lines of its history stand on a row's page."""
RESTORING = ("activity_id", "state", "version", "next")
"""The fields that say which version to restore, and where to go afterwards."""
PRESETS = ("type", "account_id", "to_account_id", "category_id", "date", "payee", "refund_of_id")


@blp.get("")
@needs(Permission.SEE)
def index() -> Answer:
    """List rows, narrowed to what the address says."""
    form = Form(TransactionQuery(exclude=("ledger_id",)), currency=actor().ledger.currency)
    query = form.load(request.args)
    books = Books.of(actor())
    shown = _shown(query) if query else {}
    page = render_template(
        "transactions/index.html",
        form=form,
        books=books,
        sorts=SORT_NAMES,
        filters=_filters_in_use(),
        chips=filter_texts.chips(*(_used(query) if query else (None, None))),
        gone=filter_texts.gone(query["filters"] if query else None, books),
        most=bulk_changes.MOST,
        list_url=ticks.address_without(),
        ticked=ticks.read(),
        **shown,
    )
    return page, form.status


@blp.get("/new")
@needs(Permission.EDIT)
def new() -> Answer:
    """Show the form to add a row; the address can fill in some of it, or name one to copy."""
    form = fresh_form(Books.of(actor()), request.args)
    if request.args.get("like"):
        form = _copy_of(Form(LikeQuery()))
    return _new_page(form)


@blp.post("")
@needs(Permission.EDIT)
@once
def create() -> Answer:
    """Add a row, and go back to where the form was."""
    form = _posted_form(Books.of(actor()))
    if form.rearrange(request.form):
        return _new_page(form)
    row = form.submit(transactions.create, actor())
    if row is None:
        return _refused(form)
    back = given_address(url_for("transactions.index"))
    _say_added(row, back)
    if "again" in request.form:
        kept: dict[str, Any] = {"type": row.type, "account_id": row.account_id, "date": row.date}
        return redirect(url_for("transactions.new", next=_next(), **kept), 303)
    return redirect(back, 303)


@blp.get("/<id:transaction_id>")
@needs(Permission.SEE)
def show(transaction_id: int) -> str:
    """Show all there is to know of a row."""
    row = _find(transaction_id)
    refunds = transactions.list_refunds(actor(), transaction_id)
    newest = PageRequest(per_page=SHOWN_HISTORY)
    history = activities.list_of_transaction(actor(), transaction_id, request=newest)
    return render_template(
        "transactions/show.html",
        row=row,
        books=Books.of(actor()),
        people=names_of(actor(), row),
        history=history,
        receipts=receipts.list_all(actor(), transaction_id),
        receipt_bytes=storage.place().file_bytes,
        refunds=refunds,
        is_joined=row.kind == "transfer" and transfers.is_joined(actor(), row.id),
    )


@blp.get("/<id:transaction_id>/history")
@needs(Permission.SEE)
def history(transaction_id: int) -> str:
    """Show what was done to a row, which may be deleted."""
    form = Form(HistoryQuery(exclude=("ledger_id",)))
    query = form.load(request.args)
    if query is None:
        raise Invalid(errors=form.errors)
    found = activities.list_of_transaction(actor(), transaction_id, **query)
    for entry in found.items[:1]:
        within(entry)
    return render_template(
        "transactions/history.html",
        row=transactions.find(actor(), transaction_id),
        transaction_id=transaction_id,
        happened=found.items,
        page=by_cursor(found, "transactions.history", transaction_id=transaction_id),
    )


@blp.post("/<id:transaction_id>/restore")
@needs(Permission.EDIT)
def restore(transaction_id: int) -> Response | str:
    """Make a row what it was, deleted or not; without naming a version, the last one it had.

    Of a reconciled one it asks first.
    """
    there = transactions.find(actor(), transaction_id)
    if there is not None and there.is_reconciled and not _is_meant():
        said = {name: request.form[name] for name in RESTORING if name in request.form}
        return render_template("transactions/restore.html", row=within(there), said=said)
    form = Form(RestoreInput(partial=True))
    meant = {"version": form.version, "allow_reconciled": _is_meant()}
    row = form.submit(transactions.restore, actor(), transaction_id, **meant)
    if row is None:
        failed(" ".join(message for said in form.errors.values() for message in said))
        return redirect(url_for("transactions.history", transaction_id=transaction_id), 303)
    done("The transaction is as it was.")
    return redirect(given_address(url_for("transactions.show", transaction_id=row.id)), 303)


@blp.get("/<id:transaction_id>/edit")
@needs(Permission.EDIT)
def edit(transaction_id: int) -> Answer:
    """Show the form to change a row."""
    row = _find(transaction_id)
    return _edit_page(row, EntryForm(values_of(row), currency=row.currency))


@blp.post("/<id:transaction_id>")
@needs(Permission.EDIT)
def update(transaction_id: int) -> Answer:
    """Change a row."""
    row = _find(transaction_id)
    form = _posted_form(Books.of(actor()))
    if form.rearrange(request.form):
        return _edit_page(row, form)
    meant = {"version": form.version, "allow_reconciled": _is_meant()}
    if form.submit(transactions.update, actor(), transaction_id, **meant) is None:
        return _edit_page(_find(transaction_id), form)
    done("Saved.")
    return redirect(given_address(url_for("transactions.show", transaction_id=row.id)), 303)


@blp.get("/<id:transaction_id>/delete")
@needs(Permission.EDIT)
def confirm_delete(transaction_id: int) -> str:
    """Say what will go, and ask once."""
    row = _find(transaction_id)
    return render_template(
        "transactions/delete.html", row=row, books=Books.of(actor()), next=_next()
    )


@blp.post("/<id:transaction_id>/delete")
@needs(Permission.EDIT)
def delete(transaction_id: int) -> Response:
    """Delete a row."""
    _find(transaction_id)
    version, meant = sent_version(), _is_meant()
    use_case = partial(transactions.delete, version=version, allow_reconciled=meant)
    if not attempt(use_case, actor(), transaction_id):
        return redirect(url_for("transactions.show", transaction_id=transaction_id), 303)
    back = given_address(url_for("transactions.index"))
    undo = url_for("transactions.restore", transaction_id=transaction_id, next=back)
    done("The transaction is deleted.", undo)
    return redirect(back, 303)


def _find(transaction_id: int) -> Transaction:
    found: Transaction = within(transactions.show(actor(), transaction_id))
    return found


def _is_meant() -> bool:
    """Whether somebody said that they mean to change a reconciled row."""
    return "allow_reconciled" in request.form


def fresh_form(books: Books, presets: Any = None) -> EntryForm:
    """Return an empty form for a new row: money out, today, from the first account."""
    usual = books.usual_account(actor().ledger.currency)
    values = {
        "type": "expense",
        "date": today().isoformat(),
        "account_id": usual.id if usual else None,
    }
    given = {name: presets[name] for name in PRESETS if (presets or {}).get(name)}
    return EntryForm(values | given)


def _copy_of(form: Form) -> EntryForm:
    """Return the form of a new row like another one, dated today."""
    asked = form.load(request.args)
    if asked is None:
        raise Invalid(errors=form.errors)
    row = _find(asked["like"])
    return EntryForm(
        values_of(row) | {"date": today().isoformat(), "refund_of_id": None}, currency=row.currency
    )


def _posted_form(books: Books) -> EntryForm:
    account_id = request.form.get("account_id")
    return EntryForm(currency=books.currency_of(account_id, actor().ledger.currency))


def _shown(query: dict[str, Any]) -> dict[str, Any]:
    page = transactions.list_page(actor(), **query)
    filters, sort = _used(query)
    days = by_day(actor(), page.items, filters) if sort.endswith("date") else None
    return {
        "page": by_cursor(page, "transactions.index"),
        "rows": page.items,
        "days": days,
        "people": people_of(actor(), page.items),
    }


def _used(query: dict[str, Any]) -> tuple[Filters, str]:
    """Return the filters and the order of the list that was asked for."""
    wanted = query["request"]
    return query["filters"], wanted.cursor.sort if wanted.cursor else wanted.sort


def _filters_in_use() -> dict[str, str]:
    """Return what the address narrows the list to, as it was typed."""
    known = TransactionQuery().fields.keys() - {*PLACES, "sort", "per_page", "ledger_id"}
    return {name: text for name, text in request.args.items() if text and name in known}


def _new_page(form: EntryForm) -> Answer:
    page = render_template(
        "transactions/new.html",
        form=form,
        books=Books.of(actor()),
        names=names.list_used(actor()),
        next=_next(),
    )
    return page, form.status


def _refused(form: EntryForm) -> Answer:
    """Show the form again: all of its page, or just the short one that a script sent."""
    if not (is_htmx() and "quick" in request.form):
        return _new_page(form)
    short = render_template(
        "transactions/_quick.html", form=form, books=Books.of(actor()), next=_next()
    )
    return short, form.status, {"HX-Retarget": "#quick-add", "HX-Reselect": "#quick-add"}


def _edit_page(row: Transaction, form: EntryForm) -> Answer:
    page = render_template(
        "transactions/edit.html",
        row=row,
        form=form,
        books=Books.of(actor()),
        names=names.list_used(actor()),
        next=_next(),
    )
    return page, form.status


def _say_added(row: Transaction, back: str) -> None:
    undo = url_for("transactions.delete", transaction_id=row.id, version=row.version, next=back)
    written = money(row.amount, row.currency, sign=row.type == "income")
    what = f"{written} · {row.description or row.payee}".removesuffix(" · ")
    done(f"Added: {what}", undo)


def _next() -> str | None:
    return local_address(request.values.get("next"))
