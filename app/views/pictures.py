"""A person's picture: sent with the profile, shown wherever the person is named."""

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.controllers import pictures, profile
from app.core.errors import Invalid
from app.http import picture_response
from app.policies import signed_in
from app.schemas.pictures import PictureForm
from app.schemas.profile import ProfileInput
from app.views.acting import actor
from app.views.forms import Form
from app.views.messages import done
from app.views.profile import page

blp = Blueprint("pictures", __name__)


@blp.get("/pictures/<id:user_id>")
@signed_in
def show(user_id: int) -> Response:
    """Send a person's picture, to themselves only."""
    return picture_response(pictures.show(actor(), user_id).content)


@blp.post("/settings/profile/picture")
@signed_in
def replace() -> BaseResponse | tuple[str, int]:
    """Take the picture that was sent."""
    form = Form(PictureForm())
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        form.refuse(Invalid(errors={"file": ["Choose a file first."]}))
    elif form.call(pictures.replace, actor(), content=upload.read()):
        done("This is your picture now.")
        return redirect(url_for("profile.show"), 303)
    user = profile.show(actor())
    values = {name: getattr(user, name) for name in ProfileInput().fields}
    return page(user, Form(ProfileInput(), values), form)


@blp.post("/settings/profile/picture/delete")
@signed_in
def delete() -> BaseResponse:
    """Remove the picture."""
    pictures.delete(actor())
    done("Your picture is removed.")
    return redirect(url_for("profile.show"), 303)
