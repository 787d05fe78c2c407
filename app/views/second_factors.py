"""One-time passwords: their page in the settings, and the code that is asked for at sign-in."""

from typing import Any

import segno
from flask import Blueprint, redirect, render_template, session, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from app.controllers import auth, second_factors
from app.controllers.second_factors import Setup
from app.policies import public, signed_in
from app.schemas.second_factors import CodeInput, PasswordAgain
from app.views.acting import actor, circumstances
from app.views.entering import PENDING, enter
from app.views.forms import Form
from app.views.keeping import keep, kept, take
from app.views.messages import done, failed
from app.views.once import shown_once

blp = Blueprint("second_factors", __name__)

Answer = Response | tuple[str, int]

PAGE = "/settings/security/one-time-password"
SETUP = "one_time_password_setup"
SETUP_SECONDS = 15 * 60


@blp.get("/sign-in/code")
@public
def code() -> Answer:
    """Ask for the code of somebody whose password was right."""
    return _code_page(Form(CodeInput())) if kept(PENDING) else _too_late()


@blp.post("/sign-in/code")
@public
def prove() -> Answer:
    """Sign in with the code."""
    pending = kept(PENDING)
    if pending is None:
        return _too_late()
    form = Form(CodeInput())
    data = form.load()
    here = circumstances(pending["device"])
    opened = data and form.call(auth.finish_sign_in, here, otp=data["code"], **pending["proved"])
    return enter(opened.token, pending["next"]) if opened else _code_page(form)


@blp.get(PAGE)
@signed_in
def show() -> Answer:
    """Show whether the second factor is on, and what can be done about it."""
    return _page()


@blp.post(PAGE)
@signed_in
def start() -> Answer:
    """Make a secret and show it, once the password is right."""
    form = Form(PasswordAgain())
    setup = form.submit(second_factors.start, actor())
    if setup is None:
        return _page(start=form)
    # A stolen cookie from before must not show the secret: only this browser may see it again.
    keep(SETUP, SETUP_SECONDS)
    return _setup_page(Form(CodeInput()), setup)


@blp.post(f"{PAGE}/confirm")
@signed_in
@shown_once
def confirm() -> Answer:
    """Turn the second factor on with a first code; shows the recovery codes, this once."""
    if kept(SETUP) is None:
        failed("Setting it up took too long. Begin again.")
        return redirect(url_for("second_factors.show"), 303)
    form = Form(CodeInput())
    codes = form.submit(second_factors.confirm, actor())
    if codes is None:
        return _setup_page(form, second_factors.show_setup(actor()))
    session.pop(SETUP)
    return _codes_page(codes)


@blp.post(f"{PAGE}/recovery-codes")
@signed_in
@shown_once
def renew() -> Answer:
    """Make new recovery codes and show them, this once."""
    form = Form(PasswordAgain())
    codes = form.submit(second_factors.renew_recovery_codes, actor())
    return _page(renew=form) if codes is None else _codes_page(codes)


@blp.post(f"{PAGE}/remove")
@signed_in
def remove() -> Answer:
    """Turn the second factor off."""
    form = Form(PasswordAgain())
    data = form.load()
    if data is None or not form.call(_removed, **data):
        return _page(remove=form)
    done("The second factor is off: your password alone signs you in.")
    return redirect(url_for("second_factors.show"), 303)


def _removed(password: str) -> bool:
    second_factors.remove(actor(), password=password)
    return True


def _too_late() -> Response:
    take(PENDING)
    failed("That took too long. Sign in again.")
    return redirect(url_for("auth.sign_in"), 303)


def _code_page(form: Form) -> tuple[str, int]:
    return render_template("auth/code.html", form=form), form.status


def _page(**forms: Form) -> tuple[str, int]:
    shown: dict[str, Any] = {
        name: forms.get(name) or Form(PasswordAgain()) for name in ("start", "renew", "remove")
    }
    status = max(form.status for form in shown.values())
    state = second_factors.show(actor())
    return render_template("settings/one_time_password.html", state=state, **shown), status


def _setup_page(form: Form, setup: Setup) -> tuple[str, int]:
    page = render_template(
        "settings/one_time_password_setup.html",
        form=form,
        secret=" ".join(setup.secret[i : i + 4] for i in range(0, len(setup.secret), 4)),
        uri=setup.uri,
        picture=_picture(setup.uri),
    )
    return page, form.status


def _codes_page(codes: list[str]) -> tuple[str, int]:
    return render_template("settings/recovery_codes.html", codes=codes), 200


def _picture(text: str) -> Markup:
    """Draw a QR code as SVG without styles; dark on white in any theme, or no app reads it."""
    drawn = segno.make(text, micro=False).svg_inline(
        scale=5, border=4, dark="#000", light="#fff", svgclass="qr", lineclass=None, omitsize=False
    )
    return Markup(drawn)  # noqa: S704 - drawn here, of squares only
