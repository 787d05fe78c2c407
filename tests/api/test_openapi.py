"""The API does what its description says, whatever is sent to it."""

import re
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


def _fill(api: Api) -> dict[str, Any]:
    """Make one of everything; returns the ids by the names they have in paths."""
    row_id = int(api.spend("1.00", description="something", payee="Baker", tags=["tea"])["id"])
    agreed = {"date": "2026-01-31", "balance": "0"}
    reconciliations = f"/accounts/{api.person.account_id}/reconciliations"
    statement = "date,description,amount,currency,category,account\n2026-01-02,Bread,-3.50,EUR,,\n"
    return {
        "ledger_id": api.person.ledger_id,
        "account_id": api.person.account_id,
        "category_id": api.category("Fun"),
        "transaction_id": row_id,
        "payee_id": api.read("/payees")["items"][0]["id"],
        "tag_id": api.read("/tags")["items"][0]["id"],
        "rule_id": api.add("/rules", RULE)["id"],
        "reconciliation_id": api.add(reconciliations, agreed)["id"],
        "bulk_change_id": api.add("/bulk-changes", {"ids": [row_id], "set": {"notes": "x"}})["id"],
        "saved_filter_id": api.add("/saved-filters", name="Tea", filters={"q": "tea"})["id"],
        "receipt_id": api.attach(row_id, picture("PNG", (8, 8)))["id"],
        "import_id": api.upload(statement).get_json()["id"],
        "session_id": api.read("/auth/sessions")["items"][0]["id"],
        "token_id": api.add("/user/tokens", name="Backup", scopes=["read"])["id"],
        **_halves(api),
        **_of_instance(api),
        "member_id": api.add(f"/ledgers/{api.person.ledger_id}/members", name="Grandma")["id"],
    }


def _halves(api: Api) -> dict[str, Any]:
    """Make a transfer that was joined of two rows, and two rows that are said to be none."""
    accounts = {
        "expense": api.person.account_id,
        "income": api.add("/accounts", name="Savings")["id"],
    }
    pairs = [
        {
            f"{kind}_id": api.add("/transactions", type=kind, amount="2", account_id=account_id)[
                "id"
            ]
            for kind, account_id in accounts.items()
        }
        for _ in range(2)
    ]
    transfer = api.add("/transfers/matches", pairs[0])
    return {"transfer_id": transfer["id"], **api.add("/transfers/matches/refusals", pairs[1])}


def _of_instance(api: Api) -> dict[str, Any]:
    """Make what administrators manage: somebody else, a mail that failed, a job that waits."""
    with api.app.app_context(), unit_of_work() as work:
        mail = Mail(kind="verify_email", recipient="x@example.com", status="failed")
        work.session.add(mail)
        work.session.flush()
        queue.enqueue("app.jobs.mails.send", mail.id, name="one")
        mail_id = mail.id
    return {"user_id": person(api.app).id, "mail_id": mail_id, "job_id": "one"}


def _invitation(operation: Any, api: Api) -> dict[str, int]:
    """Make an invitation of the kind that an operation is about."""
    if "/ledgers/" not in operation.path:
        return {"invitation_id": invitation(api.app)}
    path = f"/ledgers/{api.person.ledger_id}/invitations"
    return {"invitation_id": api.add(path, role="viewer")["id"]}


def _try(operation: Any, api: Api, mode: GenerationMode, examples: int) -> int:
    ids = _fill(api) | _invitation(operation, api)
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
