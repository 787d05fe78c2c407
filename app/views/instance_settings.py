"""Settings of the instance, changed while it runs."""

from zoneinfo import available_timezones

from flask import Blueprint, current_app, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app import smtp
from app.controllers import instance_settings
from app.policies import Permission, needs
from app.schemas.instance_settings import InstanceSettingsInput
from app.views.acting import actor
from app.views.formatting import currency_names
from app.views.forms import Form
from app.views.locales import locale_choices
from app.views.messages import done
from config import Settings

blp = Blueprint("instance_settings", __name__, url_prefix="/admin/settings")

Answer = Response | tuple[str, int]

MODES = {
    "open": "Anybody who finds this Outlay",
    "invite": "People with an invitation",
    "closed": "Nobody",
}


@blp.get("")
@needs(Permission.ADMINISTER)
def show() -> Answer:
    """Show the settings; a field left empty counts as the environment says."""
    found = instance_settings.show(actor(), _mode())
    here = {one.name: one.value for one in found if one.source == "here"}
    return _page(Form(InstanceSettingsInput(), here))


@blp.post("")
@needs(Permission.ADMINISTER)
def update() -> Answer:
    """Change the settings."""
    form = Form(InstanceSettingsInput())
    data = form.load()
    if data is None or not form.do(instance_settings.update, actor(), **data):
        return _page(form)
    done("Saved. It counts from now on.")
    return redirect(url_for("instance_settings.show"), 303)


def _page(form: Form) -> tuple[str, int]:
    found = {one.name: one for one in instance_settings.show(actor(), _mode())}
    page = render_template(
        "admin/settings.html",
        form=form,
        settings=found,
        modes=MODES,
        leaves=smtp.leaves_by_server(),
        folder=smtp.folder(),
        currencies=[(code, f"{code} · {name}") for code, name in currency_names().items()],
        timezones=[(name, name.replace("_", " ")) for name in sorted(available_timezones())],
        locales=locale_choices(str(form.values.get("locale") or found["locale"].value)),
    )
    return page, form.status


def _mode() -> str:
    settings: Settings = current_app.extensions["settings"]
    return settings.registration
