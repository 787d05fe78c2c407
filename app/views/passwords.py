"""Changing a password, and setting a new one when it is forgotten."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.controllers import passwords
from app.http import visitor
from app.policies import public, signed_in
from app.schemas.passwords import PasswordInput, ResetInput, ResetRequestInput
from app.views.acting import actor
from app.views.forms import Form, attempt
from app.views.messages import done

blp = Blueprint("passwords", __name__)

Answer = Response | tuple[str, int]


@blp.get("/forgot-password")
@public
def forgot() -> Answer:
    """Ask whose password is forgotten."""
    return _forgot_page(Form(ResetRequestInput()))


@blp.post("/forgot-password")
@public
def request_reset() -> Answer:
    """Have the link sent; the answer is the same whoever has that address."""
    form = Form(ResetRequestInput())
    data = form.load()
    if data is None:
        return _forgot_page(form)
    passwords.request_reset(**data)
    return _forgot_page(form, is_sent=True)


@blp.get("/reset-password")
@public
def new() -> Answer:
    """Ask for a new password, if the link in the mail is still good."""
    known = {"token": request.args.get("token", ""), "revoke_tokens": True}
    return _reset_page(Form(ResetInput(), known))


@blp.post("/reset-password")
@public
def reset() -> Answer:
    """Set the new password."""
    form = Form(ResetInput())
    tokens = form.submit(passwords.reset, visitor=visitor())
    if tokens is None:
        return _reset_page(form)
    also = {0: "", 1: "Your API token is deleted. "}.get(
        tokens, f"{tokens} API tokens are deleted. "
    )
    done(f"Your password is set. {also}You are signed out everywhere: sign in with the new one.")
    return redirect(url_for("auth.sign_in"), 303)


@blp.get("/settings/security/password")
@signed_in
def edit() -> Answer:
    """Show the form for a new password."""
    return _change_page(Form(PasswordInput()))


@blp.post("/settings/security/password")
@signed_in
def change() -> Answer:
    """Change the password."""
    form = Form(PasswordInput())
    data = form.load()
    if data is None or not form.do(passwords.change, actor(), **data):
        return _change_page(form)
    done("Your password is changed. Everywhere else you are signed out.")
    return redirect(url_for("security.show"), 303)


@blp.post("/settings/security/password/link")
@signed_in
def send_link() -> Response:
    """Have the link sent to somebody who signs in elsewhere and has no password yet."""
    if attempt(passwords.request_own, actor()):
        done(f"A link to set a password is on its way to {actor().email}.")
    return redirect(url_for("security.show"), 303)


def _forgot_page(form: Form, *, is_sent: bool = False) -> Answer:
    return render_template("passwords/forgot.html", form=form, is_sent=is_sent), form.status


def _reset_page(form: Form) -> Answer:
    address = form.call(passwords.address_of, form.values.get("token", ""))
    return render_template("passwords/reset.html", form=form, address=address), form.status


def _change_page(form: Form) -> Answer:
    return render_template("settings/password.html", form=form), form.status
