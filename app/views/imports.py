"""Imports: upload a statement, see how it was read, take it over, take it back."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from flask import (
    Blueprint,
    current_app,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from marshmallow import Schema, fields, validate
from werkzeug.wrappers import Response

from app.controllers import imports
from app.core import clock
from app.core.downloads import attachment
from app.core.errors import Invalid
from app.models.imports import Import
from app.policies import Permission, needs
from app.schemas.imports import ImportChanges, UndoQuery, UploadFormInput
from app.views.acting import actor, is_htmx
from app.views.books import Books
from app.views.current_ledger import about, within
from app.views.forms import MENDABLE, Form, attempt
from app.views.import_mapping import MappingForm, column_choices
from app.views.once import once
from app.views.paging import numbered, wanted_page
from app.views.suggestions import rows_that_could

blp = about(Blueprint("imports", __name__, url_prefix="/imports"))

Answer = Response | tuple[str, int]

LISTED = ("review", "done")
"""The states in which an import's rows can be looked at."""
KINDS = ("new", "duplicate", "possible_duplicate", "rejected")
PATIENCE = dt.timedelta(seconds=15)
"""How long a file usually waits for a worker, at most."""


@dataclass(frozen=True, slots=True)
class Wait:
    """How a page waits for a job: ``polls`` so far, and the quarter it last said aloud."""

    polls: int
    told: int
    is_long: bool

    @classmethod
    def of(cls, work: Import) -> "Wait":
        """Return how long the present page waits; long is when no worker seems to be there."""
        polls = _count("polls")
        untouched = work.attempts == 0 and (
            clock.now() - work.updated_at > PATIENCE or polls > PATIENCE.total_seconds()
        )
        lost = work.lease_until is not None and work.lease_until < clock.now()
        return cls(polls, _count("told"), work.working and (untouched or lost))


@blp.get("")
@needs(Permission.SEE)
def index() -> str:
    """List the imports, newest first."""
    page = imports.list_page(actor(), request=wanted_page())
    return render_template(
        "imports/index.html",
        works=page.items,
        page=numbered(page, "imports.index"),
        books=Books.of(actor()),
        layouts=imports.known_layouts(),
    )


@blp.get("/new")
@needs(Permission.IMPORT)
def new() -> Answer:
    """Show where to drop a statement."""
    books = Books.of(actor())
    return _new_page(Form(UploadFormInput(), _only_account(books)), books)


@blp.post("/new")
@needs(Permission.IMPORT)
@once
def create() -> Answer:
    """Take a statement in, and go to the page that follows it."""
    form = Form(UploadFormInput())
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        form.load()
        form.refuse(Invalid(errors={**form.errors, "file": ["Choose a file first."]}))
        return _new_page(form, Books.of(actor()))
    work = form.submit(imports.create, actor(), filename=upload.filename, content=upload.read())
    if work is None:
        return _new_page(form, Books.of(actor()))
    return _to(work.id)


@blp.get("/<id:import_id>")
@needs(Permission.SEE)
def show(import_id: int) -> Answer:
    """Show how far a file is and what was read; a script gets just what changes."""
    return _page(_find(import_id))


@blp.post("/<id:import_id>")
@needs(Permission.IMPORT)
def update(import_id: int) -> Answer:
    """Take the rows to another account."""
    _find(import_id)
    form = Form(ImportChanges(only=("account_id",)))
    if form.submit(imports.update, actor(), import_id) is None:
        return _page(_find(import_id), form)
    return _to(import_id)


@blp.post("/<id:import_id>/answers")
@needs(Permission.IMPORT)
def answer(import_id: int) -> Answer:
    """Take the answers to a file's questions; it is read again with them."""
    work = _find(import_id)
    form = Form(_answer_schema(work))
    answers = form.load()
    if answers is None or not form.call(imports.update, actor(), import_id, answers=answers):
        return _page(_find(import_id), form)
    return _to(import_id)


@blp.post("/<id:import_id>/commit")
@needs(Permission.IMPORT)
def commit(import_id: int) -> Response:
    """Store the rows that are new."""
    _find(import_id)
    attempt(imports.commit, actor(), import_id)
    return _to(import_id)


@blp.post("/<id:import_id>/retry")
@needs(Permission.IMPORT)
def retry(import_id: int) -> Response:
    """Try again what failed, from where it stopped."""
    work = _find(import_id)
    attempt(imports.commit if work.rows_new else imports.update, actor(), import_id)
    return _to(import_id)


@blp.post("/<id:import_id>/undo")
@needs(Permission.IMPORT)
def undo(import_id: int) -> Response:
    """Take the rows out again, or forget a file whose rows were never stored."""
    _find(import_id)
    wish = Form(UndoQuery()).load() or {"edited": "keep"}
    attempt(imports.undo, actor(), import_id, keep_edited=wish["edited"] == "keep")
    return _to(import_id)


@blp.get("/<id:import_id>/rejected.csv")
@needs(Permission.SEE)
def rejected(import_id: int) -> Response:
    """Send the rejected rows, each with its reason."""
    _find(import_id)
    lines = stream_with_context(imports.export_rejected(actor(), import_id))
    headers = attachment(f"rejected-{import_id}.csv")
    return Response(lines, mimetype="text/csv", headers=headers)


@blp.get("/<id:import_id>/mapping")
@needs(Permission.IMPORT)
def edit_mapping(import_id: int) -> Answer:
    """Show the form in which to say what the columns mean."""
    work = _find(import_id)
    if not _can_be_mapped(work):
        return _to(import_id)
    return _mapping_page(work, MappingForm.stored(work))


@blp.post("/<id:import_id>/mapping")
@needs(Permission.IMPORT)
def update_mapping(import_id: int) -> Answer:
    """Read the file again with the columns as they were chosen, or as Outlay finds them."""
    _find(import_id)
    form = MappingForm.typed(request.form)
    wanted = None if "forget" in request.form else form.mapping()
    try:
        imports.update(actor(), import_id, mapping=wanted)
    except MENDABLE as error:
        work = _find(import_id)
        if not _can_be_mapped(work):
            raise
        form.refuse(error)
        return _mapping_page(work, form)
    return _to(import_id)


def _find(import_id: int) -> Import:
    found: Import = within(imports.show(actor(), import_id))
    return found


def _to(import_id: int) -> Response:
    return redirect(url_for("imports.show", import_id=import_id), 303)


def _new_page(form: Form, books: Books) -> Answer:
    page = render_template(
        "imports/new.html",
        form=form,
        books=books,
        layouts=imports.known_layouts(),
        max_bytes=current_app.extensions["settings"].max_upload_bytes,
    )
    return page, form.status


def _only_account(books: Books) -> dict[str, Any]:
    """Return the one account in use as what is chosen already, or the one that a link names."""
    in_use = {str(account.id) for account in books.open_accounts}
    named = request.args.get("account_id", "")
    chosen = in_use if len(in_use) == 1 else in_use & {named}
    return {"account_id": next(iter(chosen), None)}


def _page(work: Import, form: Form | None = None) -> Answer:
    form = form or Form(Schema())
    form.values.setdefault("account_id", work.account_id)
    template = "imports/_live.html" if is_htmx() else "imports/show.html"
    page = render_template(
        template,
        work=work,
        form=form,
        books=Books.of(actor()),
        wait=Wait.of(work),
        can_be_mapped=_can_be_mapped(work),
        plan=imports.plan_undo(actor(), work.id) if work.cursor and not work.working else None,
        could=rows_that_could() if work.status == "done" else 0,
        **_rows(work),
    )
    return page, form.status


def _rows(work: Import) -> dict[str, Any]:
    """Return the counts by what becomes of the rows, and a page of those that are looked at."""
    counts = {kind: getattr(work, f"rows_{kind}") for kind in KINDS}
    if work.status == "done":
        del counts["new"]  # they are transactions by now
    kind = _kind(counts)
    if work.status not in LISTED or work.questions or kind is None:
        return {"counts": counts, "kind": None}
    page = imports.list_rows(actor(), work.id, status=kind, request=wanted_page())
    pages = numbered(page, "imports.show", import_id=work.id, show=kind)
    return {"counts": counts, "kind": kind, "rows": page.items, "page": pages}


def _kind(counts: dict[str, int]) -> str | None:
    """Return the kind of rows that the address asks for, or the first one there are any of."""
    wanted = request.args.get("show", "")
    first = next((kind for kind, count in counts.items() if count), None)
    return wanted if counts.get(wanted) else first


def _can_be_mapped(work: Import) -> bool:
    known = (work.reading or {}).get("headers")
    return work.status in {"review", "failed"} and not work.cursor and bool(known)


def _mapping_page(work: Import, form: MappingForm) -> Answer:
    page = render_template(
        "imports/mapping.html",
        work=work,
        form=form,
        columns=column_choices(work),
        date_formats=[(name, name) for name in imports.date_formats()],
    )
    return page, form.status


def _answer_schema(work: Import) -> Schema:
    """Return a schema of the questions that were asked; all of them need an answer."""
    asked: dict[str, fields.Field[Any]] = {
        one["field"]: fields.String(
            required=True, validate=validate.OneOf([choice["value"] for choice in one["choices"]])
        )
        for one in work.questions
        if one["field"] != "columns"
    }
    return Schema.from_dict(asked)()


def _count(name: str) -> int:
    """Return a small number from the address, 0 for anything else."""
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0
