"""Applications with other settings than the one that most tests share, on the same database."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from app import configuration
from config import Settings
from tests.conftest import running_app

AppWith = Callable[..., Flask]


@pytest.fixture
def app_with(settings: Settings) -> Iterator[AppWith]:
    """Makes applications with some settings changed."""

    def make(**changes: Any) -> Flask:
        return stack.enter_context(running_app(replace(settings, **changes)))

    with ExitStack() as stack:
        # What a process has once, such as its keys, is again the shared application's in the end.
        stack.callback(configuration.new_app, settings)
        yield make
