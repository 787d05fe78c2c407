"""Commands are called the way whoever runs the server calls them."""

from collections.abc import Callable

import pytest
from click.testing import Result
from flask import Flask

from tests.factories.fixtures import api, caller, inbox, other, work

__all__ = ["api", "caller", "inbox", "other", "work"]

Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask) -> Run:
    """Runs ``flask`` with arguments; says what it wrote and its exit code."""
    runner = app.test_cli_runner()
    return lambda *arguments, **options: runner.invoke(args=list(arguments), **options)
