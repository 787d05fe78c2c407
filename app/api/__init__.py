"""The JSON adapter: one blueprint per noun under ``/api``, described by its own OpenAPI file."""

from typing import Any

from flask import Flask
from flask_smorest import Api as SmorestApi

from app.api import (
    accounts,
    activities,
    admin,
    api_tokens,
    auth,
    bulk_changes,
    categories,
    docs,
    email_addresses,
    exports,
    imports,
    instance,
    invitations,
    jobs,
    ledgers,
    members,
    passwords,
    payees,
    people,
    pictures,
    privacy,
    profile,
    receipts,
    reconciliations,
    reports,
    rules,
    saved_filters,
    second_factors,
    sessions,
    signing_keys,
    tags,
    transactions,
    transfers,
    user_settings,
)
from app.api.description import Describer
from app.api.problems import ProblemSchema

BLUEPRINTS = (
    auth.blp,
    sessions.blp,
    second_factors.blp,
    api_tokens.blp,
    profile.blp,
    user_settings.blp,
    pictures.blp,
    privacy.blp,
    ledgers.blp,
    members.blp,
    *invitations.BLUEPRINTS,
    accounts.blp,
    reconciliations.blp,
    categories.blp,
    payees.blp,
    tags.blp,
    *transactions.BLUEPRINTS,
    transfers.blp,
    bulk_changes.blp,
    receipts.blp,
    rules.blp,
    saved_filters.blp,
    imports.blp,
    exports.blp,
    activities.blp,
    reports.blp,
    admin.blp,
    people.blp,
    instance.blp,
    jobs.blp,
    email_addresses.blp,
    passwords.blp,
)
_RULES = """Bring your bank statements, know where the money goes.

* Sign in at `/api/auth/login` and send `Authorization: Bearer <access token>`.
* Money is a decimal string with a currency; dates are `YYYY-MM-DD`, instants RFC 3339 in UTC.
* Lists answer pages; follow `next` and `prev`. `ledger_id` names a ledger, by default your own.
* Answers carry an `ETag`: `If-None-Match` answers 304. On PUT, PATCH and DELETE of ledgers,
  accounts, categories, transactions, expenses, rules and saved filters, `If-Match` answers 412
  when somebody changed the thing.
* `Idempotency-Key` on a POST that creates: sent again, it is done once and answered alike.
* Errors are `application/problem+json`, with the faults of each field in `errors`.
"""
_CONFIG: dict[str, Any] = {
    "API_TITLE": "Outlay",
    "API_VERSION": "1",
    "OPENAPI_VERSION": "3.1.0",
    "OPENAPI_URL_PREFIX": "/api",
    "OPENAPI_JSON_PATH": "openapi.json",
    "API_SPEC_OPTIONS": {
        "info": {"description": _RULES},
        "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
        "security": [{"bearer": []}],
    },
}


class Api(SmorestApi):  # type: ignore[misc]
    """The OpenAPI registry; leaves error handling to the one dispatcher."""

    ERROR_SCHEMA = ProblemSchema

    def _register_responses(self) -> None:
        """Describe errors under the content type that they are sent with."""
        usual: str = SmorestApi.DEFAULT_RESPONSE_CONTENT_TYPE
        self.DEFAULT_RESPONSE_CONTENT_TYPE = "application/problem+json"
        super()._register_responses()
        self.DEFAULT_RESPONSE_CONTENT_TYPE = usual

    def _register_error_handlers(self) -> None:
        """Register none: they would answer pages too."""


def init_app(app: Flask) -> None:
    """Register the API's blueprints and their description on ``app``."""
    app.config.update(_CONFIG)
    signing_keys.init_app(app)
    api = Api(app, spec_kwargs={"marshmallow_plugin": Describer()})
    api.register_converter(app.url_map.converters["id"], _id_parameter)
    for blp in BLUEPRINTS:
        api.register_blueprint(blp)
    app.register_blueprint(docs.blp)


def _id_parameter(_converter: object) -> dict[str, Any]:
    return {"type": "integer", "minimum": 1, "maximum": 10**18 - 1}
