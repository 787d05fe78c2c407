"""What the log says of sign-ins and refusals, and what it never says."""

import logging
from collections.abc import Iterator

import pytest

from tests.views.visitors import PASSWORD, Visitor


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """The lines of the log, as they are written."""
    written: list[str] = []
    logger = logging.getLogger("app")
    formatter = logger.handlers[0].formatter
    assert formatter
    line = formatter.format

    class Note(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(line(record))

    note, level = Note(), logger.level
    logger.addHandler(note)
    logger.setLevel("INFO")
    yield written
    logger.setLevel(level)
    logger.removeHandler(note)


def _one(lines: list[str], *parts: str) -> str:
    (found,) = [line for line in lines if all(part in line for part in parts)]
    return found


def test_a_sign_in_and_a_wrong_password_are_noted(mia: Visitor, lines: list[str]) -> None:
    mia.post("/sign-out")
    mia.sign_in("wrong password")
    refused = _one(lines, "status=401", "path=/sign-in", "method=POST")
    assert "address=127.0.0.1" in refused
    assert "request_id=" in refused
    mia.sign_in()
    assert "kind=browser" in _one(lines, 'event="signed in"')
    assert "strength=password" in _one(lines, 'event="signed in"')


def test_refusals_are_noted_with_who_was_refused(mia: Visitor, lines: list[str]) -> None:
    mia.client.post("/accounts", data={"name": "Stolen"})
    assert "user=" in _one(lines, "status=400", "path=/accounts")
    mia.get("/accounts?token=secret", Host="evil.example")
    assert _one(lines, "status=400", "method=GET")


def test_nothing_secret_is_noted(mia: Visitor, lines: list[str]) -> None:
    mia.post("/sign-out")
    mia.sign_in("wrong password")
    mia.sign_in()
    mia.get("/accounts?token=secret", Host="evil.example")
    said = "\n".join(lines)
    assert lines
    for secret in ("wrong password", PASSWORD, mia.email, mia.token, "secret"):
        assert secret not in said


def test_a_line_stays_one_line(mia: Visitor, lines: list[str]) -> None:
    mia.get("/accounts%0aevent=forged status=200", Host="evil.example")
    assert len(lines) == 1
    assert "\n" not in lines[0]
