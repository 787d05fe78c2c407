"""Changing many rows at once: chosen on the list, asked for here, taken back in one step."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.controllers import bulk_changes
from app.core.errors import Invalid
from app.models.bulk_changes import BulkChange
from app.policies import Permission, needs
from app.services.selections import Selection
from app.views import ticks
from app.views.acting import actor, is_htmx
from app.views.addresses import given_address, local_address
from app.views.books import Books
from app.views.bulk_forms import Asked, BulkForm
from app.views.current_ledger import about, within
from app.views.forms import attempt
from app.views.messages import done, failed
from app.views.once import once
from app.views.paging import numbered, wanted_page

blp = about(Blueprint("bulk_changes", __name__))

Answer = Response | tuple[str, int] | tuple[str, int, dict[str, str]]

DEEDS = {
    "edit": "Changed",
    "delete": "Deleted",
    "rules": "By rules, changed",
    "merge": "By merging, changed",
}
LEFT_OUT = {
    "reconciled": ("reconciled", "reconciled"),
    "transfer": ("transfer that this does not fit", "transfers that this does not fit"),
    "split": ("split, so its lines have the categories", "split, so lines have the categories"),
    "category_type": ("money the other way than the category",) * 2,
    "currency": ("in another currency than the account",) * 2,
    "unchanged": ("like that already",) * 2,
}
"""Why rows were left out: of one, and of several."""


@blp.post("/transactions/bulk/choose")
@needs(Permission.EDIT)
def choose() -> Answer:
    """Say what the chosen rows come to, and ask what is to become of them.

    Or go to another page of the list, and take what is ticked along.
    """
    asked = Asked.read()
    if "to" in request.form:
        return _turned(asked)
    try:
        return _page(asked, _choose(asked), BulkForm())
    except Invalid as error:
        failed(" ".join(text for said in error.errors.values() for text in said))
        return _to_list()


@blp.post("/transactions/bulk")
@needs(Permission.EDIT)
@once
def create() -> Answer:
    """Change or delete the chosen rows in one step, and offer to take it back."""
    asked, form = Asked.read(), BulkForm()
    said = {"delete": True} if asked.deed == "delete" else {"set": form.said()}
    use_case = partial(bulk_changes.create, actor(), **asked.rows, expected=_expected(asked))
    meant = "allow_reconciled" in request.form
    change = form.call(use_case, allow_reconciled=meant, **said) if all(said.values()) else None
    if change is None:
        return _page(asked, _choose(asked), form)
    undo = url_for("bulk_changes.undo", bulk_change_id=change.id, next=_back())
    done(told(change), undo)
    return redirect(_back(), 303)


@blp.get("/bulk-changes")
@needs(Permission.SEE)
def index() -> str:
    """List what was changed in bulk, so that it can be taken back."""
    found = bulk_changes.list_page(actor(), request=wanted_page())
    return render_template(
        "bulk_changes/index.html",
        changes=[(change, told(change)) for change in found.items],
        page=numbered(found, "bulk_changes.index"),
    )


@blp.post("/bulk-changes/<id:bulk_change_id>/undo")
@needs(Permission.EDIT)
def undo(bulk_change_id: int) -> Response:
    """Take a bulk change back; rows that were changed since stay as they are."""
    change: BulkChange = within(bulk_changes.show(actor(), bulk_change_id))
    if attempt(bulk_changes.undo, actor(), bulk_change_id):
        done(_told_undone(bulk_changes.show(actor(), change.id)))
    return redirect(given_address(url_for("bulk_changes.index")), 303)


def told(change: BulkChange) -> str:
    """Say what a bulk change did: "Changed 132 transactions. Left out: 2 reconciled."."""
    return f"{DEEDS[change.kind]} {counted(change.rows)}.{_left_out(change.skipped)}"


def counted(rows: int) -> str:
    """Say how many transactions there are."""
    return f"{rows:,} transaction" if rows == 1 else f"{rows:,} transactions"


def _left_out(skipped: Mapping[str, int]) -> str:
    said = [f"{count:,} {LEFT_OUT[why][count > 1]}" for why, count in skipped.items() if count]
    return f" Left out: {'; '.join(said)}." if said else ""


def _told_undone(change: BulkChange) -> str:
    if not change.rows_kept:
        return "Everything is as it was."
    return f"Undone, but for {counted(change.rows_kept)} that somebody changed since."


def _choose(asked: Asked) -> Selection:
    return bulk_changes.choose(actor(), **asked.rows)


def _expected(asked: Asked) -> int | None:
    """Return how many rows somebody was told that they change, where these are all that match."""
    text = request.form.get("expected", "")
    is_number = text.isascii() and text.isdigit() and len(text) < 10
    return int(text) if asked.filters is not None and is_number else None


def _page(asked: Asked, selection: Selection, form: BulkForm) -> Answer:
    """Show what was chosen and the form; a script gets the form alone."""
    if not selection.rows:
        return _nothing_chosen(selection)
    if selection.gone:  # told on top, and the next try is without them
        form.errors.pop("_schema", None)
    shown: dict[str, Any] = {"asked": asked, "selection": selection, "form": form}
    shown |= {"books": Books.of(actor()), "next": _back(), "number": counted(selection.rows)}
    if not is_htmx():
        return render_template("bulk_changes/new.html", **shown), form.status
    aimed = {} if _is_asking() else {"HX-Retarget": "#bulk", "HX-Reselect": "#bulk"}
    return render_template("bulk_changes/_form.html", dialog=True, **shown), form.status, aimed


def _nothing_chosen(selection: Selection) -> Response:
    gone = "What you chose is gone: it was deleted elsewhere." if selection.gone else ""
    failed(gone or "Nothing is chosen. Tick the transactions that you mean first.")
    return _to_list()


def _to_list() -> Response:
    if is_htmx() and _is_asking():
        return Response(status=204, headers={"HX-Redirect": _back()})
    return redirect(_back(), 303)


def _is_asking() -> bool:
    """Whether nothing is to change yet: a script shows the answer in its dialog."""
    return request.endpoint == f"{blp.name}.{choose.__name__}"


def _turned(asked: Asked) -> Response:
    if len(asked.ids) > ticks.MOST:
        failed(
            f"Only {ticks.MOST} ticks go along to another page. Change these first, or narrow the"
            " list and choose all that match."
        )
        return redirect(ticks.carried(_back(), asked.ids), 303)
    address = local_address(request.form["to"]) or url_for("transactions.index")
    return redirect(ticks.carried(address, asked.ids), 303)


def _back() -> str:
    return given_address(url_for("transactions.index"))
