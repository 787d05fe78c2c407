"""Proving that an e-mail address is one's own, and changing it.

Opening a link changes nothing: programs that look through mails open links, too.
"""

from collections.abc import Callable

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.controllers import email_addresses
from app.http import visitor
from app.policies import public, signed_in
from app.schemas.email_addresses import AddressInput, TokenInput
from app.views.acting import actor
from app.views.addresses import given_address
from app.views.forms import Form, attempt
from app.views.messages import done

blp = Blueprint("email_addresses", __name__)

Answer = Response | tuple[str, int]


@blp.get("/verify-email")
@public
def show_verify() -> Answer:
    """Show the button that proves an address."""
    return _page("verify", _opened())


@blp.post("/verify-email")
@public
def verify() -> Answer:
    """Prove an address."""
    return _use("verify", email_addresses.verify, "Thank you: this address is proved to be yours.")


@blp.get("/confirm-address")
@public
def show_confirm() -> Answer:
    """Show the button that makes a new address count."""
    return _page("confirm", _opened())


@blp.post("/confirm-address")
@public
def confirm() -> Answer:
    """Use a new address from now on."""
    return _use("confirm", email_addresses.confirm, "Your new address counts from now on.")


@blp.post("/verify-email/resend")
@signed_in
def resend() -> Response:
    """Have the link sent once more."""
    if attempt(email_addresses.resend, actor()):
        done(f"The link is on its way to {actor().email}.")
    return redirect(given_address(url_for("months.index")), 303)


@blp.get("/settings/security/email")
@signed_in
def edit() -> Answer:
    """Show the form for a new address."""
    return _change_page(Form(AddressInput()))


@blp.post("/settings/security/email")
@signed_in
def change() -> Answer:
    """Have a link sent to the new address."""
    form = Form(AddressInput())
    data = form.load()
    if data is None or not form.do(email_addresses.change, actor(), **data):
        return _change_page(form)
    done(f"A link is on its way to {data['email']}. The address counts once you followed it.")
    return redirect(url_for("security.show"), 303)


def _opened() -> Form:
    return Form(TokenInput(), {"token": request.args.get("token", "")})


def _use(page: str, use_case: Callable[..., None], words: str) -> Answer:
    form = Form(TokenInput())
    data = form.load()
    if data is None or not form.do(use_case, **data, visitor=visitor()):
        return _page(page, form)
    done(words)
    return redirect(url_for("months.index"), 303)


def _page(name: str, form: Form) -> Answer:
    return render_template(f"email_addresses/{name}.html", form=form), form.status


def _change_page(form: Form) -> Answer:
    user = email_addresses.show(actor())
    return render_template("settings/email.html", form=form, user=user), form.status
