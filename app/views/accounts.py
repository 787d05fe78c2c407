"""Accounts: where money is kept, and how much of it."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.controllers import accounts, reconciliations, transactions
from app.core.errors import Invalid
from app.core.money import currencies
from app.core.paging import PageRequest
from app.models.account_groups import grouped, standings
from app.models.accounts import ACCOUNT_TYPES, Account
from app.models.transaction_lists import Filters
from app.policies import Permission, needs
from app.schemas.accounts import AccountChanges, AccountInput, BalanceQuery, MoveInput
from app.views.acting import actor
from app.views.balances import PERIODS, course_of
from app.views.books import Books, by_day, people_of
from app.views.current_ledger import about, within
from app.views.formatting import currency_names, typed
from app.views.forms import Form, attempt, sent_version
from app.views.messages import done
from app.views.once import once

blp = about(Blueprint("accounts", __name__, url_prefix="/accounts"))

Answer = Response | tuple[str, int]

NEWEST = 10
TYPE_NAMES = {
    "checking": ("Checking", "building-bank"),
    "savings": ("Savings", "pig-money"),
    "credit": ("Credit cards", "credit-card"),
    "cash": ("Cash", "cash"),
    "loan": ("Loans", "receipt-2"),
    "investment": ("Investments", "trending-up"),
    "other": ("Other", "wallet"),
}


@blp.get("")
@needs(Permission.SEE)
def index() -> str:
    """List the accounts in their groups, with their balances; ``arrange`` puts them in order."""
    found = accounts.list_all(actor())
    in_use = [account for account in found if not account.archived]
    return render_template(
        "accounts/index.html",
        groups=grouped(in_use),
        count=len(in_use),
        standings=standings(in_use, actor().ledger.currency),
        archived=[account for account in found if account.archived],
        is_arranging="arrange" in request.args and len(in_use) > 1,
        types=TYPE_NAMES,
    )


@blp.get("/new")
@needs(Permission.EDIT)
def new() -> Answer:
    """Show the form to open an account."""
    presets = {"type": "checking", "currency": actor().ledger.currency}
    return _new_page(Form(AccountInput(), presets))


@blp.post("")
@needs(Permission.EDIT)
@once
def create() -> Answer:
    """Open an account."""
    form = Form(AccountInput(), currency=_typed_currency(actor().ledger.currency))
    account = form.submit(accounts.create, actor())
    if account is None:
        return _new_page(form)
    done(f"The account {account.name} is there.")
    return redirect(url_for("accounts.show", account_id=account.id), 303)


@blp.get("/<id:account_id>")
@needs(Permission.SEE)
def show(account_id: int) -> str:
    """Show an account's balance, as of any day, how it went, and its newest rows."""
    account = _find(account_id)
    form = Form(BalanceQuery())
    asked = form.load(request.args) or {}
    filters = Filters(account_id=account.id)
    page = transactions.list_page(actor(), filters=filters, request=PageRequest(per_page=NEWEST))
    return render_template(
        "accounts/show.html",
        account=account,
        books=Books.of(actor()),
        days=by_day(actor(), page.items, filters),
        people=people_of(actor(), page.items),
        total=page.total,
        types=TYPE_NAMES,
        form=form,
        as_of=accounts.balance(actor(), account_id, **asked) if asked else None,
        course=course_of(actor(), account, request.args.get("period", "")),
        periods=PERIODS,
        is_used=accounts.is_used(actor(), account_id),
        latest=reconciliations.latest(actor(), account_id),
    )


@blp.get("/<id:account_id>/edit")
@needs(Permission.EDIT)
def edit(account_id: int) -> Answer:
    """Show the form to change an account."""
    account = _find(account_id)
    values = {
        "name": account.name,
        "type": account.type,
        "currency": account.currency,
        "opening_balance": typed(account.opening_balance, account.currency),
        "opening_date": account.opening_date and account.opening_date.isoformat(),
        "group": account.group,
    }
    return _edit_page(account, Form(AccountInput(), values))


@blp.post("/<id:account_id>")
@needs(Permission.EDIT)
def update(account_id: int) -> Answer:
    """Change an account."""
    account = _find(account_id)
    schema = AccountChanges(exclude=("archived", "position"))
    form = Form(schema, currency=_typed_currency(account.currency))
    changed = form.submit(accounts.update, actor(), account_id, version=form.version)
    if changed is None:
        return _edit_page(_find(account_id), form)
    done("Saved.")
    return redirect(url_for("accounts.show", account_id=account_id), 303)


@blp.post("/<id:account_id>/move")
@needs(Permission.EDIT)
def move(account_id: int) -> Response:
    """Move an account, or its group, up or down in the list."""
    account = _find(account_id)
    form = Form(MoveInput())
    asked = form.load()
    if asked is None:
        raise Invalid(errors=form.errors)
    by = -1 if asked["direction"] == "up" else 1
    attempt(accounts.move, actor(), account_id, by=by, group=asked.get("group", False))
    return redirect(url_for("accounts.index", arrange=1, _anchor=f"account-{account.id}"), 303)


@blp.post("/<id:account_id>/archive")
@needs(Permission.EDIT)
def archive(account_id: int) -> Response:
    """Take an account out of use."""
    _find(account_id)
    if attempt(accounts.update, actor(), account_id, archived=True):
        undo = url_for("accounts.unarchive", account_id=account_id)
        done("The account is archived.", undo)
    return redirect(url_for("accounts.show", account_id=account_id), 303)


@blp.post("/<id:account_id>/unarchive")
@needs(Permission.EDIT)
def unarchive(account_id: int) -> Response:
    """Take an account back into use."""
    _find(account_id)
    if attempt(accounts.update, actor(), account_id, archived=False):
        done("The account is in use again.")
    return redirect(url_for("accounts.show", account_id=account_id), 303)


@blp.get("/<id:account_id>/delete")
@needs(Permission.EDIT)
def confirm_delete(account_id: int) -> str:
    """Say what will go, and ask once; or why it has to stay, and what there is instead."""
    account = _find(account_id)
    is_used = accounts.is_used(actor(), account_id)
    return render_template("accounts/delete.html", account=account, is_used=is_used)


@blp.post("/<id:account_id>/delete")
@needs(Permission.EDIT)
def delete(account_id: int) -> Response:
    """Delete an account that nothing uses."""
    _find(account_id)
    if not attempt(accounts.delete, actor(), account_id, version=sent_version()):
        return redirect(url_for("accounts.show", account_id=account_id), 303)
    done("The account is deleted.")
    return redirect(url_for("accounts.index"), 303)


def _find(account_id: int) -> Account:
    found: Account = within(accounts.show(actor(), account_id))
    return found


def _typed_currency(default: str) -> str:
    """Return the currency that was chosen in the form; ``default`` where it is none."""
    chosen = request.form.get("currency", "").strip().upper()
    return chosen if chosen in currencies() else default


def _new_page(form: Form) -> Answer:
    return render_template("accounts/new.html", form=form, **_choices()), form.status


def _edit_page(account: Account, form: Form) -> Answer:
    page = render_template("accounts/edit.html", account=account, form=form, **_choices())
    return page, form.status


def _choices() -> dict[str, Any]:
    return {
        "groups": sorted({one.group for one in accounts.list_all(actor())} - {""}),
        "types": [(type_, TYPE_NAMES[type_][0]) for type_ in ACCOUNT_TYPES],
        "currencies": [(code, f"{code} · {name}") for code, name in currency_names().items()],
    }
