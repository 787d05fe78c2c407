"""Categories that are suggested from use: beside a form, and for rows that have none."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.controllers import payees, suggestions
from app.policies import Permission, needs
from app.schemas.directories import AcceptanceInput, RefusalInput, SuggestionQuery
from app.views.acting import actor, is_htmx
from app.views.addresses import given_address
from app.views.books import Books
from app.views.current_ledger import about, within
from app.views.forms import Form
from app.views.merging import counted
from app.views.messages import done, failed

blp = about(Blueprint("suggestions", __name__, url_prefix="/categories"))


def rows_that_could() -> int:
    """Return how many of the newest rows without a category could get one."""
    return sum(offer.rows for offer in suggestions.list_offers(actor()))


@blp.get("/suggestion")
@needs(Permission.SEE)
def show() -> str:
    """Return the category to suggest for what a form says so far, as a part of a page."""
    query = Form(SuggestionQuery(exclude=("ledger_id",))).load(request.args)
    found = suggestions.find(actor(), **query) if query else None
    if query is None or found is None:
        return ""
    category = Books.of(actor()).categories[found.category_id]
    return render_template(
        "categories/_suggestion.html",
        suggestion=found,
        category=category,
        payee=query.get("payee", ""),
    )


@blp.post("/suggestion/refuse")
@needs(Permission.EDIT)
def refuse() -> Response:
    """Suggest no category for a payee any more."""
    form = Form(RefusalInput())
    data = form.load()
    if data is not None:
        form.do(suggestions.refuse, actor(), **data)
    if is_htmx():
        return Response(status=204)
    if form.errors:
        failed("Nothing was changed. Reload the page and try again.")
    else:
        done("No category is suggested for this payee any more. Its page turns that on again.")
    return redirect(given_address(url_for("suggestions.index")), 303)


@blp.get("/suggestions")
@needs(Permission.SEE)
def index() -> str:
    """List what rows without a category could have."""
    return render_template(
        "categories/suggestions.html",
        offers=suggestions.list_offers(actor()),
        books=Books.of(actor()),
    )


@blp.post("/suggestions/<id:payee_id>")
@needs(Permission.EDIT)
def accept(payee_id: int) -> Response:
    """Give a payee's newest rows without a category the one that was suggested."""
    payee, back = within(payees.show(actor(), payee_id)), url_for("suggestions.index")
    form = Form(AcceptanceInput())
    change = form.submit(suggestions.accept, actor(), payee_id)
    if change is None:
        failed(" ".join(message for said in form.errors.values() for message in said))
    else:
        undo = url_for("bulk_changes.undo", bulk_change_id=change.id, next=back)
        done(f"{counted(change.rows)} of {payee.name} got the category.", undo)
    return redirect(back, 303)
