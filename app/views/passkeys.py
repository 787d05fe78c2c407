"""Passkeys: their page in the settings, and signing in with one."""

import base64
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Flask, current_app, jsonify, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.controllers import passkeys
from app.core.errors import NotFound
from app.policies import public, signed_in
from app.schemas.passkeys import PasskeyAnswer, PasskeyInput
from app.schemas.second_factors import PasswordAgain
from app.services.passkeys import Site
from app.views.acting import actor, circumstances
from app.views.addresses import given_address
from app.views.entering import enter
from app.views.forms import Form
from app.views.keeping import keep, take
from app.views.messages import done, failed
from config import Settings

blp = Blueprint("passkeys", __name__)

Answer = Response | tuple[str, int]

PAGE = "/settings/security/passkeys"
NEW, KNOWN = "passkey_new", "passkey_known"
CHALLENGE_SECONDS = 5 * 60


def init_app(app: Flask) -> None:
    """Give templates ``passkeys_work()``."""
    app.add_template_global(lambda: _site() is not None, "passkeys_work")


@blp.get(PAGE)
@signed_in
def index() -> Answer:
    """List the passkeys, with the form for another one."""
    return _page(Form(PasskeyInput(), {"name": "This device"}))


@blp.post(f"{PAGE}/options")
@signed_in
def begin() -> tuple[Response, int]:
    """Send what the browser needs to make a passkey, once the password is right."""
    form = Form(PasswordAgain())
    begun = form.submit(passkeys.begin, actor(), _needed_site())
    if begun is None:
        return jsonify(errors=form.errors), form.status
    return _options(NEW, *begun)


@blp.post(PAGE)
@signed_in
def create() -> Answer:
    """Keep what the browser made."""
    form = Form(PasskeyInput())
    challenge = _challenge(NEW)
    if challenge is None:
        failed("That took too long. Try again.")
        return redirect(url_for("passkeys.index"), 303)
    made = form.submit(passkeys.create, actor(), _needed_site(), challenge=challenge)
    if made is None:
        return _page(form)
    done(f"The passkey {made.name} is there: next time, sign in with it.")
    return redirect(url_for("passkeys.index"), 303)


@blp.get(f"{PAGE}/<id:passkey_id>/remove")
@signed_in
def ask_remove(passkey_id: int) -> Answer:
    """Ask for the password before a passkey goes."""
    return _remove_page(passkey_id, Form(PasswordAgain()))


@blp.post(f"{PAGE}/<id:passkey_id>/remove")
@signed_in
def remove(passkey_id: int) -> Answer:
    """Take a passkey away."""
    form = Form(PasswordAgain())
    form.submit(passkeys.remove, actor(), passkey_id)
    if form.errors:
        return _remove_page(passkey_id, form)
    done("The passkey is gone. You can delete it on your device too.")
    return redirect(url_for("passkeys.index"), 303)


@blp.post("/sign-in/passkey/options")
@public
def begin_sign_in() -> tuple[Response, int]:
    """Send what the browser needs to ask for a passkey."""
    return _options(KNOWN, *passkeys.begin_sign_in(_needed_site()))


@blp.post("/sign-in/passkey")
@public
def sign_in() -> Response:
    """Sign in with what a passkey answered."""
    form = Form(PasskeyAnswer())
    challenge = _challenge(KNOWN)
    opened = challenge and form.submit(
        passkeys.sign_in, circumstances(), _needed_site(), challenge=challenge
    )
    going_to = given_address(url_for("months.index"))
    if opened:
        return enter(opened.token, going_to)
    said = [message for messages in form.errors.values() for message in messages]
    failed(" ".join(said) or "That took too long. Try again.")
    return redirect(url_for("auth.sign_in", next=going_to), 303)


def _page(form: Form) -> tuple[str, int]:
    found = passkeys.list_all(actor())
    return render_template("settings/passkeys.html", form=form, passkeys=found), form.status


def _remove_page(passkey_id: int, form: Form) -> tuple[str, int]:
    found = passkeys.show(actor(), passkey_id)
    return render_template("settings/passkey_remove.html", form=form, passkey=found), form.status


def _options(name: str, options: dict[str, Any], challenge: bytes) -> tuple[Response, int]:
    keep(name, CHALLENGE_SECONDS, challenge=base64.b64encode(challenge).decode())
    return jsonify(options), 200


def _challenge(name: str) -> bytes | None:
    found = take(name)
    return base64.b64decode(found["challenge"]) if found else None


def _needed_site() -> Site:
    site = _site()
    if site is None:
        raise NotFound("Passkeys need a host name and https, and this address has not both.")
    return site


def _site() -> Site | None:
    """Return what passkeys are bound to here; None where no browser would make one.

    That takes a secure context and a host with a name (WebAuthn, 5.1.3 and 5.1.2).
    """
    settings: Settings = current_app.extensions["settings"]
    host = urlsplit(settings.base_url).hostname or ""
    is_secure = settings.base_url.startswith("https://") or host == "localhost"
    return Site(host, settings.base_url) if is_secure and not _is_number(host) else None


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
