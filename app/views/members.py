"""Who is in a ledger: the list, with what its owners can change, and leaving it."""

from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.controllers import invitations, members
from app.policies import Permission, allows, needs
from app.schemas.invitations import LedgerInvitationInput
from app.schemas.members import MemberInput, PlaceholderInput
from app.services.members import Shown
from app.views.acting import actor
from app.views.current_ledger import inside
from app.views.forms import Form, attempt
from app.views.messages import done
from app.views.once import once

blp = Blueprint("members", __name__, url_prefix="/ledgers/<id:ledger_id>/members")

Answer = Response | tuple[str, int]

ROLE_NAMES = {"owner": "Owner", "editor": "Editor", "viewer": "Viewer"}
ROLE_CHOICES = (
    ("editor", "Editor: adds, changes and deletes"),
    ("viewer", "Viewer: sees everything, changes nothing"),
    ("owner", "Owner: also invites, removes and can delete the ledger"),
)
DEFAULT_DAYS = "7"
LIFETIMES = {"1": "a day", DEFAULT_DAYS: "a week", "30": "30 days", "90": "90 days"}
NUMBERS = (
    ("1", "one person"),
    ("5", "5 people"),
    ("20", "20 people"),
    ("", "as many as come"),
)


@blp.before_request
def _enter() -> None:
    inside((request.view_args or {})["ledger_id"])


@blp.get("")
@needs(Permission.SEE)
def index(ledger_id: int) -> Answer:
    """List the members; owners invite here, and see who is invited."""
    return page(ledger_id)


@blp.post("")
@needs(Permission.MANAGE)
@once
def create(ledger_id: int) -> Answer:
    """Add somebody without an account."""
    form = Form(PlaceholderInput())
    made = form.submit(members.add, actor(), ledger_id)
    if made is None:
        return page(ledger_id, placeholder=form)
    done(f"{made.name} is on the list.")
    return redirect(url_for("members.index", ledger_id=ledger_id), 303)


@blp.get("/<id:member_id>")
@needs(Permission.MANAGE)
def edit(ledger_id: int, member_id: int) -> Answer:
    """Show the form to change a member."""
    member = members.show_to_manager(actor(), ledger_id, member_id)
    return _edit_page(member, Form(MemberInput(), {"role": member.role, "name": member.name}))


@blp.post("/<id:member_id>")
@needs(Permission.MANAGE)
def update(ledger_id: int, member_id: int) -> Answer:
    """Change a person's role, or the name of somebody without an account."""
    form = Form(MemberInput())
    changed = form.submit(members.update, actor(), ledger_id, member_id)
    if changed is None:
        return _edit_page(members.show(actor(), ledger_id, member_id), form)
    done("Saved." if changed.is_placeholder else f"{changed.name} is {_as(changed.role)} now.")
    return redirect(url_for("members.index", ledger_id=ledger_id), 303)


@blp.get("/<id:member_id>/remove")
@needs(Permission.MANAGE)
def confirm_remove(ledger_id: int, member_id: int) -> str:
    """Say what removing a member brings about, and ask once."""
    member = members.show_to_manager(actor(), ledger_id, member_id)
    return render_template("members/remove.html", member=member)


@blp.post("/<id:member_id>/remove")
@needs(Permission.MANAGE)
def remove(ledger_id: int, member_id: int) -> Response:
    """Remove a member."""
    member = members.show_to_manager(actor(), ledger_id, member_id)
    if attempt(members.remove, actor(), ledger_id, member_id):
        done(f"{member.name} is not in this ledger any more.")
    return redirect(url_for("members.index", ledger_id=ledger_id), 303)


@blp.get("/leave")
@needs(Permission.SEE)
def confirm_leave(ledger_id: int) -> str:  # noqa: ARG001 - the page is about it already
    """Say what leaving brings about, and ask once."""
    return render_template("members/leave.html")


@blp.post("/leave")
@needs(Permission.SEE)
def leave(ledger_id: int) -> Response:
    """Leave the ledger."""
    name = actor().ledger.name
    if not attempt(members.leave, actor(), ledger_id):
        return redirect(url_for("members.index", ledger_id=ledger_id), 303)
    done(f"You left {name}.")
    return redirect(request.script_root + "/", 303)


@blp.get("/<id:member_id>/hand-over")
@needs(Permission.MANAGE)
def confirm_hand_over(ledger_id: int, member_id: int) -> str:
    """Say what handing the ledger over brings about, and ask once."""
    member = members.show_to_manager(actor(), ledger_id, member_id)
    return render_template("members/hand_over.html", member=member)


@blp.post("/<id:member_id>/hand-over")
@needs(Permission.MANAGE)
def hand_over(ledger_id: int, member_id: int) -> Response:
    """Make a member the owner."""
    if attempt(members.hand_over, actor(), ledger_id, member_id=member_id):
        done("The ledger is handed over. You are an editor now.")
    return redirect(url_for("members.index", ledger_id=ledger_id), 303)


def page(
    ledger_id: int, *, invitation: Form | None = None, placeholder: Form | None = None
) -> tuple[str, int]:
    """Return the page with its two forms, as they were filled in where one was refused."""
    everybody = members.list_all(actor(), ledger_id)
    refused = invitation or placeholder
    body = render_template(
        "members/index.html",
        people=[one for one in everybody if not one.is_placeholder],
        placeholders=[one for one in everybody if one.is_placeholder],
        role_names=ROLE_NAMES,
        **(_managing(ledger_id, everybody, invitation, placeholder) if _manages() else {}),
    )
    return body, refused.status if refused else 200


def _manages() -> bool:
    return allows(actor().ledger, Permission.MANAGE)


def _managing(
    ledger_id: int, everybody: list[Shown], invitation: Form | None, placeholder: Form | None
) -> dict[str, Any]:
    """Return what only owners see of the page."""
    base_url: str = current_app.extensions["settings"].base_url
    presets = {"role": "editor", "days": DEFAULT_DAYS, "max_uses": 1}
    return {
        "form": invitation or Form(LedgerInvitationInput(), presets),
        "placeholder": placeholder or Form(PlaceholderInput()),
        "invitations": invitations.list_waiting(actor(), ledger_id, base_url=base_url),
        "names": {one.id: one.name for one in everybody},
        "roles": ROLE_CHOICES,
        "lifetimes": LIFETIMES.items(),
        "numbers": NUMBERS,
        "claimable": [(one.id, one.name) for one in everybody if one.is_placeholder],
    }


def _edit_page(member: Shown, form: Form) -> Answer:
    body = render_template("members/edit.html", member=member, form=form, roles=ROLE_CHOICES)
    return body, form.status


def _as(role: str) -> str:
    return f"{'an' if role != 'viewer' else 'a'} {role}"
