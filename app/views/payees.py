"""Payees: who got the money or paid it, as rows name them."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.controllers import payees, suggestions
from app.core.paging import PageRequest
from app.models.directories import ListedPayee
from app.policies import Permission, needs
from app.schemas.directories import NameQuery, PayeeChanges
from app.schemas.merges import MergeInput
from app.views.acting import actor
from app.views.books import Books
from app.views.current_ledger import about, within
from app.views.forms import Form, attempt, sent_version
from app.views.merging import CANDIDATES, counted, first_word, say_merged, undo_of
from app.views.messages import done
from app.views.paging import numbered

blp = about(Blueprint("payees", __name__, url_prefix="/payees"))

Answer = Response | tuple[str, int]


@blp.get("")
@needs(Permission.SEE)
def index() -> Answer:
    """List the payees by name, those that are looked for."""
    form = Form(NameQuery(exclude=("ledger_id",)))
    query = form.load(request.args)
    page = payees.list_page(actor(), **query) if query else None
    asked = {"q": form.values["q"]} if form.values.get("q") else {}
    listed = render_template(
        "payees/index.html",
        form=form,
        payees=page.items if page else [],
        page=numbered(page, "payees.index", **asked) if page else None,
        books=Books.of(actor()),
        offers=[] if asked else suggestions.list_offers(actor()),
    )
    return listed, form.status


@blp.get("/<id:payee_id>/edit")
@needs(Permission.EDIT)
def edit(payee_id: int) -> Answer:
    """Show the form to change a payee."""
    payee = _find(payee_id)
    values = {"name": payee.name, "suggests": payee.suggests}
    return _edit_page(payee, Form(PayeeChanges(), values))


@blp.post("/<id:payee_id>")
@needs(Permission.EDIT)
def update(payee_id: int) -> Answer:
    """Rename a payee on all its rows, and say whether its category is suggested."""
    _find(payee_id)
    form = Form(PayeeChanges(only=("name",)))
    suggests = "suggests" in request.form
    changed = form.submit(payees.update, actor(), payee_id, version=form.version, suggests=suggests)
    if changed is None:
        form.values["suggests"] = suggests
        return _edit_page(_find(payee_id), form)
    back = url_for("payees.index")
    said = f"Saved. {counted(changed.rows)} renamed." if changed.rows else "Saved."
    done(said, undo_of(changed, back) if changed.rows else None)
    return redirect(back, 303)


@blp.get("/<id:payee_id>/merge")
@needs(Permission.EDIT)
def choose_target(payee_id: int) -> Answer:
    """Ask which payee takes over; those that begin alike come first."""
    return _merge_page(_find(payee_id), Form(MergeInput()))


@blp.post("/<id:payee_id>/merge")
@needs(Permission.EDIT)
def merge(payee_id: int) -> Answer:
    """Give all rows of a payee to another one."""
    payee = _find(payee_id)
    form = Form(MergeInput())
    merged = form.submit(payees.merge, actor(), payee_id, version=form.version)
    if merged is None:
        return _merge_page(_find(payee_id), form)
    into = payees.show(actor(), merged.into_id or 0)
    say_merged(payee.name, into.name, merged, url_for("payees.index"))
    return redirect(url_for("payees.index"), 303)


@blp.post("/<id:payee_id>/delete")
@needs(Permission.EDIT)
def delete(payee_id: int) -> Response:
    """Take a payee out of the list that no row names; it comes back with the next one that does."""
    payee = _find(payee_id)
    if not attempt(payees.delete, actor(), payee_id, version=sent_version()):
        return redirect(url_for("payees.edit", payee_id=payee_id), 303)
    done(f"{payee.name} is not listed any more.")
    return redirect(url_for("payees.index"), 303)


def _find(payee_id: int) -> ListedPayee:
    found: ListedPayee = within(payees.show(actor(), payee_id))
    return found


def _edit_page(payee: ListedPayee, form: Form) -> Answer:
    page = render_template("payees/edit.html", payee=payee, form=form, books=Books.of(actor()))
    return page, form.status


def _merge_page(payee: ListedPayee, form: Form) -> Answer:
    looked_for = request.values.get("q", first_word(payee.name))[:200]
    form.values["q"] = looked_for
    request_ = PageRequest(per_page=CANDIDATES, sort="name")
    found = payees.list_page(actor(), q=looked_for, request=request_)
    context: dict[str, Any] = {
        "others": [one for one in found.items if one.id != payee.id],
        "more": found.total > CANDIDATES,
    }
    page = render_template("payees/merge.html", payee=payee, form=form, q=looked_for, **context)
    return page, form.status
