"""Accounts, as administrators find and manage them."""

from collections.abc import Callable
from typing import Any, NamedTuple

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.controllers import people
from app.policies import Permission, needs
from app.schemas.data_exports import ErasureInput
from app.schemas.people import PeopleQuery
from app.services.people import Person
from app.views.acting import actor
from app.views.forms import Form, attempt
from app.views.messages import done
from app.views.paging import numbered

blp = Blueprint("people", __name__, url_prefix="/admin/users")

Answer = Response | tuple[str, int]

ROLE_NAMES = {"user": "User", "admin": "Administrator"}
STATE_NAMES = {
    "active": "Active",
    "disabled": "Disabled",
    "unverified": "Address not proved",
}
SORT_NAMES = {
    "email": "By address",
    "-registered": "Newest first",
    "registered": "Oldest first",
    "-seen": "Seen last first",
    "seen": "Not seen for longest",
}


class Deed(NamedTuple):
    """Something done to an account: how, and what is said once it is."""

    do: Callable[[int], object]
    said: str


DEEDS = {
    "disable": Deed(lambda i: _change(i, is_active=False), "The account is disabled."),
    "enable": Deed(lambda i: _change(i, is_active=True), "The account is enabled."),
    "promote": Deed(lambda i: _change(i, role="admin"), "Made an administrator."),
    "demote": Deed(lambda i: _change(i, role="user"), "No administrator any more."),
    "sign-out": Deed(lambda i: people.sign_out(actor(), i), "Signed out everywhere."),
    "reset": Deed(
        lambda i: people.send_reset(actor(), i), "A link to set a new password is on its way."
    ),
}
"""By the last part of the address; who is asked first says ``confirm`` with it."""

_DEED = f"/<id:user_id>/<any({', '.join(repr(name) for name in DEEDS)}):deed>"


@blp.get("")
@needs(Permission.ADMINISTER)
def index() -> Answer:
    """List accounts, narrowed to what the address says."""
    form = Form(PeopleQuery())
    query = form.load(request.args)
    found = people.list_page(actor(), **query) if query else None
    kept = _filters_in_use()
    page = render_template(
        "admin/people.html",
        form=form,
        people=found.items if found else [],
        page=numbered(found, "people.index", **kept) if found else None,
        filters={name: text for name, text in kept.items() if name != "sort"},
        roles=ROLE_NAMES.items(),
        states=STATE_NAMES.items(),
        sorts=SORT_NAMES.items(),
    )
    return page, form.status


@blp.get("/<id:user_id>")
@needs(Permission.ADMINISTER)
def show(user_id: int) -> str:
    """Show an account, and what can be done about it."""
    return render_template("admin/person.html", person=people.show(actor(), user_id))


@blp.get(_DEED)
@needs(Permission.ADMINISTER)
def confirm(user_id: int, deed: str) -> str:
    """Say what will happen, and ask once."""
    person = people.show(actor(), user_id)
    return render_template("admin/person_confirm.html", person=person, deed=deed)


@blp.post(_DEED)
@needs(Permission.ADMINISTER)
def do(user_id: int, deed: str) -> Response:
    """Do it."""
    is_self = user_id == actor().id
    if attempt(DEEDS[deed].do, user_id):
        done(DEEDS[deed].said)
    if is_self and deed in {"disable", "demote", "sign-out"}:
        return redirect(url_for("months.index"), 303)
    return redirect(url_for("people.show", user_id=user_id), 303)


@blp.get("/<id:user_id>/erase")
@needs(Permission.ADMINISTER)
def confirm_erase(user_id: int) -> Answer:
    """Say what will go, and ask for the password of whoever asks."""
    return _erase_page(user_id, Form(ErasureInput()))


@blp.post("/<id:user_id>/erase")
@needs(Permission.ADMINISTER)
def erase(user_id: int) -> Answer:
    """Erase somebody."""
    form = Form(ErasureInput())
    data = form.load()
    if data is None or not form.do(people.delete, actor(), user_id, **data):
        return _erase_page(user_id, form)
    done("The account is gone. What is left of it is being removed.")
    return redirect(url_for("people.index"), 303)


def _erase_page(user_id: int, form: Form) -> tuple[str, int]:
    person = people.show(actor(), user_id)
    return render_template("admin/person_erase.html", person=person, form=form), form.status


def _change(user_id: int, **changes: Any) -> Person:
    return people.update(actor(), user_id, confirm="confirm" in request.form, **changes)


def _filters_in_use() -> dict[str, str]:
    known = ("q", "role", "state", "sort")
    return {name: text for name, text in request.args.items() if text and name in known}
