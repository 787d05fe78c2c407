"""Pages are called as a browser calls them: with cookies, forms and their tokens."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from flask import Flask
from sqlalchemy import event

from app.models.base import db
from tests.factories.fixtures import inbox, work
from tests.views.visitors import Visitor

__all__ = ["inbox", "work"]

Visit = Callable[..., Visitor]
Queries = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def visit(app: Flask) -> Visit:
    """Makes people who registered on the page, each with a browser in a ``language``."""

    def make(language: str = "de-DE", **details: str) -> Visitor:
        visitor = Visitor(app, language)
        visitor.register(**details)
        return visitor

    return make


@pytest.fixture
def stranger(app: Flask) -> Visitor:
    """Somebody who is not signed in."""
    return Visitor(app, "en-US")


@pytest.fixture
def mia(visit: Visit) -> Visitor:
    """Somebody who writes amounts as 1.234,56 €."""
    return visit("de-DE")


@pytest.fixture
def sam(visit: Visit) -> Visitor:
    """Somebody who writes amounts as $1,234.56."""
    return visit("en-US")


@pytest.fixture
def queries(app: Flask) -> Queries:
    """Collects the statements that the database is sent in a ``with`` block."""

    @contextmanager
    def collect() -> Iterator[list[str]]:
        sent: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            sent.append(statement)

        with app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            yield sent
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return collect
