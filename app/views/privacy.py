"""Privacy: taking everything along, and leaving for good."""

from flask import Blueprint, Response, redirect, render_template, stream_with_context, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.controllers import data_exports, erasures
from app.core.downloads import attachment
from app.policies import signed_in
from app.schemas.data_exports import ErasureInput
from app.views.acting import actor, end_session, is_htmx
from app.views.forms import Form
from app.views.messages import done

blp = Blueprint("privacy", __name__, url_prefix="/settings/privacy")

Answer = BaseResponse | tuple[str, int]


@blp.get("")
@signed_in
def show() -> str:
    """Show the person's export as it stands, and the way out."""
    template = "settings/_data_export.html" if is_htmx() else "settings/privacy.html"
    return render_template(template, export=data_exports.find(actor()))


@blp.post("/export")
@signed_in
def request_export() -> BaseResponse:
    """Have the zip made."""
    data_exports.request(actor())
    return redirect(url_for("privacy.show"), 303)


@blp.get("/export.zip")
@signed_in
def download() -> Response:
    """Send the zip."""
    export, parts = data_exports.fetch(actor())
    headers = {**attachment("outlay-my-data.zip"), "Content-Length": str(export.size)}
    return Response(stream_with_context(parts), mimetype="application/zip", headers=headers)


@blp.get("/erase")
@signed_in
def confirm_erase() -> Answer:
    """Say what will go, and ask for the password."""
    return _erase_page(Form(ErasureInput()))


@blp.post("/erase")
@signed_in
def erase() -> Answer:
    """Erase the person, and show them out."""
    form = Form(ErasureInput())
    data = form.load()
    if data is None or not form.do(erasures.request, actor(), **data):
        return _erase_page(form)
    end_session()
    done("Your account is gone. What is left of it is being removed.")
    return redirect(url_for("auth.sign_in"), 303)


def _erase_page(form: Form) -> Answer:
    body = render_template("settings/erase.html", form=form, fates=erasures.plan(actor()))
    return body, form.status
