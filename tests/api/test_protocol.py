"""What every call has in common: errors, ids of requests, limits, and doing things once."""

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.factories.callers import Api, expect, problem, refused

ROW = {"type": "expense", "amount": "1"}


# Bodies


@pytest.mark.parametrize(
    "raw",
    [
        " ", "{", "not json", "'{}'", '{"amount": 1,}', '{"type": "expense" "amount": 1}', "\x00",
        '{"amount": NaN}', '{"amount": Infinity}', '{"amount": -Infinity}', b"\xff\xfe{}", b"\x80",
        '{"a": 1} {"b": 2}', "undefined", '{"amount": 01}', '{"amount": +1}', '{"amount": .5}',
    ],
    ids=repr,
)  # fmt: skip
def test_what_is_not_json(api: Api, raw: str | bytes) -> None:
    assert problem(400, api.post("/transactions", raw=raw))["code"] == "unreadable"


@pytest.mark.parametrize("content_type", ["application/json", "text/plain"])
def test_nothing_at_all_is_an_empty_object(api: Api, content_type: str) -> None:
    response = api.post("/transactions", raw="", content_type=content_type)
    refused(response, "type", "amount")


@pytest.mark.parametrize("raw", ["[]", '[{"amount": 1}]', "null", "5", '"text"', "true", "1.5"])
def test_what_is_no_object(api: Api, raw: str) -> None:
    assert problem(400, api.post("/transactions", raw=raw))["code"] == "unreadable"


@pytest.mark.parametrize("opening", ["[", '{"a":', '{"notes":['])
def test_deep_nesting(api: Api, opening: str) -> None:
    response = api.post("/transactions", raw=opening * 100_000)
    problem(400, response)


def test_deep_nesting_that_is_well_formed(api: Api) -> None:
    raw = '{"type": "expense", "amount": 1, "notes": ' + "[" * 500 + "]" * 500 + "}"
    refused(api.post("/transactions", raw=raw), "notes")


def test_a_key_that_comes_twice_is_not_taken_twice(api: Api) -> None:
    response = api.post("/transactions", raw='{"type": "expense", "amount": "1", "amount": "2"}')
    if response.status_code == 201:
        assert api.balance() == f"-{response.get_json()['amount']}"
    else:
        problem(400, response)


def test_a_number_of_a_million_digits(api: Api) -> None:
    raw = '{"type": "expense", "amount": ' + "9" * 100_000 + "}"
    assert api.post("/transactions", raw=raw).status_code in {400, 422}


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain", "application/x-www-form-urlencoded", "application/xml", "text/json",
        "multipart/form-data", "", "nonsense", "application/json-patch",
    ],
)  # fmt: skip
def test_another_content_type(api: Api, content_type: str) -> None:
    response = api.post("/transactions", raw=json.dumps(ROW), content_type=content_type)
    assert problem(415, response)["code"] == "unsupported_media_type"


@pytest.mark.parametrize(
    "content_type",
    ["application/json; charset=utf-8", "APPLICATION/JSON", "application/merge-patch+json"],
)
def test_other_names_of_json(api: Api, content_type: str) -> None:
    response = api.post("/transactions", raw=json.dumps(ROW), content_type=content_type)
    expect(201, response)


@pytest.mark.parametrize("path", ["/transactions", "/imports", "/auth/login", "/accounts"])
def test_a_body_over_the_limit(api: Api, path: str) -> None:
    settings = api.app.extensions["settings"]
    size = settings.max_upload_bytes + 2 * 1024 * 1024
    response = api.post(path, raw=b"0", environ_overrides={"CONTENT_LENGTH": str(size)})
    assert problem(413, response)["code"] == "too_large"


def test_a_form_with_too_many_parts(api: Api) -> None:
    parts: dict[str, Any] = {f"field{number}": "x" for number in range(300)}
    assert api.upload("date\n", **parts).status_code == 413


# Errors


@pytest.mark.parametrize(
    "path", ["/nothing", "/transactions/1/2", "/../etc/passwd", "/transactions/", "/", "", "/%ff"]
)
def test_no_such_address(api: Api, path: str) -> None:
    assert problem(404, api.get(path))["code"] == "not_found"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/transactions", {"GET", "HEAD", "OPTIONS", "POST"}),
        ("PUT", "/accounts", {"GET", "HEAD", "OPTIONS", "POST"}),
        ("GET", "/auth/login", {"OPTIONS", "POST"}),
        ("POST", "/reports/monthly", {"GET", "HEAD", "OPTIONS"}),
        ("POST", "/transactions/1", {"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "PUT"}),
        ("PUT", "/imports/1", {"DELETE", "GET", "HEAD", "OPTIONS", "PATCH"}),
        ("TRACE", "/transactions", {"GET", "HEAD", "OPTIONS", "POST"}),
    ],
)
def test_a_method_that_is_not_there(api: Api, method: str, path: str, allowed: set[str]) -> None:
    response = api.request(method, path)
    assert problem(405, response)["code"] == "method_not_allowed"
    assert {one.strip() for one in response.headers["Allow"].split(",")} == allowed


def test_errors_are_problems_even_where_nobody_is_signed_in(api: Api) -> None:
    api.token = None
    problem(404, api.get("/nothing"))
    problem(401, api.post("/transactions", raw="{"))


def test_a_fault_of_our_own_gives_nothing_away(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("the secret of the house")

    monkeypatch.setattr("app.controllers.transactions.list_page", fail)
    api.app.testing = False
    try:
        response = api.get("/transactions")
    finally:
        api.app.testing = True
    assert "secret" not in response.text
    assert problem(500, response)["code"] == "internal_server_error"


# Ids of requests, and headers


def test_every_answer_carries_the_id_of_its_request(api: Api) -> None:
    first, second = (api.get("/accounts").headers["X-Request-ID"] for _ in range(2))
    assert first != second
    assert len(first) >= 16


@pytest.mark.parametrize("given", ["abc-123", "A" * 64, "a.b_c"])
def test_a_given_id_is_kept(api: Api, given: str) -> None:
    response = api.get("/nothing", headers={"X-Request-ID": given})
    assert problem(404, response)["request_id"] == given


@pytest.mark.parametrize("given", ["", "a" * 65, "a b", "<script>", "ä", "a;b", "a\tb"])
def test_a_strange_id_is_replaced(api: Api, given: str) -> None:
    response = api.get("/accounts", headers={"X-Request-ID": given})
    assert response.headers["X-Request-ID"] not in {given, ""}


def test_headers_that_keep_answers_safe(api: Api) -> None:
    headers = api.get("/accounts").headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "private, no-cache"
    token = api.post("/auth/login", {"email": "x", "password": "y"}).headers
    assert token["Cache-Control"] == "no-store"


def test_a_head_is_a_get_without_its_body(api: Api) -> None:
    head, get = api.request("HEAD", "/accounts"), api.get("/accounts")
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["ETag"] == get.headers["ETag"]


def test_the_description_is_open_to_everybody(api: Api) -> None:
    api.token = None
    assert api.read("/openapi.json")["openapi"].startswith("3.1")


# Done once

CREATE: dict[str, Callable[[Api, str], TestResponse]] = {
    "transactions": lambda api, key: _keyed(api, "/transactions", ROW, key),
    "expenses": lambda api, key: _keyed(api, "/expenses", {"amount": "1"}, key),
    "accounts": lambda api, key: _keyed(api, "/accounts", {"name": "Wallet"}, key),
    "categories": lambda api, key: _keyed(api, "/categories", {"name": "Fun"}, key),
    "imports": lambda api, key: api.upload("date;amount\n", headers={"Idempotency-Key": key}),
}


def _keyed(api: Api, path: str, body: Any, key: str) -> TestResponse:
    return api.post(path, body, headers={"Idempotency-Key": key})


@pytest.mark.parametrize("path", CREATE)
def test_the_same_request_is_done_once(api: Api, path: str) -> None:
    before = len(api.read(f"/{path}")["items"])
    first, second = CREATE[path](api, "key"), CREATE[path](api, "key")
    assert first.status_code in {201, 202}
    assert second.status_code == first.status_code
    assert second.get_json() == first.get_json()
    assert second.headers["Location"] == first.headers["Location"]
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert len(api.read(f"/{path}")["items"]) == before + 1


def test_another_request_with_the_same_key_is_refused(api: Api) -> None:
    expect(201, _keyed(api, "/transactions", ROW, "key"))
    refused(_keyed(api, "/transactions", {**ROW, "amount": "2"}, "key"), "Idempotency-Key")
    refused(_keyed(api, "/expenses", {"amount": "1"}, "key"), "Idempotency-Key")
    assert api.balance() == "-1.00"


def test_another_file_with_the_same_key_is_refused(api: Api) -> None:
    expect(202, api.upload("date;amount\n", headers={"Idempotency-Key": "key"}))
    answer = api.upload("date;amount\n1;1\n", headers={"Idempotency-Key": "key"})
    refused(answer, "Idempotency-Key")
    assert len(api.read("/imports")["items"]) == 1


def test_keys_are_everybodys_own(api: Api, other: Api) -> None:
    mine = expect(201, _keyed(api, "/transactions", ROW, "key"))
    theirs = expect(201, _keyed(other, "/transactions", ROW, "key"))
    assert mine["id"] != theirs["id"]


def test_a_refused_request_may_be_tried_again(api: Api) -> None:
    refused(_keyed(api, "/transactions", {**ROW, "amount": "x"}, "key"), "amount")
    expect(201, _keyed(api, "/transactions", ROW, "key"))


@pytest.mark.parametrize("key", ["", "x" * 256, "ä", "a\x7fb"])
def test_what_is_no_key(api: Api, key: str) -> None:
    refused(_keyed(api, "/transactions", ROW, key), "Idempotency-Key")


def test_the_answer_is_kept_even_when_the_row_changes(api: Api) -> None:
    first = expect(201, _keyed(api, "/transactions", ROW, "key"))
    api.delete(f"/transactions/{first['id']}")
    assert expect(201, _keyed(api, "/transactions", ROW, "key")) == first
    assert api.rows() == []


def test_ten_at_once_are_done_once(app: Flask, api: Api) -> None:
    answers: list[TestResponse] = []
    start = threading.Barrier(10)

    def send() -> None:
        caller = Api(app, api.person)
        start.wait()
        answers.append(_keyed(caller, "/transactions", ROW, "key"))

    _all_at_once([send] * 10)
    assert {answer.status_code for answer in answers} <= {201, 409}
    made = [answer.get_json()["id"] for answer in answers if answer.status_code == 201]
    assert len(set(made)) == 1
    assert (len(api.rows()), api.balance()) == (1, "-1.00")


def _all_at_once(calls: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=call) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_no_update_is_lost(app: Flask, api: Api) -> None:
    """Many at once, on one account: the balance is the sum of what was answered with 201."""
    start = threading.Barrier(6)
    statuses: list[int] = []

    def send(number: int) -> None:
        caller = Api(app, api.person)
        start.wait()
        for cents in range(1, 9):
            body = {"type": "expense", "amount": f"{number}.0{cents}", "date": "2026-01-02"}
            statuses.append(caller.post("/transactions", body).status_code)

    _all_at_once([lambda n=n: send(n) for n in range(1, 7)])  # type: ignore[misc]
    assert statuses == [201] * 48
    total = sum(number * 100 + cents for number in range(1, 7) for cents in range(1, 9))
    assert api.balance() == f"-{total // 100}.{total % 100:02d}"
    month = api.read("/reports/monthly", year=2026, month=1)["totals"]
    assert (month["spent"], month["count"]) == (api.balance()[1:], 48)


def test_of_two_changes_at_once_neither_breaks_the_balance(app: Flask, api: Api) -> None:
    path = f"/transactions/{api.spend('1.00')['id']}"
    start = threading.Barrier(6)
    statuses: list[int] = []

    def change(number: int) -> None:
        caller = Api(app, api.person)
        start.wait()
        statuses.append(caller.patch(path, {"amount": f"{number}.00"}).status_code)

    _all_at_once([lambda n=n: change(n) for n in range(2, 8)])  # type: ignore[misc]
    assert set(statuses) <= {200, 412}
    assert 200 in statuses
    assert api.balance() == f"-{api.read(path)['amount']}"
