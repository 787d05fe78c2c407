"""People as administrators see them."""

from marshmallow import Schema, fields, validate

from app.models.users import ROLES
from app.schemas.base import Input
from app.schemas.fields import Instant, Text
from app.schemas.paging import PageQuery, page_schema_fields

PEOPLE_STATES = ("active", "disabled", "unverified")
PEOPLE_SORTS = ("email", "-email", "registered", "-registered", "seen", "-seen")


class PeopleQuery(PageQuery):
    """Which people, by name, address, role and state, and in which order."""

    class Meta(PageQuery.Meta):
        """By number only, and of no ledger."""

        exclude = ("ledger_id", "cursor")

    q = Text(longest=200)
    role = fields.String(validate=validate.OneOf(ROLES))
    state = fields.String(validate=validate.OneOf(PEOPLE_STATES))
    sort = fields.String(validate=validate.OneOf(PEOPLE_SORTS))

    sorts = PEOPLE_SORTS


class PersonChanges(Input):
    """What administrators change of an account; ``confirm`` where that shuts out themselves."""

    role = fields.String(validate=validate.OneOf(ROLES))
    is_active = fields.Boolean()
    confirm = fields.Boolean()


class PersonSchema(Schema):
    """An account; ``ledgers`` is how many there are, and all that is told of them."""

    id = fields.Integer()
    email = fields.String()
    name = fields.String()
    role = fields.String(metadata={"enum": list(ROLES)})
    is_active = fields.Boolean()
    is_verified = fields.Boolean()
    is_being_erased = fields.Boolean()
    has_second_factor = fields.Boolean()
    created_at = Instant()
    last_seen_at = Instant(allow_none=True)
    ledgers = fields.Integer()


class SignedOutSchema(Schema):
    """How many sign-ins and tokens were ended."""

    ended = fields.Integer()


PeoplePageSchema = Schema.from_dict(
    {"items": fields.List(fields.Nested(PersonSchema)), **page_schema_fields()},
    name="PeoplePage",
)
