"""The API does what its description says, whatever is sent to it."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy import update

from app.core import queue
from app.core.uow import unit_of_work
from app.models.mails import Mail
from app.models.users import User
from tests.factories.callers import Api
from tests.factories.fixtures import Caller
from tests.factories.invitations import invitation
from tests.factories.people import person
from tests.factories.pictures import picture

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = 8
SLOW = {"auth_register": 3, "auth_login": 3}  # hashing a password is slow on purpose
OF_ADMINISTRATORS = ("admin_", "people_", "instance_", "jobs_")
METHODS = {"get", "post", "put", "patch", "delete"}

STATEMENT = "date,description,amount,currency,category,account\n2026-01-02,Bread,-3.50,EUR,,\n"
RULE = {
    "name": "Bread",
    "conditions": [{"field": "amount", "operator": "at_least", "value": "0"}],
    "actions": [{"action": "add_tag", "value": "bread"}],
}


def _operations(api: Api) -> list[Any]:
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", api.app)
    return [found.ok() for found in schema.get_all_operations()]  # type: ignore[union-attr]


def _name(operation: Any) -> str:
    return str(operation.definition.raw["operationId"])


def _ids(operation: Any, api: Api) -> dict[str, Any]:
    """Make one of everything that an operation names; returns the ids by their names in its path.

    There is a row in any case, so that lists are not empty.
    """
    row_id = int(api.spend("1.00", description="something", payee="Baker", tags=["tea"])["id"])
    named = re.findall(r"{(\w+)}", operation.path)
    found: dict[str, Any] = {}
    for name in named:
        if name == "invitation_id":
            found[name] = _invitation(operation, api)
        elif name not in found:
            made = MAKERS[name](api, row_id)
            found |= made if isinstance(made, dict) else {name: made}
    return {name: found[name] for name in named}


def _reconciliation(api: Api, _: int) -> dict[str, Any]:
    account_id = api.person.account_id
    said = {"date": "2026-01-31", "balance": "0"}
    made = api.add(f"/accounts/{account_id}/reconciliations", said)
    return {"account_id": account_id, "reconciliation_id": made["id"]}


def _import(api: Api, _: int) -> Any:
    return api.upload(STATEMENT).get_json()["id"]


def _pair(api: Api) -> dict[str, Any]:
    """Make money out of one account and money into another one."""
    other = api.add("/accounts", name="Savings")["id"]
    return {
        "expense_id": api.spend("2", account_id=api.person.account_id)["id"],
        "income_id": api.earn("2", account_id=other)["id"],
    }


def _bulk_change(api: Api, row_id: int) -> Any:
    return api.add("/bulk-changes", {"ids": [row_id], "set": {"notes": "x"}})["id"]


def _mail(api: Api, _: int) -> int:
    with api.app.app_context(), unit_of_work() as work:
        mail = Mail(kind="verify_email", recipient="x@example.com", status="failed")
        work.session.add(mail)
        work.session.flush()
        return mail.id


def _job(api: Api, _: int) -> str:
    with api.app.app_context():
        queue.enqueue("app.jobs.mails.send", 1, name="one")
    return "one"


def _invitation(operation: Any, api: Api) -> int:
    """Make an invitation of the kind that an operation is about."""
    if "/ledgers/" not in operation.path:
        return invitation(api.app)
    path = f"/ledgers/{api.person.ledger_id}/invitations"
    return int(api.add(path, role="viewer")["id"])


MAKERS: dict[str, Callable[[Api, int], Any]] = {
    "ledger_id": lambda api, _: api.person.ledger_id,
    "account_id": lambda api, _: api.person.account_id,
    "category_id": lambda api, _: api.category("Fun"),
    "transaction_id": lambda _, row_id: row_id,
    "payee_id": lambda api, _: api.read("/payees")["items"][0]["id"],
    "tag_id": lambda api, _: api.read("/tags")["items"][0]["id"],
    "rule_id": lambda api, _: api.add("/rules", RULE)["id"],
    "reconciliation_id": _reconciliation,
    "bulk_change_id": _bulk_change,
    "saved_filter_id": lambda api, _: api.add("/saved-filters", name="Tea", filters={"q": "tea"})[
        "id"
    ],
    "receipt_id": lambda api, row_id: api.attach(row_id, picture("PNG", (8, 8)))["id"],
    "import_id": _import,
    "session_id": lambda api, _: api.read("/auth/sessions")["items"][0]["id"],
    "token_id": lambda api, _: api.add("/user/tokens", name="Backup", scopes=["read"])["id"],
    "transfer_id": lambda api, _: api.add("/transfers/matches", _pair(api))["id"],
    "expense_id": lambda api, _: api.add("/transfers/matches/refusals", _pair(api)),
    "member_id": lambda api, _: api.add(f"/ledgers/{api.person.ledger_id}/members", name="Gran")[
        "id"
    ],
    "user_id": lambda api, _: person(api.app).id,
    "mail_id": _mail,
    "job_id": _job,
}
"""What makes a thing, by the name that its id has in paths: the id, or several by their names."""


def _try(operation: Any, api: Api, mode: GenerationMode, examples: int) -> int:
    ids = _ids(operation, api)
    answered: list[int] = []

    @settings(
        max_examples=examples, derandomize=True, deadline=None, database=None,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode))
    def attempt(case: Any) -> None:
        if len(answered) % 2:  # every other time an id that exists
            case.path_parameters = {name: ids[name] for name in case.path_parameters or {}}
        headers = {"Authorization": f"Bearer {api.token}"}
        response = case.call(headers=headers)
        case.validate_response(response, checks=CHECKS, headers=headers)
        answered.append(response.status_code)

    attempt()
    return len(answered)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_every_operation_keeps_to_its_description(caller: Caller, mode: GenerationMode) -> None:
    api = caller()
    tried = 0
    for operation in _operations(api):
        api = caller()  # signing out is among the operations
        tried += _try(operation, api, mode, SLOW.get(_name(operation), EXAMPLES))
    assert tried > 100


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_operations_of_administrators_keep_to_their_description(
    caller: Caller, mode: GenerationMode
) -> None:
    tried = 0
    for operation in _operations(caller()):
        if _name(operation).startswith(OF_ADMINISTRATORS):
            tried += _try(operation, _admin(caller()), mode, EXAMPLES)
    assert tried > 20


def _admin(api: Api) -> Api:
    with api.app.app_context(), unit_of_work() as work:
        work.session.execute(update(User).where(User.id == api.person.id).values(role="admin"))
    return api


def test_the_description_lists_every_route(api: Api) -> None:
    described = {
        (path, method)
        for path, operations in api.read("/openapi.json")["paths"].items()
        for method in operations.keys() & METHODS
    }
    routed = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in api.app.url_map.iter_rules()
        if rule.rule.startswith("/api/") and rule.rule not in {"/api/openapi.json", "/api/docs"}
        for method in rule.methods or ()
        if method.lower() in METHODS
    }
    assert described == routed


def test_every_operation_has_a_name_of_its_own(api: Api) -> None:
    names = [
        operation["operationId"]
        for operations in api.read("/openapi.json")["paths"].values()
        for method, operation in operations.items()
        if method in METHODS
    ]
    assert len(names) == len(set(names))


def test_errors_are_described_as_problems(api: Api) -> None:
    answers = api.read("/openapi.json")["components"]["responses"]
    assert set(answers["DEFAULT_ERROR"]["content"]) == {"application/problem+json"}


def test_a_file_is_described_as_a_file(api: Api) -> None:
    document = api.read("/openapi.json")
    (kind,) = document["paths"]["/api/imports"]["post"]["requestBody"]["content"]
    assert kind == "multipart/form-data"
    file = document["components"]["schemas"]["UploadRequest"]["properties"]["file"]
    assert file == {"type": "string", "format": "binary"}


def test_security_is_described_as_it_is(api: Api) -> None:
    document = api.read("/openapi.json")
    assert document["security"] == [{"bearer": []}]
    for path in ("register", "login"):
        assert document["paths"][f"/api/auth/{path}"]["post"]["security"] == []
