"""The kind of blueprint every noun of the API uses."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response
from flask_smorest import Blueprint as SmorestBlueprint
from marshmallow import Schema

from app.api.acting import actor, guard
from app.api.answers import item_response, not_modified, revision_tag
from app.api.parsing import Parser
from app.controllers import ledgers
from app.policies import PUBLIC, access_of

Handler = Callable[..., Any]


class Blueprint(SmorestBlueprint):  # type: ignore[misc]
    """A flask-smorest blueprint that demands a token and whose answers carry entity tags."""

    ARGUMENTS_PARSER = Parser()
    DEFAULT_LOCATION_CONTENT_TYPE_MAPPING = (
        SmorestBlueprint.DEFAULT_LOCATION_CONTENT_TYPE_MAPPING | {"upload": "multipart/form-data"}
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.before_request(guard)

    def arguments(self, schema: type[Schema] | Schema, **options: Any) -> Any:
        """Give the handler what ``schema`` loads; made once, not for every request."""
        made = schema() if isinstance(schema, type) else schema
        return super().arguments(made, **options)

    def route(self, rule: str, **options: Any) -> Callable[[Handler], Handler]:
        """Register a view under a name of its own, and say who may call it and what it answers."""
        register = super().route(rule, **options)

        def decorate(view: Handler) -> Handler:
            noun = self.name.removeprefix("api_")
            facts: dict[str, Any] = {"operationId": f"{noun}_{view.__name__}"}
            said = getattr(view, "_apidoc", {}).get("manual_doc", {})
            if access_of(view) == PUBLIC and "security" not in said:
                facts["security"] = []
            if "GET" in options["methods"]:
                facts["responses"] = {"304": {"description": "Not Modified"}}
            registered: Handler = register(self.doc(**facts)(view))
            return registered

        return decorate

    def item(self, schema: type[Schema], status: int = 200) -> Callable[[Handler], Handler]:
        """Answer with what the handler returns, dumped by ``schema``, with a strong ETag."""
        dumper = schema()

        def decorate(handler: Handler) -> Handler:
            @wraps(handler)
            def wrapper(*args: Any, **kwargs: Any) -> Response:
                return item_response(dumper, handler(*args, **kwargs), status)

            documented: Handler = self.response(status, schema)(wrapper)
            return documented

        return decorate

    def empty(self, handler: Handler) -> Handler:
        """Answer 204 once the handler has done its work."""

        @wraps(handler)
        def wrapper(*args: Any, **kwargs: Any) -> Response:
            handler(*args, **kwargs)
            return Response(status=204)

        documented: Handler = self.response(204)(wrapper)
        return documented


def revisioned(handler: Handler) -> Handler:
    """Tag a list or report by its ledger's revision; answer 304 without asking for its rows.

    The handler takes its query as a dict with an optional ``ledger_id``.
    """

    @wraps(handler)
    def wrapper(query: dict[str, Any], *args: Any, **kwargs: Any) -> Response:
        ledger_id = query.get("ledger_id")
        scope = actor().ledger if ledger_id is None else ledgers.show(actor(), ledger_id)
        tag = revision_tag(scope)
        response = not_modified(tag)
        if response is None:
            response = handler(query, *args, **kwargs)
            response.set_etag(tag, weak=True)
        return response

    return wrapper
