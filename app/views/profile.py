"""The profile: what a person says of themselves, and how they write amounts and dates."""

from functools import cache
from zoneinfo import available_timezones

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.controllers import profile
from app.models.users import User
from app.policies import signed_in
from app.schemas.pictures import PictureForm
from app.schemas.profile import ProfileInput
from app.views.acting import actor
from app.views.formatting import currency_names
from app.views.forms import Form
from app.views.locales import locale_choices, sample
from app.views.messages import done

blp = Blueprint("profile", __name__, url_prefix="/settings/profile")

Answer = Response | tuple[str, int]

# Names for machines, and names that only point to others.
_NO_PLACES = ("Etc/", "SystemV/", "posix/", "right/", "US/")


@blp.get("")
@signed_in
def show() -> Answer:
    """Show the profile as a form."""
    user = profile.show(actor())
    values = {name: getattr(user, name) for name in ProfileInput().fields}
    return page(user, Form(ProfileInput(), values))


@blp.post("")
@signed_in
def update() -> Answer:
    """Change the profile."""
    form = Form(ProfileInput())
    if form.submit(profile.update, actor()) is None:
        return page(profile.show(actor()), form)
    done("Saved.")
    return redirect(url_for("profile.show"), 303)


@blp.get("/sample")
@signed_in
def show_sample() -> str:
    """Write an amount and a date in the locale and the currency that were just chosen."""
    form = Form(ProfileInput(only=("locale", "currency")))
    chosen = form.load(request.args) or {}
    return sample(chosen.get("locale", actor().locale), chosen.get("currency", actor().currency))


def page(user: User, form: Form, picture: Form | None = None) -> Answer:
    """Return the page with a form of what a person says, and one of their picture."""
    picture = picture or Form(PictureForm())
    body = render_template(
        "settings/profile.html",
        user=user,
        form=form,
        picture=picture,
        currencies=[(code, f"{code} · {name}") for code, name in currency_names().items()],
        timezones=_with(_timezones(), user.timezone),
        locales=locale_choices(user.locale),
        sample=sample(user.locale, user.currency),
    )
    return body, max(form.status, picture.status)


@cache
def _timezones() -> tuple[str, ...]:
    """Return the time zones that are named after places, and UTC."""
    places = {name for name in available_timezones() if "/" in name}
    return ("UTC", *sorted(name for name in places if not name.startswith(_NO_PLACES)))


def _with(names: tuple[str, ...], chosen: str) -> list[tuple[str, str]]:
    """Return the names as choices; what is chosen is one of them, however rare it is."""
    known = names if chosen in names else (chosen, *names)
    return [(name, name.replace("_", " ")) for name in known]
