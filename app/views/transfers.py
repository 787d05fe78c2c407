"""Transfers that came as two rows: what looks like one, joining, refusing, taking apart."""

import re
from functools import partial
from typing import Any

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.controllers import transactions, transfers
from app.core.errors import Invalid
from app.core.paging import PageRequest
from app.models.transactions import Transaction, rate_of
from app.models.transfers import MatchCount
from app.policies import Permission, needs
from app.schemas.paging import PageQuery
from app.schemas.transfers import JoinInput, PairInput
from app.views.acting import actor
from app.views.addresses import given_address, local_address
from app.views.books import Books
from app.views.current_ledger import about, within
from app.views.forms import Form, attempt, attempt_with, sent_version
from app.views.messages import done
from app.views.paging import by_cursor, numbered, wanted_page

blp = about(Blueprint("transfers", __name__, url_prefix="/transfers"))

PER_PAGE = 25
_PAIR = re.compile(r"([0-9]{1,18})\.([0-9]{1,18})\.([0-9]{1,18}-[0-9]{1,18})", re.ASCII)
"""A pair as a form names it: the money out, the money in, and the version of both."""

_NO_PAIR = "Choose a pair first."


def init_app(app: Flask) -> None:
    """Give templates ``matching_transfers()``: how many pairs look like one, at a glance."""
    app.add_template_global(matching, "matching_transfers")


def matching(*, at_a_glance: bool = True) -> MatchCount:
    """Return how many pairs of rows look like a transfer, among the newest of the ledger."""
    return transfers.count_matches(actor(), at_a_glance=at_a_glance)


@blp.get("")
@needs(Permission.SEE)
def index() -> str:
    """List pairs of rows that look like one transfer."""
    query = Form(PageQuery(exclude=("ledger_id",))).load(request.args)
    if query is None:
        raise Invalid(errors={"cursor": ["Not a page of this list."]})
    wanted: PageRequest = query["request"]
    asked = PageRequest(page=wanted.page, per_page=PER_PAGE, cursor=wanted.cursor)
    page = transfers.list_matches(actor(), request=asked)
    return render_template(
        "transfers/index.html",
        matches=page.items,
        page=by_cursor(page, "transfers.index"),
        is_first=asked.cursor is None and asked.page == 1,
        books=Books.of(actor()),
    )


@blp.post("")
@needs(Permission.EDIT)
def decide() -> Response:
    """Join pairs of rows, or say of one that it is no transfer."""
    back = given_address(url_for("transfers.index"))
    if "refuse" in request.form:
        _refuse(_pair(request.form["refuse"]), back)
    elif "join" in request.form:
        joined = _join(_pair(request.form["join"]), "")
        if joined is not None:
            undo = url_for(
                "transfers.take_apart", transfer_id=joined.id, version=joined.version, next=back
            )
            done("The two rows are one transfer now.", undo)
    else:
        _join_all([_pair(text) for text in request.form.getlist("pair")])
    return redirect(back, 303)


@blp.get("/refused")
@needs(Permission.SEE)
def refused() -> str:
    """List the pairs of which somebody said that they are no transfer."""
    page = transfers.list_refused(actor(), request=wanted_page())
    return render_template(
        "transfers/refused.html",
        matches=page.items,
        page=numbered(page, "transfers.refused"),
        books=Books.of(actor()),
    )


@blp.post("/refused/<id:expense_id>/<id:income_id>/offer")
@needs(Permission.EDIT)
def offer_again(expense_id: int, income_id: int) -> Response:
    """Take back that two rows are no transfer."""
    within(transactions.show(actor(), expense_id))
    if attempt(transfers.offer_again, actor(), expense_id, income_id):
        done("The pair is offered again.")
    return redirect(given_address(url_for("transfers.index")), 303)


@blp.get("/with/<id:transaction_id>")
@needs(Permission.EDIT)
def choose(transaction_id: int) -> str:
    """Show which rows could be the other half of one, to join two of any currencies by hand."""
    row = within(transactions.show(actor(), transaction_id))
    near = transfers.list_near(actor(), transaction_id)
    pairs = [(row, one) if row.kind == "expense" else (one, row) for one in near]
    return render_template(
        "transfers/choose.html",
        row=row,
        pairs=[(expense, income, _implied(expense, income)) for expense, income in pairs],
        books=Books.of(actor()),
    )


@blp.post("/<id:transfer_id>/take-apart")
@needs(Permission.EDIT)
def take_apart(transfer_id: int) -> Response:
    """Make two rows again of a transfer that was joined of them."""
    within(transactions.show(actor(), transfer_id))
    version, meant = sent_version(), "allow_reconciled" in request.form
    use_case = partial(transfers.take_apart, version=version, allow_reconciled=meant)
    if attempt(use_case, actor(), transfer_id):
        done("The transfer is two rows again.")
    there = url_for("transactions.show", transaction_id=transfer_id)
    return redirect(local_address(request.values.get("next")) or there, 303)


def _pair(text: str) -> dict[str, Any]:
    """Read a pair that a form names, by the schema of the API."""
    found = _PAIR.fullmatch(text)
    if found is None:
        raise Invalid(errors={"pair": [_NO_PAIR]})
    expense_id, income_id, version = found.groups()
    said = {"expense_id": expense_id, "income_id": income_id, "version": version}
    pair: dict[str, Any] = JoinInput().load(said)
    return pair


def _join(pair: dict[str, Any], name: str) -> Transaction | None:
    """Join a pair; None where it cannot be, which the next page says, with its ``name``."""
    joined: list[Transaction] = []

    def join() -> None:
        meant = pair | {"allow_reconciled": "allow_reconciled" in request.form}
        joined.append(transfers.join(actor(), actor().ledger.id, **meant))

    return joined[0] if attempt_with(name, join) else None


def _join_all(pairs: list[dict[str, Any]]) -> None:
    if not pairs:
        raise Invalid(_NO_PAIR, errors={"pair": [_NO_PAIR]})
    several = len(pairs) > 1
    names = [f"Pair {number}" if several else "" for number in range(1, len(pairs) + 1)]
    joined = [row for pair, name in zip(pairs, names, strict=True) if (row := _join(pair, name))]
    if joined:
        what = (
            "One pair is a transfer" if len(joined) == 1 else f"{len(joined)} pairs are transfers"
        )
        done(f"{what} now. Each can be taken apart again on its own page.")


def _refuse(pair: dict[str, Any], back: str) -> None:
    ids = {name: pair[name] for name in PairInput().fields}
    if attempt(partial(transfers.refuse, **ids), actor(), actor().ledger.id):
        undo = url_for("transfers.offer_again", **ids, next=back)
        done("These two rows are not offered as a transfer any more.", undo)


def _implied(expense: Transaction, income: Transaction) -> str | None:
    return rate_of(expense.amount, expense.currency, income.amount, income.currency)
