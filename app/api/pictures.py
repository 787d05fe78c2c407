"""A person's picture."""

from typing import Any

from flask import Response
from werkzeug.datastructures import FileStorage

from app.api.acting import actor
from app.api.blueprint import Blueprint
from app.controllers import pictures
from app.core.errors import Invalid
from app.http import picture_response
from app.policies import signed_in
from app.schemas.pictures import PictureRequest

blp = Blueprint("api_pictures", __name__, url_prefix="/api/user/picture", description="Yourself")

_WEBP = {"type": "string", "format": "binary"}


@blp.route("", methods=["GET"])
@signed_in
@blp.response(200, _WEBP, content_type="image/webp")
def show() -> Response:
    """Get your picture: 256 by 256 pixels, WebP."""
    return picture_response(pictures.show(actor()).content)


@blp.route("", methods=["PUT"])
@signed_in
@blp.arguments(PictureRequest, location="upload")
@blp.empty
def replace(data: dict[str, Any]) -> None:
    """Send your picture as the multipart field ``file``: PNG, JPEG, WebP or GIF, at most 5 MB."""
    file = data["file"]
    if not isinstance(file, FileStorage):
        raise Invalid(errors={"file": ["Send the picture as a file, with a file name."]})
    pictures.replace(actor(), file.read())


@blp.route("", methods=["DELETE"])
@signed_in
@blp.empty
def delete() -> None:
    """Remove your picture."""
    pictures.delete(actor())
