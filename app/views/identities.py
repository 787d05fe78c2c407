"""Signing in with an OpenID provider, and the page in the settings that links one."""

import contextlib
from dataclasses import asdict

from flask import Blueprint, Flask, current_app, redirect, render_template, url_for
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from app import oidc
from app.controllers import identities
from app.controllers.identities import AddressTaken, Subject
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.oidc import Refused
from app.policies import public, signed_in
from app.schemas.auth import Email
from app.schemas.second_factors import PasswordAgain
from app.views.acting import actor, circumstances, recognise
from app.views.addresses import given_address
from app.views.auth import newcomer
from app.views.entering import OFFER, enter
from app.views.forms import Form
from app.views.keeping import keep, take
from app.views.messages import done, failed
from app.views.registering import rules
from config import Settings

blp = Blueprint("identities", __name__)

Answer = Response | tuple[str, int]

PAGE = "/settings/security/identities"
LINK, GOING = "oidc_link", "oidc_going"
SECONDS = 10 * 60


def init_app(app: Flask) -> None:
    """Tie the provider to ``app``; give templates ``oidc_name()``."""
    oidc.init_app(app)
    app.add_template_global(oidc.name, "oidc_name")


@blp.get("/sign-in/oidc")
@public
def leave() -> Response:
    """Go to the provider to sign in there."""
    _demand_provider()
    keep(GOING, SECONDS, next=given_address(url_for("months.index")))
    settings: Settings = current_app.extensions["settings"]
    return oidc.leave(settings.base_url + url_for("identities.come_back"))


@blp.get("/sign-in/oidc/callback")
@public
def come_back() -> Response:
    """Come back from the provider: link who asked for it, sign in everybody else."""
    _demand_provider()
    going, linking, found = take(GOING), take(LINK), recognise()
    try:
        subject = _subject(oidc.come_back())
    except Refused as error:
        failed(error.detail)
        return redirect(url_for("identities.index" if found else "auth.sign_in"), 303)
    if found and linking and linking["user_id"] == found.id:
        return _link(subject)
    return _enter(subject, going["next"] if going else url_for("months.index"))


@blp.get(PAGE)
@signed_in
def index() -> Answer:
    """Show which identities sign in, with the form to link one."""
    return _page(Form(PasswordAgain()))


@blp.post(PAGE)
@signed_in
def link() -> Answer:
    """Go to the provider to link who one is there, once the password is right."""
    _demand_provider()
    form = Form(PasswordAgain())
    if form.submit(identities.check_password, actor()) is None:
        return _page(form)
    keep(LINK, SECONDS, user_id=actor().id)
    # A page in between: forms may send to this server only, and their redirects count too.
    return render_template("settings/leaving.html"), 200


@blp.get(f"{PAGE}/<id:identity_id>/remove")
@signed_in
def ask_remove(identity_id: int) -> Answer:
    """Ask for the password before an identity is unlinked."""
    return _remove_page(identity_id, Form(PasswordAgain()))


@blp.post(f"{PAGE}/<id:identity_id>/remove")
@signed_in
def remove(identity_id: int) -> Answer:
    """Unlink an identity."""
    form = Form(PasswordAgain())
    form.submit(identities.remove, actor(), identity_id)
    if form.errors:
        return _remove_page(identity_id, form)
    done("It is unlinked, and signs in nobody here any more.")
    return redirect(url_for("identities.index"), 303)


def _link(subject: Subject) -> Response:
    try:
        identities.link(actor(), subject)
    except Conflict as error:
        failed(error.detail)
    else:
        done(f"{oidc.name()} is linked: you can sign in with it from now on.")
    return redirect(url_for("identities.index"), 303)


def _enter(subject: Subject, going_to: str) -> Response:
    try:
        opened = identities.sign_in(circumstances(), subject, mode=rules().mode, person=newcomer())
    except AddressTaken as error:
        failed(error.detail)
        if subject.email_verified:
            said = {name: asdict(subject)[name] for name in ("issuer", "subject", "email")}
            keep(OFFER, SECONDS, name=oidc.name(), **said)
        return redirect(url_for("auth.sign_in", next=going_to), 303)
    except (Forbidden, Invalid, Refused) as error:
        failed(error.detail)
        return redirect(url_for("auth.sign_in"), 303)
    return enter(opened.token, going_to)


def _subject(claims: oidc.Claims) -> Subject:
    """Return the claims as they can be stored: an address that is none is left out."""
    known = asdict(claims)
    with contextlib.suppress(ValidationError):
        return Subject(**known | {"email": Email().deserialize(claims.email)})
    return Subject(**known | {"email": "", "email_verified": False})


def _demand_provider() -> None:
    if oidc.name() is None:
        raise NotFound("There is no provider to sign in with.")


def _page(form: Form) -> tuple[str, int]:
    page = render_template(
        "settings/identities.html",
        form=form,
        identities=identities.list_all(actor()),
        has_password=identities.has_password(actor()),
    )
    return page, form.status


def _remove_page(identity_id: int, form: Form) -> tuple[str, int]:
    page = render_template(
        "settings/identity_remove.html",
        form=form,
        identity=identities.show(actor(), identity_id),
        has_password=identities.has_password(actor()),
    )
    return page, form.status
