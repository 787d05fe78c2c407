"""How errors look, for the API's description."""

from marshmallow import Schema, fields


class ProblemSchema(Schema):
    """An error, as RFC 9457 problem details."""

    type = fields.String()
    title = fields.String()
    status = fields.Integer()
    detail = fields.String()
    code = fields.String()
    errors = fields.Dict(keys=fields.String(), values=fields.List(fields.String()))
    request_id = fields.String()
