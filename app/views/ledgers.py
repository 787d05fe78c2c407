"""Ledgers: the list of them, opening one, its name, putting it away, deleting and bringing back."""

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.controllers import ledgers
from app.models.ledgers import LedgerScope
from app.policies import Permission, allows, needs, signed_in
from app.schemas.ledgers import LedgerChanges, LedgerInput
from app.schemas.second_factors import PasswordAgain
from app.views.acting import actor
from app.views.current_ledger import inside
from app.views.formatting import currency_names
from app.views.forms import Form, attempt
from app.views.messages import done
from app.views.once import once

blp = Blueprint("ledgers", __name__, url_prefix="/ledgers")

Answer = Response | tuple[str, int]


@blp.get("")
@signed_in
def index() -> str:
    """List the ledgers: those in use, the archived ones, and what can be brought back."""
    found = ledgers.list_all(actor())
    return render_template(
        "ledgers/index.html",
        in_use=[ledger for ledger in found if not ledger.is_archived],
        archived=[ledger for ledger in found if ledger.is_archived],
        deleted=ledgers.list_deleted(actor()),
        members=ledgers.count_members(actor()),
        managed={ledger.id for ledger in found if allows(ledger, Permission.MANAGE)},
    )


@blp.get("/new")
@signed_in
def new() -> Answer:
    """Show the form to open one more ledger."""
    return _new_page(Form(LedgerInput(), {"currency": actor().currency}))


@blp.post("")
@signed_in
@once
def create() -> Answer:
    """Open a ledger, and go there."""
    form = Form(LedgerInput())
    ledger = form.submit(ledgers.create, actor())
    if ledger is None:
        return _new_page(form)
    done(f"The ledger {ledger.name} is there.")
    return redirect(url_for("months.index", ledger_id=ledger.id), 303)


@blp.get("/<id:ledger_id>/edit")
@needs(Permission.MANAGE)
def edit(ledger_id: int) -> Answer:
    """Show the form to rename a ledger, and the ways to put it away."""
    ledger = _managed(ledger_id)
    return _edit_page(ledger, Form(LedgerChanges(), {"name": ledger.name}))


@blp.post("/<id:ledger_id>")
@needs(Permission.MANAGE)
def update(ledger_id: int) -> Answer:
    """Rename a ledger."""
    ledger = _managed(ledger_id)
    form = Form(LedgerChanges(exclude=("archived",)))
    if form.submit(ledgers.update, actor(), ledger_id) is None:
        return _edit_page(ledger, form)
    done("Saved.")
    return redirect(url_for("ledgers.index"), 303)


@blp.post("/<id:ledger_id>/archive")
@needs(Permission.MANAGE)
def archive(ledger_id: int) -> Response:
    """Let a ledger only be read from now on."""
    ledger = _managed(ledger_id)
    if attempt(ledgers.update, actor(), ledger_id, archived=True):
        undo = url_for("ledgers.unarchive", ledger_id=ledger_id)
        done(f"The ledger {ledger.name} is archived.", undo)
    return redirect(url_for("ledgers.index"), 303)


@blp.post("/<id:ledger_id>/unarchive")
@needs(Permission.MANAGE)
def unarchive(ledger_id: int) -> Response:
    """Let a ledger be written again."""
    ledger = _managed(ledger_id)
    if attempt(ledgers.update, actor(), ledger_id, archived=False):
        done(f"The ledger {ledger.name} is in use again.")
    return redirect(url_for("months.index", ledger_id=ledger_id), 303)


@blp.get("/<id:ledger_id>/delete")
@needs(Permission.MANAGE)
def confirm_delete(ledger_id: int) -> Answer:
    """Say what will go, and ask for the password."""
    return _delete_page(_managed(ledger_id), Form(PasswordAgain()))


@blp.post("/<id:ledger_id>/delete")
@needs(Permission.MANAGE)
def delete(ledger_id: int) -> Answer:
    """Delete a ledger; for thirty days it can be brought back."""
    ledger = _managed(ledger_id)
    form = Form(PasswordAgain())
    data = form.load()
    if data is None or not form.do(ledgers.delete, actor(), ledger_id, **data):
        return _delete_page(ledger, form)
    undo = url_for("ledgers.restore", ledger_id=ledger_id)
    done(f"The ledger {ledger.name} is deleted. It can be brought back for 30 days.", undo)
    return redirect(url_for("ledgers.index"), 303)


@blp.post("/<id:ledger_id>/restore")
@needs(Permission.MANAGE)
def restore(ledger_id: int) -> Response:
    """Bring a deleted ledger back, and go there."""
    if attempt(ledgers.restore, actor(), ledger_id):
        done("The ledger is back as it was.")
    return redirect(url_for("months.index", ledger_id=ledger_id), 303)


def _managed(ledger_id: int) -> LedgerScope:
    inside(ledger_id)
    return ledgers.show_managed(actor(), ledger_id)


def _new_page(form: Form) -> Answer:
    currencies = [(code, f"{code} · {name}") for code, name in currency_names().items()]
    return render_template("ledgers/new.html", form=form, currencies=currencies), form.status


def _edit_page(ledger: LedgerScope, form: Form) -> Answer:
    return render_template("ledgers/edit.html", shown=ledger, form=form), form.status


def _delete_page(ledger: LedgerScope, form: Form) -> Answer:
    contents = ledgers.plan_delete(actor(), ledger.id)
    page = render_template("ledgers/delete.html", shown=ledger, form=form, contents=contents)
    return page, form.status
