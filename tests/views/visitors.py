"""Somebody with a browser: fills in forms, follows nothing by itself, reads what a page says."""

import re
from html import unescape
from itertools import count
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

PASSWORD = "correct horse battery staple"
_numbers = count(1)
_TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')


class Visitor:
    """Calls pages with a cookie jar and the CSRF token of the last page."""

    def __init__(self, app: Flask, language: str) -> None:
        self.client = app.test_client()
        self.language = language
        self.email = f"visitor{next(_numbers)}@example.com"
        self.token = ""

    def get(self, path: str, **headers: str) -> TestResponse:
        """Open a page."""
        response = self.client.get(path, headers={"Accept-Language": self.language, **headers})
        self._remember(response)
        return response

    def post(self, path: str, fields: dict[str, Any] | None = None, **headers: str) -> TestResponse:
        """Send a form."""
        if not self.token:
            self.get("/sign-in")
        given = {"csrf_token": self.token, **(fields or {})}
        response = self.client.post(
            path, data=given, headers={"Accept-Language": self.language, **headers}
        )
        self._remember(response)
        return response

    def register(self, **details: str) -> TestResponse:
        """Fill in the form to register; it has to work."""
        self.get("/register")
        fields = {"currency": "EUR", "timezone": "Europe/Berlin", **details}
        response = self.post("/register", {"email": self.email, "password": PASSWORD, **fields})
        assert response.status_code == 303, words(response)
        self.get("/")
        return response

    def sign_in(self, password: str = PASSWORD, **fields: str) -> TestResponse:
        """Fill in the form to sign in."""
        self.get("/sign-in")
        return self.post("/sign-in", {"email": self.email, "password": password, **fields})

    # What most tests begin with

    def add(self, amount: str, **fields: Any) -> int:
        """Add a row by its form, by default to the first account; returns its id."""
        given = {"type": "expense", "amount": amount, "account_id": self.account(), **fields}
        response = self.post("/transactions", given)
        assert response.status_code == 303, words(response)
        page = self.get("/transactions?per_page=200").text
        return max(int(found) for found in re.findall(r'href="/transactions/(\d+)"', page))

    def account(self, name: str = "Main account") -> int:
        """Return the id of an account."""
        return self._id(self.get("/accounts").text, "accounts", name)

    def category(self, name: str) -> int:
        """Return the id of a category."""
        return self._id(self.get("/categories").text, "categories", name)

    def open_account(self, **fields: str) -> int:
        """Open an account by its form; returns its id."""
        response = self.post("/accounts", {"type": "checking", **fields})
        assert response.status_code == 303, words(response)
        return int(response.location.rpartition("/")[2])

    def _id(self, page: str, noun: str, name: str) -> int:
        found = re.search(rf'href="/{noun}/(\d+)[^"]*">(?:(?!</a>).)*>{name}<', page, re.DOTALL)
        assert found, f"no {name} among the {noun}"
        return int(found.group(1))

    def _remember(self, response: TestResponse) -> None:
        found = _TOKEN.search(response.text) if response.mimetype == "text/html" else None
        self.token = found.group(1) if found else self.token


def words(response: TestResponse) -> str:
    """Return what a page says, without its markup, spaces as one."""
    body = re.sub(r"<head>.*?</head>|<svg.*?</svg>|<[^>]+>", " ", response.text, flags=re.DOTALL)
    plain = unescape(body).replace("\u00a0", " ").replace("\u202f", " ")
    return re.sub(r"\s+([.,:!?])", r"\1", re.sub(r"\s+", " ", plain)).strip()


def value_of(response: TestResponse, name: str) -> str | None:
    """Return what a page's form has in the field ``name``, or chosen for it."""
    page = response.text
    text = re.search(rf'<input[^>]*name="{name}"[^>]*?value="([^"]*)"', page)
    chosen = re.search(
        rf'<select[^>]*name="{name}".*?<option value="([^"]*)" selected', page, re.DOTALL
    )
    checked = re.search(rf'<input[^>]*name="{name}" value="([^"]*)" checked', page)
    found = checked or chosen or text
    return unescape(found.group(1)) if found else None


def error_of(response: TestResponse, name: str) -> str | None:
    """Return what stands beside the field ``name`` as its fault."""
    found = re.search(rf'id="f-{name}-error">(.*?)</div>', response.text, re.DOTALL)
    return re.sub(r"<[^>]+>", "", unescape(found.group(1))).strip() if found else None
