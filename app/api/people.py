"""Accounts, as administrators manage them."""

from typing import Any

from flask import Response

from app.api.acting import actor
from app.api.answers import json_response, page_response, precondition
from app.api.blueprint import Blueprint
from app.controllers import people
from app.policies import Permission, needs
from app.schemas.data_exports import ErasureInput
from app.schemas.people import (
    PeoplePageSchema,
    PeopleQuery,
    PersonChanges,
    PersonSchema,
    SignedOutSchema,
)
from app.services.people import Person

blp = Blueprint(
    "api_people", __name__, url_prefix="/api/admin/users", description="Accounts of this instance"
)


@blp.route("", methods=["GET"])
@blp.arguments(PeopleQuery, location="query")
@blp.response(200, PeoplePageSchema)
@needs(Permission.ADMINISTER)
def index(query: dict[str, Any]) -> Response:
    """List accounts; ``q`` looks for words in names and addresses."""
    return page_response(people.list_page(actor(), **query), PersonSchema())


@blp.route("/<id:user_id>", methods=["GET"])
@blp.item(PersonSchema)
@needs(Permission.ADMINISTER)
def show(user_id: int) -> Person:
    """Get an account."""
    return people.show(actor(), user_id)


@blp.route("/<id:user_id>", methods=["PATCH"])
@blp.arguments(PersonChanges)
@blp.item(PersonSchema)
@needs(Permission.ADMINISTER)
def update(data: dict[str, Any], user_id: int) -> Person:
    """Give an account another role, disable or enable it; it counts on the next request.

    Disabling ends every sign-in and token. The last administrator stays one; shutting out oneself
    takes ``confirm``.
    """
    return people.update(actor(), user_id, check=precondition(PersonSchema()), **data)


@blp.route("/<id:user_id>/password-reset", methods=["POST"])
@blp.empty
@needs(Permission.ADMINISTER)
def send_reset(user_id: int) -> None:
    """Mail somebody a link to set a new password."""
    people.send_reset(actor(), user_id)


@blp.route("/<id:user_id>/sign-out", methods=["POST"])
@blp.response(200, SignedOutSchema)
@needs(Permission.ADMINISTER)
def sign_out(user_id: int) -> Response:
    """End every sign-in, personal token and mailed link of somebody."""
    return json_response({"ended": people.sign_out(actor(), user_id)})


@blp.route("/<id:user_id>", methods=["DELETE"])
@blp.arguments(ErasureInput)
@blp.response(202)
@needs(Permission.ADMINISTER)
def delete(data: dict[str, Any], user_id: int) -> Response:
    """Erase somebody and what is only theirs, for good; takes your own password.

    They are out at once, and a job does the rest.
    """
    people.delete(actor(), user_id, **data)
    return Response(status=202)
