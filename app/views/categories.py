"""Categories: what money is for, as a tree."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.controllers import categories
from app.models.categories import CATEGORY_TYPES, Category
from app.models.merges import Usage
from app.policies import Permission, needs
from app.schemas.categories import CategoryChanges, CategoryInput
from app.schemas.merges import MergeInput
from app.views.acting import actor
from app.views.assets import category_icons
from app.views.books import Books
from app.views.current_ledger import about, within
from app.views.forms import Form, attempt, sent_version
from app.views.merging import say_merged
from app.views.messages import done
from app.views.once import once

blp = about(Blueprint("categories", __name__, url_prefix="/categories"))

Answer = Response | tuple[str, int]

# Each of them has at least 3:1 against white and against the dark surface.
PALETTE = (
    ("#4263eb", "Blue"),
    ("#1c7ed6", "Azure"),
    ("#0c8599", "Teal"),
    ("#099268", "Green"),
    ("#2b8a3e", "Forest"),
    ("#5c940d", "Lime"),
    ("#b8860b", "Gold"),
    ("#e8590c", "Orange"),
    ("#d63939", "Red"),
    ("#d6336c", "Pink"),
    ("#ae3ec9", "Purple"),
    ("#7048e8", "Violet"),
    ("#667382", "Grey"),
)
DEFAULTS = {"type": "expense", "color": "#4263eb", "icon": "tag"}
LOOK = ("type", "color", "icon")


@blp.get("")
@needs(Permission.SEE)
def index() -> str:
    """Show both trees: what money goes out for, and where it comes from."""
    tree = categories.list_tree(actor())
    in_use = [(category, depth) for category, depth in tree if not category.archived]
    return render_template(
        "categories/index.html",
        trees={
            type_: [(category, depth) for category, depth in in_use if category.type == type_]
            for type_ in CATEGORY_TYPES
        },
        archived=[category for category, _ in tree if category.archived],
    )


@blp.get("/new")
@needs(Permission.EDIT)
def new() -> Answer:
    """Show the form to add a category; below another one, it starts with that one's look."""
    return _new_page(Form(CategoryInput(), DEFAULTS | _presets()))


@blp.post("")
@needs(Permission.EDIT)
@once
def create() -> Answer:
    """Add a category."""
    form = Form(CategoryInput())
    category = form.submit(categories.create, actor())
    if category is None:
        return _new_page(form)
    done(f"The category {category.name} is there.")
    return redirect(url_for("categories.index"), 303)


@blp.get("/<id:category_id>/edit")
@needs(Permission.EDIT)
def edit(category_id: int) -> Answer:
    """Show the form to change a category."""
    category = _find(category_id)
    values = {
        "name": category.name,
        "parent_id": category.parent_id,
        "color": category.color,
        "icon": category.icon,
    }
    return _edit_page(category, Form(CategoryChanges(), values))


@blp.post("/<id:category_id>")
@needs(Permission.EDIT)
def update(category_id: int) -> Answer:
    """Change a category, or move it below another one."""
    _find(category_id)
    form = Form(CategoryChanges(exclude=("archived", "type")))
    changed = form.submit(categories.update, actor(), category_id, version=form.version)
    if changed is None:
        return _edit_page(_find(category_id), form)
    done("Saved.")
    return redirect(url_for("categories.index"), 303)


@blp.post("/<id:category_id>/archive")
@needs(Permission.EDIT)
def archive(category_id: int) -> Response:
    """Take a category out of use."""
    _find(category_id)
    if attempt(categories.update, actor(), category_id, archived=True):
        undo = url_for("categories.unarchive", category_id=category_id)
        done("The category is archived.", undo)
    return redirect(url_for("categories.index"), 303)


@blp.post("/<id:category_id>/unarchive")
@needs(Permission.EDIT)
def unarchive(category_id: int) -> Response:
    """Take a category back into use."""
    _find(category_id)
    if attempt(categories.update, actor(), category_id, archived=False):
        done("The category is in use again.")
    return redirect(url_for("categories.index"), 303)


@blp.get("/<id:category_id>/delete")
@needs(Permission.EDIT)
def confirm_delete(category_id: int) -> str:
    """Say what will go, and ask once."""
    category = _find(category_id)
    return render_template("categories/delete.html", category=category)


@blp.post("/<id:category_id>/delete")
@needs(Permission.EDIT)
def delete(category_id: int) -> Response:
    """Delete a category that nothing uses."""
    _find(category_id)
    if not attempt(categories.delete, actor(), category_id, version=sent_version()):
        return redirect(url_for("categories.edit", category_id=category_id), 303)
    done("The category is deleted.")
    return redirect(url_for("categories.index"), 303)


@blp.get("/<id:category_id>/merge")
@needs(Permission.EDIT)
def choose_target(category_id: int) -> Answer:
    """Ask which category takes over, and say what moves; into which one, if that is known."""
    category, form = _find(category_id), Form(MergeInput())
    data = form.load(request.args) if "into_id" in request.args else None
    return _merge_page(category, form, _usage(form, category, data))


@blp.post("/<id:category_id>/merge")
@needs(Permission.EDIT)
def merge(category_id: int) -> Answer:
    """Move all that a category has to another one; the category goes.

    Where more would become one, ask once more.
    """
    category, form = _find(category_id), Form(MergeInput())
    data = form.load()
    usage = _usage(form, category, data)
    if data is None or usage is None:
        return _merge_page(category, form)
    if usage.same_named and request.form.get("agreed") != str(data["into_id"]):
        asked = url_for("categories.choose_target", category_id=category_id, **data)
        return redirect(asked, 303)
    merged = form.call(categories.merge, actor(), category_id, version=form.version, **data)
    if merged is None:
        return _merge_page(_find(category_id), form)
    into = categories.show(actor(), merged.into_id or 0)
    say_merged(category.name, into.name, merged, url_for("categories.index"))
    return redirect(url_for("categories.index"), 303)


def _find(category_id: int) -> Category:
    found: Category = within(categories.show(actor(), category_id))
    return found


def _presets() -> dict[str, Any]:
    """Return what the address says of a new category."""
    given = Form(CategoryInput(partial=True)).load(request.args) or {}
    if given.get("parent_id") is None:
        return given
    parent = _find(given["parent_id"])
    return {"parent_id": parent.id, **{name: getattr(parent, name) for name in LOOK}}


def _new_page(form: Form) -> Answer:
    books = Books.of(actor())
    page = render_template(
        "categories/new.html",
        form=form,
        parents=books.category_choices(form.values.get("parent_id")),
        **_looks(form),
    )
    return page, form.status


def _edit_page(category: Category, form: Form) -> Answer:
    books = Books.of(actor())
    page = render_template(
        "categories/edit.html",
        category=category,
        form=form,
        parents=books.category_choices(
            form.values.get("parent_id"),
            type=category.type,
            without=_with_descendants(books, category.id),
        ),
        **_looks(form),
    )
    return page, form.status


def _merge_page(category: Category, form: Form, usage: Usage | None = None) -> Answer:
    books = Books.of(actor())
    page = render_template(
        "categories/merge.html",
        category=category,
        form=form,
        usage=usage or categories.usage(actor(), category.id),
        targets=books.category_choices(
            type=category.type, without=_with_descendants(books, category.id)
        ),
    )
    return page, form.status


def _usage(form: Form, category: Category, data: dict[str, Any] | None) -> Usage | None:
    """Return what a merge would move, None where the form says nothing that fits."""
    return None if data is None else form.call(categories.usage, actor(), category.id, **data)


def _with_descendants(books: Books, category_id: int) -> set[int]:
    """Return the category and all below it: nothing of that can be above it."""
    found = {category_id}
    for category, _ in books.tree:  # parents come before their children
        if category.parent_id in found:
            found.add(category.id)
    return found


def _looks(form: Form) -> dict[str, Any]:
    """Return the colours and icons to choose from, the present icon first."""
    chosen = form.values.get("icon") or DEFAULTS["icon"]
    others = [icon for icon in category_icons() if icon != chosen]
    return {"palette": PALETTE, "icons": [chosen, *others]}
