"""Registering, signing in and signing out."""

from typing import Any
from zoneinfo import available_timezones

from babel import negotiate_locale
from babel.localedata import locale_identifiers
from babel.numbers import get_territory_currencies
from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.controllers import auth, registrations
from app.core.errors import Forbidden, OtpRequired
from app.core.locales import DEFAULT_LOCALE, territory_of
from app.core.money import currencies
from app.http import visitor
from app.policies import public, signed_in
from app.schemas.auth import RegisterInput, SignInInput
from app.views.acting import actor, circumstances, end_session, recognise, start_session
from app.views.addresses import given_address, local_address
from app.views.entering import ask_for_code, enter
from app.views.formatting import currency_names
from app.views.forms import Form
from app.views.registering import rules
from app.views.trust import known_device

blp = Blueprint("auth", __name__)

Answer = Response | tuple[str, int]

DEFAULT_CURRENCY = "EUR"


@blp.get("/sign-in")
@public
def sign_in() -> Answer:
    """Show the form to sign in."""
    return _unless_signed_in() or _sign_in_page(Form(SignInInput()))


@blp.post("/sign-in")
@public
def open_session() -> Answer:
    """Sign in, and go where the person was going."""
    form = Form(SignInInput())
    going_to = given_address(url_for("months.index"))
    device = known_device(request.form.get("email", ""))
    try:
        opened = form.submit(auth.sign_in, circumstances(device))
    except OtpRequired as needed:
        return ask_for_code(needed, going_to, device)
    return _sign_in_page(form) if opened is None else enter(opened.token, going_to)


@blp.get("/register")
@public
def new() -> Answer:
    """Show the form to register, with what the browser tells about its person filled in."""
    known = {
        "currency": newcomer()["currency"],
        "invitation": request.args.get("invitation", ""),
        "email": request.args.get("email", ""),
    }
    return _unless_signed_in() or _register_page(Form(RegisterInput(), known))


@blp.post("/register")
@public
def create() -> Answer:
    """Register and sign in at once."""
    form = Form(RegisterInput())
    data = form.load(_with_known_zone(request.form))
    here = {"mode": rules().mode, "visitor": visitor()}
    if data is None or form.call(auth.register, **here, **_whole(data)) is None:
        return _register_page(form)
    opened = auth.sign_in(circumstances(), email=data["email"], password=data["password"])
    start_session(opened.token)
    return redirect(given_address(url_for("months.index")), 303)


@blp.post("/sign-out")
@signed_in
def sign_out() -> Response:
    """Sign out, on the server too: a copy of the cookie is worth nothing from now on."""
    auth.sign_out(actor())
    end_session()
    response = redirect(url_for("auth.sign_in"), 303)
    # Nor does the button that goes back show the pages seen so far (browsers obey it over TLS).
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def newcomer() -> dict[str, str]:
    """Return what somebody new begins with: as it is set here, else as their browser tells."""
    locale = _liked_locale()
    told = {"currency": _currency_of(locale), "locale": locale or DEFAULT_LOCALE}
    return {**told, **rules().newcomers}


def _unless_signed_in() -> Response | None:
    return redirect(given_address(url_for("months.index")), 303) if recognise() else None


def _sign_in_page(form: Form) -> tuple[str, int]:
    return render_template("auth/sign_in.html", form=form, next=_next()), form.status


def _register_page(form: Form) -> tuple[str, int]:
    page = render_template(
        "auth/register.html",
        form=form,
        next=_next(),
        is_first=auth.is_first(),
        closed=_why_closed(form),
        currencies=[(code, f"{code} · {name}") for code, name in currency_names().items()],
    )
    return page, form.status


def _whole(data: dict[str, Any]) -> dict[str, Any]:
    """Add what somebody new left out; what is set here counts before what only a browser says."""
    unasked = {name: value for name, value in newcomer().items() if name != "currency"}
    return rules().completed({**data, **unasked})


def _why_closed(form: Form) -> str | None:
    """Return what keeps whoever came from registering here, if anything does."""
    try:
        registrations.check(rules().mode, form.values.get("invitation", ""))
    except Forbidden as error:
        return error.detail
    return None


def _next() -> str | None:
    return local_address(request.values.get("next"))


def _with_known_zone(typed: MultiDict[str, str]) -> MultiDict[str, str]:
    """Leave out a time zone that a browser knows and nobody else."""
    known = MultiDict(typed)
    if known.get("timezone") not in available_timezones():
        known.pop("timezone", None)
    return known


def _liked_locale() -> str | None:
    """Return the locale the browser likes best among those there are, if it likes any."""
    liked = [tag.replace("-", "_") for tag in request.accept_languages.values()]
    return negotiate_locale(liked, locale_identifiers())


def _currency_of(locale: str | None) -> str:
    """Return the currency in use where a locale is from; the euro where that is not clear."""
    territory = territory_of(locale) if locale else None
    found = get_territory_currencies(territory) if territory else []
    return next((code for code in found if code in currencies()), DEFAULT_CURRENCY)
