"""Rules: what is done to rows by itself, tried before it is, and run over the past."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.controllers import rules, transactions
from app.core.errors import Invalid, NotFound
from app.core.paging import Page
from app.models.rules import Preview, Rule
from app.models.transaction_lists import Filters
from app.policies import Permission, needs
from app.schemas.rules import RuleDraft, RuleInput, RunInput
from app.schemas.transactions import LikeQuery
from app.views.acting import actor
from app.views.books import Books
from app.views.current_ledger import about, within
from app.views.forms import Form, attempt, sent_version
from app.views.messages import done, failed
from app.views.once import done_already, once
from app.views.paging import numbered
from app.views.rule_forms import RuleForm, values_like, values_of
from app.views.rule_sentences import ACTION_CHOICES, CONDITION_CHOICES, sentence

blp = about(Blueprint("rules", __name__, url_prefix="/rules"))

Answer = Response | tuple[str, int]


def init_app(app: Flask) -> None:
    """Give templates ``rule_sentence()`` and what parts of a rule there are to choose from."""
    app.add_template_global(sentence, "rule_sentence")
    app.jinja_env.globals["rule_conditions"] = CONDITION_CHOICES
    app.jinja_env.globals["rule_actions"] = ACTION_CHOICES


@blp.get("")
@needs(Permission.SEE)
def index() -> str:
    """Show the rules in their order, and what each does."""
    found = rules.list_all(actor())
    return render_template("rules/index.html", rules=found, books=Books.of(actor()))


@blp.get("/new")
@needs(Permission.EDIT)
def new() -> Answer:
    """Show the form to add a rule; the address can name a row that it begins with."""
    like = Form(LikeQuery()).load(request.args) if request.args.get("like") else None
    row = within(transactions.show(actor(), like["like"])) if like else None
    return _new_page(_form(values_like(row) if row else None))


@blp.post("")
@needs(Permission.EDIT)
@once
def create() -> Answer:
    """Add a rule, or show its form with a part more or less."""
    form = _form()
    if form.rearrange(request.form):
        return _new_page(form)
    rule = form.submit(rules.create, actor())
    if rule is None:
        return _new_page(form)
    done(f"The rule {rule.name} is there. It looks at what is imported from now on.")
    return _saved(rule)


@blp.post("/preview")
@needs(Permission.EDIT)
def preview() -> Answer:
    """Show what a rule as it stands in its form would change; keeps nothing."""
    place = Form(RunInput(only=("rule_id", "page"))).load()
    if place is None:
        raise NotFound
    rule = _find(place["rule_id"]) if "rule_id" in place else None
    form = _form(schema=RuleDraft())
    data, page = form.load(), place.get("page", 1)
    found = data and form.call(rules.preview, actor(), rule=data, page=page)
    shown = {"preview": found, "page": _page_of(found, page)} if found else {}
    return _edit_page(rule, form, **shown) if rule else _new_page(form, **shown)


@blp.get("/<id:rule_id>/edit")
@needs(Permission.EDIT)
def edit(rule_id: int) -> Answer:
    """Show the form to change a rule."""
    rule = _find(rule_id)
    return _edit_page(rule, _form(values_of(rule)))


@blp.post("/<id:rule_id>")
@needs(Permission.EDIT)
def update(rule_id: int) -> Answer:
    """Change a rule, or show its form with a part more or less."""
    rule = _find(rule_id)
    form = _form()
    if form.rearrange(request.form):
        return _edit_page(rule, form)
    if form.submit(rules.update, actor(), rule_id, version=form.version) is None:
        return _edit_page(_find(rule_id), form)
    done("Saved.")
    return _saved(rule)


@blp.post("/<id:rule_id>/move")
@needs(Permission.EDIT)
def move(rule_id: int) -> Response:
    """Put a rule before its neighbour (``step`` is "up"), or behind it."""
    _find(rule_id)
    step = -1 if request.form.get("step") == "up" else 1
    attempt(rules.move, actor(), rule_id, step)
    return _to_list(rule_id)


@blp.post("/<id:rule_id>/activate")
@needs(Permission.EDIT)
def activate(rule_id: int) -> Response:
    """Turn a rule on."""
    _find(rule_id)
    attempt(rules.update, actor(), rule_id, active=True)
    return _to_list(rule_id)


@blp.post("/<id:rule_id>/deactivate")
@needs(Permission.EDIT)
def deactivate(rule_id: int) -> Response:
    """Turn a rule off: it is kept, and does nothing."""
    _find(rule_id)
    attempt(rules.update, actor(), rule_id, active=False)
    return _to_list(rule_id)


@blp.get("/<id:rule_id>/delete")
@needs(Permission.EDIT)
def confirm_delete(rule_id: int) -> str:
    """Say what will go, and ask once."""
    return render_template("rules/delete.html", rule=_find(rule_id))


@blp.post("/<id:rule_id>/delete")
@needs(Permission.EDIT)
def delete(rule_id: int) -> Response:
    """Delete a rule."""
    _find(rule_id)
    if not attempt(rules.delete, actor(), rule_id, version=sent_version()):
        return redirect(url_for("rules.edit", rule_id=rule_id), 303)
    done("The rule is deleted. What it did stays.")
    return redirect(url_for("rules.index"), 303)


@blp.get("/apply")
@needs(Permission.EDIT)
def confirm_apply() -> Answer:
    """Show what a rule, or all active ones, would change of the rows there are, and ask once."""
    form = Form(RunInput())
    asked = form.load(request.args)
    rule = _find(asked["rule_id"]) if asked and "rule_id" in asked else None
    found = None
    if asked is not None:
        number = asked.pop("page", 1)
        found = rules.preview(actor(), page=number, **_run(asked))
    kept = {name: form.values[name] for name in form.values if name != "page"}
    page = numbered(_page_of(found, number), "rules.confirm_apply", **kept) if found else None
    books = Books.of(actor())
    shown = render_template(
        "rules/apply.html", form=form, rule=rule, preview=found, page=page, books=books
    )
    return shown, form.status


@blp.post("/apply")
@needs(Permission.EDIT)
def apply() -> Response:
    """Run a rule, or all active ones, over the rows there are; one step takes it back."""
    again = done_already()
    if again is not None:
        return again
    form = Form(RunInput(exclude=("page",)))
    asked = form.load()
    if asked is None:
        raise Invalid(errors=form.errors)
    run = _run(asked)
    row_ids = form.call(rules.find_changing, actor(), **run)
    return _apply(form, run["rule_ids"], row_ids or ())


@once
def _apply(form: Form, rule_ids: Sequence[int] | None, row_ids: Sequence[int]) -> Response:
    change = None
    if row_ids:
        change = form.call(rules.apply, actor(), rule_ids=rule_ids, row_ids=row_ids)
    if change is None:
        failed(" ".join(message for said in form.errors.values() for message in said))
        return redirect(url_for("rules.confirm_apply", **form.values), 303)
    back = url_for("rules.index")
    what = "One transaction is" if change.rows == 1 else f"{change.rows:,} transactions are"
    done(f"{what} changed.", url_for("bulk_changes.undo", bulk_change_id=change.id, next=back))
    return redirect(back, 303)


def _find(rule_id: int) -> Rule:
    found: Rule = within(rules.show(actor(), rule_id))
    return found


def _form(values: dict[str, Any] | None = None, schema: RuleDraft | None = None) -> RuleForm:
    return RuleForm(values, currency=actor().ledger.currency, schema=schema or RuleInput())


def _run(asked: dict[str, Any]) -> dict[str, Any]:
    """Return which rules run on which rows."""
    rule_id = asked.pop("rule_id", None)
    return {"rule_ids": [rule_id] if rule_id else None, "filters": Filters(**asked)}


def _page_of(found: Preview, number: int) -> Page[Any]:
    return Page(
        items=found.items,
        per_page=rules.SHOWN,
        total=found.rows,
        page=number,
        total_is_lower_bound=not found.is_complete,
    )


def _new_page(form: RuleForm, **shown: Any) -> Answer:
    page = render_template("rules/new.html", form=form, books=Books.of(actor()), **shown)
    return page, form.status


def _edit_page(rule: Rule, form: RuleForm, **shown: Any) -> Answer:
    books = Books.of(actor())
    page = render_template("rules/edit.html", rule=rule, form=form, books=books, **shown)
    return page, form.status


def _saved(rule: Rule) -> Response:
    """Go on: to the past where that was asked for, else to the list."""
    if "apply" in request.form:
        return redirect(url_for("rules.confirm_apply", rule_id=rule.id), 303)
    return _to_list(rule.id)


def _to_list(rule_id: int) -> Response:
    return redirect(url_for("rules.index", _anchor=f"rule-{rule_id}"), 303)
