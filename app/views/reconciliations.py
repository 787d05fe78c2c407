"""Reconciling an account: ticking off what a statement shows, until both come to the same."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.controllers import accounts, reconciliations
from app.core.paging import PageRequest
from app.models.accounts import Account
from app.policies import Permission, needs
from app.schemas.reconciliations import StatementQuery
from app.views.acting import actor
from app.views.current_ledger import about, within
from app.views.formatting import today
from app.views.forms import Form, attempt
from app.views.messages import done
from app.views.once import once

blp = about(Blueprint("reconciliations", __name__, url_prefix="/accounts/<id:account_id>"))

Answer = Response | tuple[str, int]

SHOWN_BEFORE = 6
"""So many earlier reconciliations stand below the statement."""
KEPT_FIELDS = ("date", "balance", "older")
"""What of the form says which statement it is about."""


@blp.get("/reconcile")
@needs(Permission.EDIT)
def show(account_id: int) -> Answer:
    """Ask for a statement's day and balance; then show what there is to tick off."""
    account = _find(account_id)
    if "balance" not in request.args:
        return _page(account, _form(account, {"date": today().isoformat()}), None)
    form = _form(account)
    return _page(account, form, form.load(request.args))


@blp.post("/reconcile")
@needs(Permission.EDIT)
def mark(account_id: int) -> Answer:
    """Store what is ticked off, or tick off everything up to the statement's day."""
    account = _find(account_id)
    form = _form(account)
    said = form.load()
    if said is None:
        return _page(account, form, None)
    marks = _marks()
    if request.form.get("action") == "all":
        marks = {"cleared_until": said["date"]}
    if form.call(reconciliations.mark, actor(), account_id, **marks) is None:
        return _page(_find(account_id), form, said)
    kept: dict[str, Any] = {
        name: request.form[name] for name in KEPT_FIELDS if request.form.get(name)
    }
    return redirect(url_for("reconciliations.show", account_id=account_id, **kept), 303)


@blp.post("/reconciliations")
@needs(Permission.EDIT)
@once
def create(account_id: int) -> Answer:
    """Store what is ticked off, and settle it where it comes to the statement's balance."""
    account = _find(account_id)
    form = _form(account)
    said = form.load()
    if said is None or form.call(reconciliations.mark, actor(), account_id, **_marks()) is None:
        return _page(_find(account_id), form, said)
    adjust = request.form.get("action") == "adjust"
    facts = {"date": said["date"], "balance": said["balance"], "adjust": adjust}
    made = form.call(reconciliations.create, actor(), account_id, **facts)
    if made is None:
        return _page(_find(account_id), form, said)
    undo = url_for("reconciliations.undo", account_id=account_id, reconciliation_id=made.id)
    done("The account is reconciled.", undo)
    return redirect(url_for("accounts.show", account_id=account_id), 303)


@blp.post("/reconciliations/<id:reconciliation_id>/undo")
@needs(Permission.EDIT)
def undo(account_id: int, reconciliation_id: int) -> Response:
    """Take the latest reconciliation back."""
    _find(account_id)
    if attempt(reconciliations.undo, actor(), account_id, reconciliation_id):
        done("The reconciliation is taken back. Its transactions are cleared.")
    return redirect(url_for("accounts.show", account_id=account_id), 303)


def _find(account_id: int) -> Account:
    found: Account = within(accounts.show(actor(), account_id))
    return found


def _form(account: Account, values: dict[str, Any] | None = None) -> Form:
    return Form(StatementQuery(), values, currency=account.currency)


def _marks() -> dict[str, list[int]]:
    """Return the rows that were shown with a tick, and those without."""
    shown, ticked = (_ids(request.form.getlist(name)) for name in ("shown", "ticked"))
    chosen = set(ticked)
    return {"cleared": ticked, "open": [row_id for row_id in shown if row_id not in chosen]}


def _ids(texts: list[str]) -> list[int]:
    return [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 19]


def _page(account: Account, form: Form, said: dict[str, Any] | None) -> Answer:
    statement = None
    if said is not None and not form.errors.keys() & {"date"}:
        statement = form.call(reconciliations.statement, actor(), account.id, **said)
    page = render_template(
        "reconciliations/show.html",
        account=account,
        form=form,
        statement=statement,
        before=reconciliations.list_page(
            actor(), account.id, request=PageRequest(per_page=SHOWN_BEFORE)
        ),
    )
    return page, form.status
