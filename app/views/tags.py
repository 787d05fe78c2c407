"""Tags: words of people's own that rows are marked with."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.controllers import tags
from app.core.paging import PageRequest
from app.models.directories import ListedTag
from app.policies import Permission, needs
from app.schemas.directories import NameQuery, TagChanges
from app.schemas.merges import MergeInput
from app.views.acting import actor
from app.views.current_ledger import about, within
from app.views.forms import Form, sent_version
from app.views.merging import CANDIDATES, counted, say_merged, undo_of
from app.views.messages import done, failed
from app.views.paging import numbered

blp = about(Blueprint("tags", __name__, url_prefix="/tags"))

Answer = Response | tuple[str, int]


@blp.get("")
@needs(Permission.SEE)
def index() -> Answer:
    """List the tags by name, those that are looked for."""
    form = Form(NameQuery(exclude=("ledger_id",)))
    query = form.load(request.args)
    page = tags.list_page(actor(), **query) if query else None
    asked = {"q": form.values["q"]} if form.values.get("q") else {}
    listed = render_template(
        "tags/index.html",
        form=form,
        tags=page.items if page else [],
        page=numbered(page, "tags.index", **asked) if page else None,
    )
    return listed, form.status


@blp.get("/<id:tag_id>/edit")
@needs(Permission.EDIT)
def edit(tag_id: int) -> Answer:
    """Show the form to rename a tag."""
    tag = _find(tag_id)
    return _edit_page(tag, Form(TagChanges(), {"name": tag.name}))


@blp.post("/<id:tag_id>")
@needs(Permission.EDIT)
def update(tag_id: int) -> Answer:
    """Rename a tag; the rows that have it follow."""
    _find(tag_id)
    form = Form(TagChanges())
    changed = form.submit(tags.update, actor(), tag_id, version=form.version)
    if changed is None:
        return _edit_page(_find(tag_id), form)
    back = url_for("tags.index")
    done("Saved.", undo_of(changed, back) if changed.rows else None)
    return redirect(back, 303)


@blp.get("/<id:tag_id>/merge")
@needs(Permission.EDIT)
def choose_target(tag_id: int) -> Answer:
    """Ask which tag takes over."""
    return _merge_page(_find(tag_id), Form(MergeInput()))


@blp.post("/<id:tag_id>/merge")
@needs(Permission.EDIT)
def merge(tag_id: int) -> Answer:
    """Give all rows that have a tag another one instead."""
    tag = _find(tag_id)
    form = Form(MergeInput())
    merged = form.submit(tags.merge, actor(), tag_id, version=form.version)
    if merged is None:
        return _merge_page(_find(tag_id), form)
    into = tags.show(actor(), merged.into_id or 0)
    say_merged(tag.name, into.name, merged, url_for("tags.index"))
    return redirect(url_for("tags.index"), 303)


@blp.get("/<id:tag_id>/delete")
@needs(Permission.EDIT)
def confirm_delete(tag_id: int) -> str:
    """Say what will go, and ask once."""
    return render_template("tags/delete.html", tag=_find(tag_id))


@blp.post("/<id:tag_id>/delete")
@needs(Permission.EDIT)
def delete(tag_id: int) -> Response:
    """Delete a tag; the rows that have it lose it."""
    tag, back = _find(tag_id), url_for("tags.index")
    form = Form(TagChanges(only=()))
    gone = form.call(tags.delete, actor(), tag_id, version=sent_version())
    if gone is None:
        failed(" ".join(message for said in form.errors.values() for message in said))
        return redirect(url_for("tags.edit", tag_id=tag_id), 303)
    done(f"The tag {tag.name} is deleted. {counted(gone.rows)} had it.", undo_of(gone, back))
    return redirect(back, 303)


def _find(tag_id: int) -> ListedTag:
    found: ListedTag = within(tags.show(actor(), tag_id))
    return found


def _edit_page(tag: ListedTag, form: Form) -> Answer:
    return render_template("tags/edit.html", tag=tag, form=form), form.status


def _merge_page(tag: ListedTag, form: Form) -> Answer:
    looked_for = request.values.get("q", "")[:200]
    form.values["q"] = looked_for
    request_ = PageRequest(per_page=CANDIDATES, sort="name")
    found = tags.list_page(actor(), q=looked_for, request=request_)
    context: dict[str, Any] = {
        "others": [one for one in found.items if one.id != tag.id],
        "more": found.total > CANDIDATES,
    }
    page = render_template("tags/merge.html", tag=tag, form=form, q=looked_for, **context)
    return page, form.status
