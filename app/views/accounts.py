"""Accounts: where money is kept, and how much of it."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.controllers import accounts, transactions
from app.core.money import currencies
from app.core.paging import PageRequest
from app.models.accounts import ACCOUNT_TYPES, Account
from app.models.transactions import Filters
from app.policies import Permission, needs
from app.schemas.accounts import AccountChanges, AccountInput
from app.views.acting import actor
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
    """List the accounts by type, with their balances."""
    found = accounts.list_all(actor())
    in_use = [account for account in found if not account.archived]
    return render_template(
        "accounts/index.html",
        groups=_by_type(in_use),
        count=len(in_use),
        totals=_totals(in_use),
        archived=[account for account in found if account.archived],
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
    """Show an account's balance and its newest rows."""
    account = _find(account_id)
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
    }
    return _edit_page(account, Form(AccountInput(), values))


@blp.post("/<id:account_id>")
@needs(Permission.EDIT)
def update(account_id: int) -> Answer:
    """Change an account."""
    account = _find(account_id)
    schema = AccountChanges(exclude=("archived",))
    form = Form(schema, currency=_typed_currency(account.currency))
    changed = form.submit(accounts.update, actor(), account_id, version=form.version)
    if changed is None:
        return _edit_page(_find(account_id), form)
    done("Saved.")
    return redirect(url_for("accounts.show", account_id=account_id), 303)


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
    """Say what will go, and ask once."""
    return render_template("accounts/delete.html", account=_find(account_id))


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


def _by_type(found: Iterable[Account]) -> list[tuple[str, list[Account]]]:
    order = ACCOUNT_TYPES.index
    in_order = sorted(found, key=lambda account: order(account.type))
    return [(type_, list(group)) for type_, group in groupby(in_order, key=lambda one: one.type)]


def _totals(found: Sequence[Account]) -> list[tuple[int, str]]:
    """Return what all accounts hold in each currency, the ledger's own first."""
    sums: dict[str, int] = {actor().ledger.currency: 0} if not found else {}
    for account in found:
        sums[account.currency] = sums.get(account.currency, 0) + account.balance
    own = actor().ledger.currency
    return sorted(
        ((total, code) for code, total in sums.items()), key=lambda one: (one[1] != own, one[1])
    )


def _new_page(form: Form) -> Answer:
    return render_template("accounts/new.html", form=form, **_choices()), form.status


def _edit_page(account: Account, form: Form) -> Answer:
    page = render_template("accounts/edit.html", account=account, form=form, **_choices())
    return page, form.status


def _choices() -> dict[str, list[tuple[str, str]]]:
    return {
        "types": [(type_, TYPE_NAMES[type_][0]) for type_ in ACCOUNT_TYPES],
        "currencies": [(code, f"{code} · {name}") for code, name in currency_names().items()],
    }
