"""Saved filters: what somebody looks at again and again, named and forgotten on the list."""

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from app.controllers import saved_filters
from app.policies import signed_in
from app.schemas.saved_filters import SavedFilterInput
from app.views import filter_texts
from app.views.acting import actor
from app.views.addresses import given_address
from app.views.current_ledger import about, inside
from app.views.forms import Form
from app.views.messages import done, failed
from app.views.once import once

blp = about(Blueprint("saved_filters", __name__, url_prefix="/saved-filters"))


@blp.post("")
@signed_in
@once
def create() -> Response:
    """Save the filters of a list under a name."""
    form = _name_form()
    filters, sort = filter_texts.read(request.values.get("filters", ""))
    named = form.load(request.values)
    use_case = saved_filters.create
    saved = form.call(use_case, actor(), filters=filters, sort=sort, **named) if named else None
    if saved:
        done(f"Saved as {saved.name}.")
    return _to_list(form)


@blp.post("/<id:saved_filter_id>")
@signed_in
def update(saved_filter_id: int) -> Response:
    """Give a saved filter another name."""
    old = saved_filters.show(actor(), saved_filter_id)
    inside(old.ledger_id)
    form = _name_form()
    saved = form.submit(saved_filters.update, actor(), saved_filter_id)
    if saved:
        done(f"{old.name} is called {saved.name} now.")
    return _to_list(form)


@blp.post("/<id:saved_filter_id>/delete")
@signed_in
def delete(saved_filter_id: int) -> Response:
    """Forget a saved filter, and offer to save it again."""
    saved = saved_filters.show(actor(), saved_filter_id)
    inside(saved.ledger_id)
    saved_filters.delete(actor(), saved_filter_id)
    back = given_address(url_for("transactions.index"))
    text = filter_texts.text_of(saved.filters, saved.sort)
    again = url_for("saved_filters.create", name=saved.name, filters=text, next=back)
    done(f"The saved filter {saved.name} is deleted.", None if saved.missing else again)
    return redirect(back, 303)


def _name_form() -> Form:
    return Form(SavedFilterInput(only=("name",)))


def _to_list(form: Form) -> Response:
    """Go back to the list, which says what was wrong with the name, if anything was."""
    if form.errors:
        failed("Not saved: " + " ".join(said for many in form.errors.values() for said in many))
    return redirect(given_address(url_for("transactions.index")), 303)
