"""Reading requests: what cannot be read is 400, of another kind 415, not acceptable 422."""

from typing import Any, NoReturn

import flask
from marshmallow import Schema, ValidationError
from webargs.core import missing
from webargs.flaskparser import FlaskParser
from werkzeug.datastructures import CombinedMultiDict
from werkzeug.exceptions import UnsupportedMediaType

from app.core.errors import Invalid, Unreadable
from app.schemas.messages import flat_errors


class Parser(FlaskParser):
    """A webargs parser that speaks in Outlay's errors and refuses unknown fields everywhere."""

    DEFAULT_UNKNOWN_BY_LOCATION = dict.fromkeys(
        ("json", "form", "query", "files", "headers", "cookies", "view_args", "path", "upload")
    )
    __location_map__ = FlaskParser.__location_map__ | {"upload": "load_upload"}

    def load_json(self, req: flask.Request, schema: Schema) -> Any:
        """Return the request's JSON object; an empty body is an empty object."""
        data = req.get_data(cache=True)
        if not data:
            return missing
        if not req.is_json:
            raise UnsupportedMediaType("Send JSON, as application/json.")
        try:
            body = flask.current_app.json.loads(data)
        except (ValueError, RecursionError) as error:
            raise Unreadable("The body is not valid JSON.") from error
        if not isinstance(body, dict):
            raise Unreadable("The body has to be a JSON object.")
        return body

    def load_upload(self, req: flask.Request, schema: Schema) -> Any:
        """Return the fields and files of a multipart form."""
        return self._makeproxy(CombinedMultiDict([req.form, req.files]), schema)

    def handle_error(self, error: ValidationError, *_: Any, **__: Any) -> NoReturn:
        """Say which fields are wrong, and why."""
        by_location: Any = error.messages
        raise Invalid(errors=flat_errors(*by_location.values())) from error
