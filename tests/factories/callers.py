"""A caller of the API: signed in, brief to write, honest about what comes back."""

import json
from io import BytesIO
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from tests.factories.people import Person

Body = dict[str, Any]


class Api:
    """Calls paths under ``/api`` with a person's access token, without any cookie."""

    def __init__(self, app: Flask, person: Person) -> None:
        self.app = app
        self.person = person
        self.token: str | None = person.access_token
        self._client = app.test_client(use_cookies=False)

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        raw: str | bytes | None = None,
        headers: dict[str, str] | None = None,
        **options: Any,
    ) -> TestResponse:
        """Send ``body`` as JSON, or ``raw`` as it is under the name of JSON."""
        if raw is not None or body is not None:
            options["data"] = json.dumps(body) if raw is None else raw
            options.setdefault("content_type", "application/json")
        bearer = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        whole = path if path.startswith("/api/") else f"/api{path}"
        return self._client.open(
            whole, method=method, headers={**bearer, **(headers or {})}, **options
        )

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.request("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> TestResponse:
        return self.request("POST", path, body, **options)

    def put(self, path: str, body: Any = None, **options: Any) -> TestResponse:
        return self.request("PUT", path, body, **options)

    def patch(self, path: str, body: Any = None, **options: Any) -> TestResponse:
        return self.request("PATCH", path, body, **options)

    def delete(self, path: str, **options: Any) -> TestResponse:
        return self.request("DELETE", path, **options)

    # What most tests begin with

    def read(self, path: str, **query: Any) -> Body:
        """Return the JSON of an answer that has to be 200."""
        return expect(200, self.get(path, query_string=query or None))

    def add(self, path: str, body: Body | None = None, **fields: Any) -> Body:
        """Create something, which has to work; returns it."""
        return expect(201, self.post(path, {**(body or {}), **fields}))

    def spend(self, amount: str, **fields: Any) -> Body:
        """Record an expense, by default from the person's only account."""
        return self.add("/transactions", type="expense", amount=amount, **fields)

    def earn(self, amount: str, **fields: Any) -> Body:
        """Record an income, by default to the person's only account."""
        return self.add("/transactions", type="income", amount=amount, **fields)

    def balance(self, account_id: int | None = None) -> str:
        """Return the balance of an account, by default of the person's first."""
        account_id = account_id or self.person.account_id
        return str(self.read(f"/accounts/{account_id}/balance")["balance"])

    def category(self, name: str, **fields: Any) -> int:
        """Add a category; returns its id."""
        return int(self.add("/categories", name=name, **fields)["id"])

    def starter(self, name: str) -> int:
        """Return the id of a category of the starter set."""
        items = self.read("/categories")["items"]
        return next(int(one["id"]) for one in items if one["name"] == name)

    def rows(self, path: str = "/transactions", **query: Any) -> list[Body]:
        """Return every row of a list, following its cursors from the first page."""
        page = self.read(path, **{"per_page": 200, **query})
        found = list(page["items"])
        while page["next"]:
            page = self.read(page["next"])
            found += page["items"]
        return found

    def upload(
        self,
        content: bytes | str,
        *,
        name: str = "statement.csv",
        headers: dict[str, str] | None = None,
        query: str = "",
        **fields: Any,
    ) -> TestResponse:
        """Send a statement; ``fields`` go into the form beside it, objects as JSON."""
        data = {k: json.dumps(v) if isinstance(v, dict) else str(v) for k, v in fields.items()}
        whole = content.encode() if isinstance(content, str) else content
        return self.send_file(f"/imports{query}", whole, name, headers, data)

    def send_file(
        self,
        path: str,
        content: bytes,
        name: str,
        headers: dict[str, str] | None = None,
        data: dict[str, str] | None = None,
    ) -> TestResponse:
        """Send a file as the field ``file`` of a form."""
        response = self.request(
            "POST",
            path,
            headers=headers,
            data={**(data or {}), "file": (BytesIO(content), name)},
            content_type="multipart/form-data",
        )
        response.request.environ["wsgi.input"].close()  # a temporary file, where it is large
        return response

    def attach(self, transaction_id: int, content: bytes, name: str = "receipt.png") -> Body:
        """Add a receipt to a row, which has to work; returns it."""
        path = f"/transactions/{transaction_id}/receipts"
        return expect(201, self.send_file(path, content, name))


def expect(status: int, response: TestResponse) -> Body:
    """Return an answer's JSON, having held its status against what was expected."""
    assert response.status_code == status, f"{response.status_code}: {response.text[:1000]}"
    body: Body = response.get_json()
    return body


def problem(status: int, response: TestResponse) -> Body:
    """Return the problem document of an answer, having held its shape against RFC 9457."""
    body = expect(status, response)
    assert response.mimetype == "application/problem+json"
    assert set(body) == {"type", "title", "status", "detail", "code", "errors", "request_id"}
    assert body["status"] == status
    assert body["request_id"] == response.headers["X-Request-ID"]
    assert body["title"]
    assert body["detail"]
    assert body["code"]
    return body


def refused(response: TestResponse, *fields: str) -> Body:
    """Return the problem document of a 422 that complains about exactly ``fields``."""
    body = problem(422, response)
    assert set(body["errors"]) == set(fields), body
    assert all(messages for messages in body["errors"].values())
    return body
