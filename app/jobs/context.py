"""The app a job runs in: built once per process, before the first job."""

from collections.abc import Callable
from functools import cache, wraps
from typing import ParamSpec, TypeVar

from flask import Flask

P = ParamSpec("P")
R = TypeVar("R")


@cache
def current_app() -> Flask:
    """Return this process's app."""
    from app import create_app

    return create_app()


def in_app(job: Callable[P, R]) -> Callable[P, R]:
    """Run ``job`` in an app context of its own."""

    @wraps(job)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        with current_app().app_context():
            return job(*args, **kwargs)

    return wrapper
