"""What the API's description says of the field types that are our own."""

from typing import Any, cast

from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.common import resolve_schema_cls
from marshmallow import Schema

from app.schemas.base import Input
from app.schemas.fields import Amount, Instant
from app.schemas.imports import JsonObject

_AMOUNT = r"^-?[0-9]{1,18}(\.[0-9]{1,6})?$"
_POSITIVE = r"^[0-9]{1,13}(\.[0-9]{1,3})?$"


class Describer(MarshmallowPlugin):
    """Turns schemas into their description."""

    def __init__(self) -> None:
        super().__init__(schema_name_resolver=_schema_name)

    def init_spec(self, spec: Any) -> None:
        """Add the field types of our own."""
        super().init_spec(spec)
        converter: Any = self.converter
        converter.map_to_openapi_type(Amount, "string", None)
        converter.map_to_openapi_type(Instant, "string", "date-time")
        converter.map_to_openapi_type(JsonObject, "object", None)
        converter.add_attribute_function(_amount)


def _amount(_converter: object, field: Any, ret: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Say how an amount is written; requests may send a number as well."""
    if not isinstance(field, Amount):
        return {}
    facts: dict[str, Any] = {"pattern": _POSITIVE if field.positive else _AMOUNT}
    if isinstance(field.parent, Input):
        given = ret["type"] if isinstance(ret["type"], list) else [ret["type"]]
        facts["type"] = [*given, "number"]
    return facts


def _schema_name(schema: Any) -> str:
    """Name a schema after its class; one whose fields may all be left out is a patch."""
    cls = cast(type[Schema], resolve_schema_cls(schema))
    name = cls.__name__.removesuffix("Schema")
    return f"{name}Patch" if isinstance(schema, Schema) and schema.partial else name
